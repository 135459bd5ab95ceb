# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_replication against real servers and Sentinels: failovers, and the converges after them."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.modules import redis_replication, redis_sentinel

from tests.component.module_runs import run_module
from tests.component.redis_sentinels import WITHIN, SentinelProcess
from tests.component.redis_servers import Servers
from tests.standin.engines.waiting import wait_until

PASSWORD = "password-of-members-50331"
LOGIN = [f"requirepass {PASSWORD}"]
AUTH = [*LOGIN, f"masterauth {PASSWORD}"]
AT_ONCE = ["repl-diskless-sync-delay 0", "appendonly yes"]

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Result = dict[str, Any]


class Cache:
    """Servers of one cache, the first of which is declared as the primary, and a Sentinel where a test wants one."""

    def __init__(self, directory: Path) -> None:
        self.servers = Servers(directory)
        self.directory = directory
        self.ports: list[int] = []
        self.sentinel: SentinelProcess | None = None

    def start(self, *settings: str) -> int:
        self.ports.append(self.servers.start(*AT_ONCE, *settings))
        return self.ports[-1]

    def start_again(self, port: int, file: Path | None = None) -> None:
        """By the file as it is, as the service would."""
        file = file or self.servers.directory / str(port) / "redis.conf"
        with (file.parent / "log").open("ab") as log:
            self.servers.processes[port] = subprocess.Popen(["redis-server", str(file)], stdout=log)
        wait_until(f"redis-server listens at {port}", lambda: self.servers.accepts(port), within=WITHIN)

    def watch(self, **params: Any) -> SentinelProcess:
        self.sentinel = SentinelProcess(self.directory / "sentinel")
        self.sentinel.start()
        given = {
            "config_file": str(self.sentinel.file),
            "name": "shop",
            "primary_host": "127.0.0.1",
            "primary_port": self.ports[0],
            "quorum": 1,
            "down_after_milliseconds": 500,
            "failover_timeout": 5000,
            "auth_password": PASSWORD,
            **params,
        }
        assert "failed" not in run_module(redis_sentinel.main, given)
        wait_until("the Sentinel knows the replicas", lambda: self._knows(len(self.ports) - 1), within=WITHIN)
        return self.sentinel

    def _knows(self, replicas: int) -> bool:
        with self._sentinel_client() as client:
            told = client.execute_command("SENTINEL", "MASTER", "shop")
            return int(told["num-slaves"]) == replicas and "disconnected" not in told["flags"]

    def _sentinel_client(self) -> Any:
        assert self.sentinel is not None
        return redis.Redis(unix_socket_path=str(self.sentinel.socket), decode_responses=True)

    def promoted(self) -> int:
        with self._sentinel_client() as client:
            return int(client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop")[1])

    def params(self, port: int, **params: Any) -> Result:
        sentinels = [self.sentinel.address] if self.sentinel else []
        return {
            "config_file": str(self.servers.directory / str(port) / "redis.conf"),
            "primary_host": "127.0.0.1",
            "primary_port": self.ports[0],
            "sentinels": sentinels,
            "sentinel_name": "shop",
            "wait_timeout": WITHIN,
            **params,
        }

    def play(self, port: int, **params: Any) -> Result:
        result = run_module(redis_replication.main, self.params(port, **params))
        assert "failed" not in result, result["msg"]
        return result

    def refused(self, port: int, **params: Any) -> str:
        before = self.configuration(port)
        result = run_module(redis_replication.main, self.params(port, **params))
        assert result["failed"]
        assert self.configuration(port) == before
        return str(result["msg"])

    def converge(self) -> list[Result]:
        return [self.play(port) for port in self.ports]

    def configuration(self, port: int) -> str:
        return (self.servers.directory / str(port) / "redis.conf").read_text()

    def client(self, port: int) -> Any:
        return redis.Redis(port=port, password=PASSWORD, decode_responses=True)

    def role(self, port: int) -> str:
        with self.client(port) as client:
            return str(client.info("replication")["role"])

    def kill(self, port: int) -> None:
        process = self.servers.processes.pop(port)
        process.kill()
        process.wait()

    def end(self) -> None:
        if self.sentinel:
            self.sentinel.stop()
        for port in list(self.servers.processes):
            self.kill(port)  # one that writes its first AOF would not end when it is asked to


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    found = Cache(tmp_path)
    yield found
    found.end()


class TestReplicas:
    def test_a_new_server_follows_the_primary(self, cache: Cache) -> None:
        primary, replica = cache.start(*AUTH), cache.start(*AUTH)
        with cache.client(primary) as client:
            client.set("greeting", "hello")
        foretold = cache.play(replica, _ansible_check_mode=True)
        assert cache.role(replica) == "master"
        done = cache.play(replica, replicas=0)
        assert (foretold["changed"], foretold["changes"], foretold["diff"]) == (True, done["changes"], done["diff"])
        assert (done["role"], done["in_sync"], done["primary"]["port"]) == ("replica", True, primary)
        with cache.client(replica) as client:
            assert client.get("greeting") == "hello"
        assert not cache.play(replica)["changed"]
        assert not cache.play(primary, replicas=1)["changed"]

    def test_the_part_survives_a_restart(self, cache: Cache) -> None:
        """Trap 19: CONFIG REWRITE writes replicaof into the main file, no include has it."""
        primary, replica = cache.start(*AUTH), cache.start(*AUTH)
        cache.play(replica)
        assert f"replicaof 127.0.0.1 {primary}" in cache.configuration(replica)
        cache.servers.stop(replica)
        cache.start_again(replica)
        assert cache.role(replica) == "slave"

    def test_a_part_that_was_not_written_down(self, cache: Cache) -> None:
        primary, replica = cache.start(*AUTH), cache.start(*AUTH)
        with cache.client(replica) as client:
            client.replicaof("127.0.0.1", primary)
        done = cache.play(replica)
        assert [change["field"] for change in done["changes"]] == ["persisted"]
        assert f"replicaof 127.0.0.1 {primary}" in cache.configuration(replica)

    def test_data_is_not_thrown_away_unasked(self, cache: Cache) -> None:
        cache.start(*AUTH)
        other = cache.start(*AUTH)
        with cache.client(other) as client:
            client.mset({"one": 1, "two": 2})
        assert "holds 2 keys" in cache.refused(other)
        with cache.client(other) as client:
            assert client.dbsize() == 2
        assert cache.play(other, discard_data=True)["role"] == "replica"

    def test_too_few_replicas(self, cache: Cache) -> None:
        primary, replica = cache.start(*AUTH), cache.start(*AUTH)
        cache.play(replica)
        cache.play(primary, replicas=1)
        # Longer than the second from one acknowledgment to the next: a PING may have just moved the offset.
        assert "1 of 2 replicas are in sync" in cache.refused(primary, replicas=2, wait_timeout=3.0)

    def test_without_sentinels_a_working_link_is_kept(self, cache: Cache) -> None:
        declared, promoted, replica = (cache.start(*AUTH) for _member in range(3))
        cache.play(replica, primary_port=promoted)
        kept = cache.play(replica)
        assert (kept["changed"], kept["primary"]["port"]) == (False, promoted)
        assert "kept as replica of" in str(kept["warnings"])
        assert not cache.play(promoted)["changed"], "it has a replica, so it was promoted"
        assert cache.play(replica, repoint=True)["primary"]["port"] == declared


class TestRefusals:
    def test_a_password_without_masterauth(self, cache: Cache) -> None:
        """Trap 18: also on the primary, which is a replica after the next failover."""
        primary, replica = cache.start(*LOGIN), cache.start(*LOGIN)
        for member in (primary, replica):
            assert "has no masterauth" in cache.refused(member)

    def test_a_file_that_cannot_be_rewritten(self, cache: Cache) -> None:
        """Trap 7: found out before the role changes."""
        cache.start(*AUTH)
        replica = cache.start(*AUTH)
        cache.kill(replica)
        home = cache.servers.directory / str(replica)
        # The new file's name would be longer than a name can be; a read-only mount is not to be had for a test.
        file = (home / "redis.conf").rename(home / f"{'r' * 245}.conf")
        cache.start_again(replica, file)
        result = run_module(redis_replication.main, cache.params(replica, config_file=str(file)))
        assert "CONFIG REWRITE" in result["msg"]
        assert cache.role(replica) == "master"

    @pytest.mark.parametrize("command", ["CONFIG", "SLAVEOF"])
    def test_removed_commands_that_sentinel_needs(self, cache: Cache, command: str) -> None:
        """Trap 8: the failover would stop half-way."""
        cache.start(*AUTH)
        replica = cache.start(*AUTH, f'rename-command {command} ""')
        assert f"cannot do without {command}" in cache.refused(replica, sentinels=["127.0.0.1:1"])

    def test_no_persistence_and_a_service_that_restarts(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        """Trap 6: the primary would come back empty, and its replicas would empty themselves."""
        systemctl = cache.directory / "systemctl"
        systemctl.write_text("#!/bin/sh\necho always\n")
        systemctl.chmod(0o755)
        monkeypatch.setenv("PATH", str(cache.directory), prepend=":")
        primary, replica = cache.start(*AUTH, "appendonly no"), cache.start(*AUTH, "appendonly no")
        for member in (primary, replica):
            assert "Restart=no" in cache.refused(member, service="redis-server.service")
        systemctl.write_text("#!/bin/sh\necho no\n")
        assert cache.play(replica, service="redis-server.service")["role"] == "replica"


class TestFailover:
    def test_a_converge_keeps_the_promoted_primary(self, cache: Cache) -> None:
        """Traps 18 and 19: the promoted replica stays, and the old primary comes back as a replica, twice."""
        members = [cache.start(*AUTH) for _member in range(3)]
        cache.converge()
        cache.watch()
        promoted = self.fail_over(cache, members[0])
        assert self.fail_over(cache, promoted) != promoted

    def fail_over(self, cache: Cache, down: int) -> int:
        """Who was promoted. The old primary is killed, comes back, and everything is converged twice."""
        cache.kill(down)
        wait_until("a replica is promoted", lambda: cache.promoted() != down, within=WITHIN)
        cache.start_again(down)
        now = cache.promoted()
        results = dict(zip(cache.ports, cache.converge(), strict=True))
        assert {port: result["role"] for port, result in results.items()} == {
            port: "primary" if port == now else "replica" for port in cache.ports
        }
        assert not results[now]["changed"]
        assert not any(result["changed"] for result in cache.converge())
        return now

    def test_new_names_are_followed(self, cache: Cache) -> None:
        """Trap 8: with CONFIG and SLAVEOF under new names a failover works, since Sentinel has the map."""
        renames = {"CONFIG": "CONFIG-4f2a", "SLAVEOF": "SLAVEOF-4f2a", "REPLICAOF": "REPLICAOF-4f2a"}
        lines = [f"rename-command {name} {alias}" for name, alias in renames.items()]
        primary, replica = cache.start(*AUTH, *lines), cache.start(*AUTH, *lines)
        cache.converge()
        cache.watch(renamed_commands=renames)
        cache.kill(primary)
        wait_until("the replica is promoted", lambda: cache.promoted() == replica, within=WITHIN)
        assert cache.role(replica) == "master"

    def test_a_reinstalled_host_follows_whom_the_sentinels_name(self, cache: Cache) -> None:
        """Trap 19: an empty server at the first primary's place is no primary."""
        first, second = cache.start(*AUTH), cache.start(*AUTH)
        cache.converge()
        with cache.client(first) as client:
            client.set("greeting", "hello")
            assert client.wait(1, WITHIN * 1000) == 1
        cache.watch()
        cache.kill(first)
        wait_until("the replica is promoted", lambda: cache.promoted() == second, within=WITHIN)
        new = cache.start(*AUTH)
        done = cache.play(new, primary_host=None)
        assert (done["role"], done["primary"]["port"]) == ("replica", second)
        with cache.client(new) as client:
            assert client.get("greeting") == "hello"


class TestHandOver:
    @pytest.mark.parametrize("watched", [True, False], ids=["by Sentinel", "by the server"])
    def test_no_acknowledged_write_is_lost(self, cache: Cache, watched: bool) -> None:
        members = [cache.start(*AUTH) for _member in range(3)]
        cache.converge()
        if watched:
            cache.watch(down_after_milliseconds=5000)
        with Writing(lambda: primary_among(cache)) as acknowledged:
            wait_until("writes are acknowledged", lambda: len(acknowledged) > 20, within=WITHIN)
            done = cache.play(members[0], hand_over=True)
            count = len(acknowledged)
            wait_until("writes go on", lambda: len(acknowledged) > count + 20, within=WITHIN)
        assert done["changes"][0]["disruption"] == "failover"
        new = done["primary"]["port"]
        assert new != members[0]
        assert cache.role(members[0]) == "slave"
        with cache.client(new) as client:
            assert {int(key) for key in client.scan_iter(count=1000)} >= set(acknowledged)
        assert not cache.play(members[0], hand_over=True)["changed"], "a replica has nothing to hand over"

    def test_refused_without_a_replica(self, cache: Cache) -> None:
        alone = cache.start(*AUTH)
        assert "no replica that is in sync" in cache.refused(alone, hand_over=True)


def primary_among(cache: Cache) -> int | None:
    """As a client finds it that asks every member, and so knows sooner or later than the Sentinels."""
    for port in cache.ports:
        with cache.client(port) as client:
            if client.info("replication")["role"] == "master":
                return port
    return None


class Writing:
    """Numbers written one by one to the primary that `find` names, reconnecting on every error; those acknowledged."""

    def __init__(self, find: Callable[[], int | None]) -> None:
        self.find = find
        self.acknowledged: list[int] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._write)

    def __enter__(self) -> list[int]:
        self.thread.start()
        return self.acknowledged

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        self.thread.join()

    def _write(self) -> None:
        number = 0
        while not self.ended.is_set():
            port = self.find()
            if port is None:
                continue
            with redis.Redis(port=port, password=PASSWORD, socket_timeout=WITHIN) as client:
                number = self._write_to(client, number)

    def _write_to(self, client: Any, number: int) -> int:
        while not self.ended.wait(0.002):
            number += 1
            try:
                client.set(str(number), "written")
            except redis.RedisError:
                break
            self.acknowledged.append(number)
        return number
