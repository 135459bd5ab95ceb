# SPDX-License-Identifier: GPL-3.0-or-later
"""The health check redis-health of the role redis_server, under every shell that is here, against real servers."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.component.redis_servers import Authority, Servers, free_port
from tests.standin.engines.waiting import wait_until

HEALTH = Path(__file__).resolve().parents[2] / "roles/redis_server/files/redis-health"
PASSWORD = "health-of-component-tests-3141"
OTHER = "never-set-anywhere-2718281828"

READY, DEAD, NOT_READY, MISUSED = 0, 1, 2, 64

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

SHELLS = [shell for shell in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(shell[0])]


@pytest.fixture(scope="module", params=SHELLS, ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    words: list[str] = request.param
    return words


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("health"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> str:
    return secret_file(tmp_path_factory.mktemp("secret") / "default.secret", PASSWORD + "\n")


def secret_file(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> int:
    return servers.start(f"requirepass {PASSWORD}", f"user blind on >{PASSWORD} ~* +@all -ping -info")


@pytest.fixture(scope="module")
def opened(servers: Servers) -> int:
    return servers.start()


@pytest.fixture
def loading(servers: Servers) -> Iterator[int]:
    """It loads for half a minute, and hears what is said to it five times a second."""
    port = servers.start()
    with redis.Redis(port=port) as client:
        client.mset({f"key-{number}": f"value of key {number}" for number in range(6000)})
        client.save()
    servers.stop(port)
    slowly = ["key-load-delay 5000", "loading-process-events-interval-bytes 1024"]
    again = servers.start(*slowly, folder=servers.directory / str(port))
    yield again
    servers.processes[again].kill()
    servers.stop(again)


def run(shell: list[str], *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name != "REDISCLI_AUTH"}
    command = [*shell, str(HEALTH), *map(str, words)]
    return subprocess.run(
        command, env={**outside, **environment}, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def status(shell: list[str], *words: object, says: str = "") -> int:
    done = run(shell, *words)
    assert says in done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode


class TestReady:
    def test_a_server_without_a_password(self, shell: list[str], opened: int) -> None:
        assert status(shell, "--port", opened, says="ready") == READY
        assert status(shell, "--host", "127.0.0.2", "--port", opened, "--replica-link") == READY

    def test_a_password_from_a_file(self, shell: list[str], guarded: int, secret: str) -> None:
        assert status(shell, "--port", guarded, "--password-file", secret) == READY
        assert status(shell, "--password-file", secret, "--user", "default", "--port", guarded) == READY

    def test_a_password_file_without_a_newline(self, shell: list[str], guarded: int, tmp_path: Path) -> None:
        assert status(shell, "--port", guarded, "--password-file", secret_file(tmp_path / "s", PASSWORD)) == READY

    def test_a_password_that_the_environment_holds(self, shell: list[str], guarded: int) -> None:
        assert run(shell, "--port", guarded, REDISCLI_AUTH=PASSWORD).returncode == READY

    def test_a_unix_socket(self, shell: list[str], servers: Servers, tmp_path: Path) -> None:
        servers.start(f"unixsocket {tmp_path}/redis.sock")
        assert status(shell, "--socket", tmp_path / "redis.sock") == READY

    def test_tls_with_a_client_certificate(self, shell: list[str], servers: Servers, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        port = servers.start(*authority.settings("server"), "tls-auth-clients yes")
        authority.settings("client")
        trusting = ["--tls", "--cacert", authority.path, "--port", port]
        own = ["--cert", tmp_path / "client.crt", "--key", tmp_path / "client.key"]
        assert status(shell, *trusting, *own) == READY
        assert status(shell, *trusting) == DEAD
        assert status(shell, "--port", port) == DEAD

    def test_renamed_commands(self, shell: list[str], servers: Servers) -> None:
        port = servers.start("rename-command PING squeak", "rename-command INFO tell")
        assert status(shell, "--port", port, says="unknown command") == DEAD
        assert status(shell, "--port", port, "--rename", "PING=squeak") == READY
        assert status(shell, "--port", port, "--rename", "PING=squeak", "--replica-link", says="not known") == DEAD
        named = ["--rename", "PING=squeak", "--rename", "INFO=tell"]
        assert status(shell, "--port", port, *named, "--replica-link") == READY


class TestRefused:
    """Trap 28: `redis-cli ping` exits with 0 when it was told NOAUTH."""

    def test_the_client_alone_would_call_it_healthy(self, guarded: int) -> None:
        done = subprocess.run(["redis-cli", "-p", str(guarded), "PING"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "NOAUTH Authentication required.\n\n")

    def test_no_password(self, shell: list[str], guarded: int) -> None:
        """Trap 28."""
        assert status(shell, "--port", guarded, says="refused: NOAUTH") == DEAD
        assert status(shell, "--port", guarded, "--liveness", says="refused: NOAUTH") == DEAD

    def test_a_wrong_password(self, shell: list[str], guarded: int, tmp_path: Path) -> None:
        """Trap 28."""
        wrong = secret_file(tmp_path / "wrong.secret", OTHER)
        assert status(shell, "--port", guarded, "--password-file", wrong, says="WRONGPASS") == DEAD

    def test_a_wrong_password_at_a_server_that_lets_everybody_in(
        self, shell: list[str], opened: int, tmp_path: Path
    ) -> None:
        """Trap 28: the login failed, and PING is answered all the same."""
        wrong = secret_file(tmp_path / "wrong.secret", OTHER)
        assert status(shell, "--port", opened, "--password-file", wrong, says="refused: AUTH failed") == DEAD
        assert status(shell, "--port", opened, "--user", "app", "--password-file", wrong, says="WRONGPASS") == DEAD

    def test_a_user_without_the_right(self, shell: list[str], guarded: int, secret: str) -> None:
        """Trap 28."""
        login = ["--port", guarded, "--user", "blind", "--password-file", secret]
        assert status(shell, *login, says="refused: NOPERM") == DEAD

    @pytest.mark.parametrize("text", [None, "", "\n"], ids=["missing", "empty", "an empty line"])
    def test_a_password_file_without_a_password(
        self, shell: list[str], opened: int, tmp_path: Path, text: str | None
    ) -> None:
        path = tmp_path / "default.secret"
        if text is not None:
            secret_file(path, text)
        assert status(shell, "--port", opened, "--password-file", path, says="no password can be read") == DEAD


class TestDead:
    def test_nothing_listens(self, shell: list[str], tmp_path: Path) -> None:
        assert status(shell, "--port", free_port(), says="Connection refused") == DEAD
        assert status(shell, "--socket", tmp_path / "none.sock", "--liveness") == DEAD

    def test_a_server_that_hangs_is_not_waited_for(self, shell: list[str], servers: Servers) -> None:
        port = servers.start()
        servers.processes[port].send_signal(signal.SIGSTOP)
        try:
            assert status(shell, "--port", port, "--timeout", 1, says="no answer within 1 seconds") == DEAD
        finally:
            servers.processes[port].send_signal(signal.SIGCONT)
            servers.stop(port)

    def test_a_client_that_is_not_there(self, shell: list[str], opened: int) -> None:
        assert status(shell, "--port", opened, "--cli", "/nowhere/redis-cli") == DEAD


class TestNotReady:
    def test_loading(self, shell: list[str], loading: int) -> None:
        """Trap 28: alive, and of no use yet."""
        assert status(shell, "--port", loading, says="alive, not ready: LOADING") == NOT_READY
        assert status(shell, "--port", loading, "--liveness", says="alive, not ready: LOADING") == READY

    def test_a_replica_without_its_primary(self, shell: list[str], servers: Servers) -> None:
        """Trap 28: MASTERDOWN, or stale data, which only the link tells."""
        port = servers.start(f"replicaof 127.0.0.1 {free_port()}")
        assert status(shell, "--port", port) == READY
        assert status(shell, "--port", port, "--replica-link", says="link to the primary is down") == NOT_READY
        with redis.Redis(port=port) as client:
            client.config_set("replica-serve-stale-data", "no")
        assert status(shell, "--port", port, says="alive, not ready: MASTERDOWN") == NOT_READY

    def test_a_replica_with_its_primary(self, shell: list[str], servers: Servers, opened: int) -> None:
        port = servers.start(f"replicaof 127.0.0.1 {opened}")
        with redis.Redis(port=opened) as client:
            client.config_set("repl-diskless-sync-delay", 0)
        with redis.Redis(port=port) as client:
            wait_until("linked", lambda: client.info("replication")["master_link_status"] == "up", within=20)
        assert status(shell, "--port", port, "--replica-link") == READY

    def test_a_server_that_cannot_save(self, shell: list[str], servers: Servers) -> None:
        port = servers.start("save 3600 1")
        with redis.Redis(port=port) as client:
            client.ping()  # it listens before it looks for the file
            (servers.directory / str(port) / "dump.rdb").mkdir()
            client.bgsave()
            wait_until("failed", lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", within=20)
        assert status(shell, "--port", port, says="alive, not ready: MISCONF") == NOT_READY
        (servers.directory / str(port) / "dump.rdb").rmdir()  # a server that cannot save does not end either

    def test_a_server_without_a_free_connection(self, shell: list[str], servers: Servers) -> None:
        port = servers.start("maxclients 1")
        with redis.Redis(port=port) as client:
            client.ping()
            assert status(shell, "--port", port, says="max number of clients") == NOT_READY


class TestSecrecy:
    def test_the_password_is_in_no_command_line(self, shell: list[str], secret: str, tmp_path: Path) -> None:
        """Trap 29: `redis-cli -a` shows it to everybody who may list processes."""
        client = tmp_path / "client"
        client.write_text(
            f'#!/bin/sh\necho "$REDISCLI_AUTH" > {tmp_path}/env\necho "$@" > {tmp_path}/argv\necho PONG\n'
        )
        client.chmod(0o755)
        done = run(shell, "--cli", client, "--user", "app", "--password-file", secret, "--port", 6390)
        assert (done.returncode, done.stdout) == (READY, "ready\n")
        assert (tmp_path / "env").read_text().strip() == PASSWORD
        assert (tmp_path / "argv").read_text().split() == ["--user", "app", "-p", "6390", "PING"]


@pytest.mark.parametrize(
    "words",
    [
        ["--password", "x"],
        ["--port"],
        ["--rename", "PING"],
        ["--rename", "PING="],
        ["--rename", "CONFIG=x"],
        ["--timeout", "0"],
        ["--timeout", "soon"],
        ["6379"],
    ],
)
def test_wrong_options(shell: list[str], words: list[str]) -> None:
    assert status(shell, *words, says="--help lists the options") == MISUSED


def test_help(shell: list[str]) -> None:
    done = run(shell, "--help")
    assert done.returncode == 0
    assert "alive but not ready" in done.stdout


def test_it_can_be_run_and_passes_shellcheck() -> None:
    assert stat.S_IMODE(HEALTH.stat().st_mode) & 0o111 == 0o111
    checker = shutil.which("shellcheck")
    if not checker:
        pytest.skip("needs shellcheck")
    assert subprocess.run([checker, str(HEALTH)], check=False).returncode == 0
