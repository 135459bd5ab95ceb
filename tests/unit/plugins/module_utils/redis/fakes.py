# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for what lies outside the checks: name server, network, server and clock."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import CheckOptions, Context, Surroundings
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import Commands, Reply

PASSWORD = "token-of-unit-tests-4711"
ADDRESS = "192.0.2.15"
HEALTHY: dict[str, Any] = {
    "ECHO": "redisops",
    "PING": "PONG",
    "HELLO": ["server", "redis", "version", "7.0.15", "proto", 2, "mode", "standalone", "role", "master"],
    "CLUSTER": "cluster_state:ok\r\ncluster_slots_ok:16384\r\ncluster_known_nodes:6\r\ncluster_size:3\r\n",
    "READONLY": "OK",
}


class FakeSession:
    """Answers by the first word: with the value, by raising it, or with the next item of an iterator.

    SET, GET and DEL work on a dictionary unless `answers` says otherwise.
    """

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = {**HEALTHY, **(answers or {})}
        self.keys: dict[str, str] = {}
        self.sent: list[tuple[str | int, ...]] = []
        self.closed = False

    def command(self, *words: str | int) -> Reply:
        self.sent.append(words)
        name = str(words[0])
        answer = self.answers[name] if name in self.answers else self._keyspace(*map(str, words))
        if isinstance(answer, Iterator):
            answer = next(answer)
        if isinstance(answer, Exception):
            raise answer
        reply: Reply = answer
        return reply

    def __exit__(self, *_other: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True

    def _keyspace(self, name: str, key: str, value: str = "", *_expiry: str) -> Reply:
        if name == "SET":
            self.keys[key] = value
            return "OK"
        return self.keys.get(key) if name == "GET" else int(self.keys.pop(key, None) is not None)


class FakeSocket(socket.socket):
    """To be passed on and closed; the system knows nothing of it."""

    def __init__(self) -> None:
        self.closed = False

    def __exit__(self, *_other: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True


@dataclass
class SteppedClock:
    now: float = 1000.0
    pauses: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def options(target: Mapping[str, Any] | None = None, **changed: Any) -> CheckOptions:
    return CheckOptions(
        Target(**{"host": "cache.example", "tls": False, "password": PASSWORD, **(target or {})}), **changed
    )


def surroundings(session: Commands | None = None, **changed: Any) -> Surroundings:
    """A network in which everything resolves and connects, to a server that anyone may log in to."""
    return Surroundings(
        **{
            "resolve": lambda host, port: [ADDRESS],
            "dial": lambda address, port, timeout: FakeSocket(),
            "log_in": lambda target, sock: session or FakeSession(),
            "clock": SteppedClock(),
            **changed,
        }
    )


def context(session: Commands | None = None, given: CheckOptions | None = None, **changed: Any) -> Context:
    """As the checks find it after the login."""
    found = Context(given or options(), surroundings(session, **changed), addresses=[ADDRESS])
    found.connection = FakeSocket()
    found.session = session or FakeSession()
    return found
