# SPDX-License-Identifier: GPL-3.0-or-later
"""The real redis-py over a socket pair, against a server that says what it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import SECRET_MARKER, Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import Session, check_error, log_in

from tests.unit.plugins.module_utils.redis.fakes import PASSWORD

TARGET = Target("cache.example", timeout=5.0)
HANG_UP = b""


class ScriptedServer:
    """Reads one command at a time and gives the next of its answers; HANG_UP ends it."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.client, self._server = socket.socketpair()
        self.heard: list[list[str]] = []
        self._answers = answers
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def commands(self) -> list[list[str]]:
        self.client.close()
        self._thread.join()
        return self.heard

    def _serve(self) -> None:
        with self._server, self._server.makefile("rb") as lines:
            for answer in self._answers:
                count = lines.readline()[1:]
                if not count or answer == HANG_UP:
                    return
                self.heard.append(
                    [lines.read(int(lines.readline()[1:]) + 2)[:-2].decode() for _word in range(int(count))]
                )
                self._server.sendall(answer)
            while lines.readline():  # what comes after the script is not answered
                continue


Serve = Callable[..., ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[ScriptedServer] = []

    def start(*answers: bytes) -> ScriptedServer:
        servers.append(ScriptedServer(answers))
        return servers[-1]

    yield start
    for server in servers:
        server.commands()


def conversation(server: ScriptedServer, target: Target = TARGET) -> Session:
    server.client.settimeout(target.timeout)
    return log_in(target, server.client)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"-NOAUTH Authentication required.", "NOAUTH"),
        (b"-WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"),
        (b"-ERR invalid password", "WRONGPASS"),
        (b"-ERR Client sent AUTH, but no password is set", "NO_PASSWORD_SET"),
        (
            b"-ERR AUTH <password> called without any password configured for the default user. "
            b"Are you sure your configuration is correct?",
            "NO_PASSWORD_SET",
        ),
        (b"-NOPERM this user has no permissions to run the 'ping' command", "NOPERM"),
        (b"-DENIED Redis is running in protected mode because protected mode is enabled", "DENIED"),
        (b"-ERR max number of clients reached", "MAX_CLIENTS"),
        (b"-LOADING Redis is loading the dataset in memory", "LOADING"),
        (b"-READONLY You can't write against a read only replica.", "READONLY"),
        (b"-CLUSTERDOWN Hash slot not served", "CLUSTERDOWN"),
        (b"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN"),
        (b"-OOM command not allowed when used memory > 'maxmemory'.", "OOM"),
        (b"-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist", "MISCONF"),
        (b"-NOREPLICAS Not enough good replicas to write.", "NOREPLICAS"),
        (b"-ERR This instance has cluster support disabled", "NOT_A_CLUSTER"),
        (b"-ERR unknown command 'PING'", "SERVER_ERROR"),
        (b"HTTP/1.1 400 Bad Request", "NOT_REDIS"),
    ],
)
def test_what_the_server_says_is_told_apart(serve: Serve, answer: bytes, code: str) -> None:
    session = conversation(serve(answer + b"\r\n"))
    with pytest.raises(CheckError) as failure:
        session.command("PING")
    assert failure.value.code == code


def test_a_client_certificate_that_is_missed_after_the_handshake() -> None:
    read = "Error while reading from cache.example:6379 : (1, '[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] (_ssl.c:2580)')"
    assert check_error(redis.ConnectionError(read)).code == "CLOSED_AFTER_HANDSHAKE"


def test_silence(serve: Serve) -> None:
    session = conversation(serve(), replace(TARGET, timeout=0.05))
    with pytest.raises(CheckError, match="ANSWER_TIMEOUT"):
        session.command("PING")


def test_answers_are_text_numbers_nothing_and_lists(serve: Serve) -> None:
    session = conversation(serve(b"+PONG\r\n", b":1\r\n", b"$-1\r\n", b"*2\r\n$3\r\nr\xc3\xb4\r\n:2\r\n"))
    replies = [session.command(word) for word in ("PING", "DEL", "GET", "HELLO")]
    assert replies == ["PONG", 1, None, ["rô", 2]]


def test_a_session_does_not_come_back_by_itself(serve: Serve) -> None:
    session = conversation(serve(HANG_UP))
    for _attempt in range(2):
        with pytest.raises(CheckError, match="CONNECTION_CLOSED"):
            session.command("PING")


def test_without_a_password_nothing_is_sent(serve: Serve) -> None:
    server = serve()
    conversation(server)
    assert server.commands() == []


@pytest.mark.parametrize(
    ("target", "commands"),
    [
        (replace(TARGET, password=PASSWORD), [["AUTH", PASSWORD]]),
        (replace(TARGET, username="app", password=PASSWORD), [["AUTH", "app", PASSWORD]]),
        (replace(TARGET, password=PASSWORD, db=2), [["AUTH", PASSWORD], ["SELECT", "2"]]),
    ],
)
def test_login(serve: Serve, target: Target, commands: list[list[str]]) -> None:
    server = serve(*[b"+OK\r\n"] * len(commands))
    conversation(server, target)
    assert server.commands() == commands


@pytest.mark.parametrize(
    "answer", [b"-ERR DB index is out of range\r\n", b"-ERR SELECT is not allowed in cluster mode\r\n"]
)
def test_a_database_that_is_not_there(serve: Serve, answer: bytes) -> None:
    with pytest.raises(CheckError, match="NO_SUCH_DATABASE"):
        conversation(serve(answer), replace(TARGET, db=99))


@pytest.mark.parametrize(
    "answer",
    [
        f"-ERR unknown command `AUTH`, with args beginning with: `{PASSWORD[:12]}",
        f"-ERR syntax error near {PASSWORD}",
        f"AUTH {PASSWORD[:12]}",
    ],
    ids=["arguments quoted in part", "quoted whole", "echoed by something else"],
)
def test_a_password_that_the_server_quotes_is_not_told(serve: Serve, answer: str) -> None:
    with pytest.raises(CheckError) as failure:
        conversation(serve(answer.encode() + b"\r\n"), replace(TARGET, password=PASSWORD))
    shown = f"{failure.value!r} {failure.value.detail} {failure.value.__cause__!r}"
    assert PASSWORD[:12] not in shown
    assert failure.value.__suppress_context__
    assert (SECRET_MARKER in shown) == ("syntax" in answer)


@pytest.mark.parametrize(
    ("answer", "host", "port", "asking"),
    [
        (b"-MOVED 3999 192.0.2.9:6381\r\n", "192.0.2.9", 6381, False),
        (b"-ASK 3999 node-2.example:6381\r\n", "node-2.example", 6381, True),
        (b"-MOVED 3999 :6381\r\n", "", 6381, False),
    ],
)
def test_redirections(serve: Serve, answer: bytes, host: str, port: int, asking: bool) -> None:
    session = conversation(serve(answer))
    with pytest.raises(RedirectError) as redirect:
        session.command("GET", "key")
    assert (redirect.value.host, redirect.value.port, redirect.value.asking) == (host, port, asking)
    assert redirect.value.code == "MOVED"
