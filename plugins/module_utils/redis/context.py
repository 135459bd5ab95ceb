# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of checks is asked for, and what its checks share while they run."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from .connection import Dialer, Resolver, Target, dial_tcp, find_addresses, open_socket, resolve_by_system, secure
from .session import Commands, log_in
from .waiting import Clock

ROLES = ("any", "master", "replica")


@dataclass(frozen=True)
class CheckOptions:
    """`wait_timeout` in seconds. Raises ValueError with all the contradictions among the options at once."""

    target: Target
    role: str = "any"
    cluster_mode: bool = False
    write_test: bool = True
    key_prefix: str = "redisops:check:"
    latency_samples: int = 20
    refuse_unauthenticated: bool = False
    refuse_wrong_password: bool = False
    refuse_plaintext: bool = False
    refuse_no_certificate: bool = False
    refuse_commands: tuple[str, ...] = ()
    refuse_connection: bool = False
    wait_timeout: float = 0.0

    def __post_init__(self) -> None:
        target = self.target
        problems = {
            "port: a number from 1 to 65535": not 1 <= target.port <= 65535,
            "timeout: more than 0 seconds": target.timeout <= 0,
            "wait_timeout: 0 seconds or more": self.wait_timeout < 0,
            "latency_samples: 0 or more": self.latency_samples < 0,
            "db: 0 or more": target.db < 0,
            "db: in cluster mode there is only database 0": self.cluster_mode and target.db > 0,
            "key_prefix: must not be empty": not self.key_prefix,
            f"role: one of {', '.join(ROLES)}": self.role not in ROLES,
            "refuse_unauthenticated: needs password": self.refuse_unauthenticated and not target.password,
            "refuse_wrong_password: needs password": self.refuse_wrong_password and not target.password,
            "refuse_plaintext: needs tls": self.refuse_plaintext and not target.tls,
            "refuse_no_certificate: needs tls and client_cert_path": self.refuse_no_certificate
            and not (target.tls and target.client_cert_path),
            "refuse_commands: an empty one": any(not command.split() for command in self.refuse_commands),
            "refuse_connection: nothing else can be refused, or waited for, where no connection may come about": (
                self.refuse_connection and self._needs_connection
            ),
            "client_cert_path: needs tls": bool(target.client_cert_path) and not target.tls,
            "client_key_path: needs client_cert_path": bool(target.client_key_path) and not target.client_cert_path,
        }
        found = [problem for problem, applies in problems.items() if applies]
        if found:
            raise ValueError("; ".join(found))

    @property
    def _needs_connection(self) -> bool:
        refusals = (
            self.refuse_unauthenticated,
            self.refuse_wrong_password,
            self.refuse_plaintext,
            self.refuse_no_certificate,
            bool(self.refuse_commands),
        )
        return any(refusals) or self.wait_timeout > 0


@dataclass(frozen=True)
class Surroundings:
    """Everything outside the core that the checks reach for."""

    resolve: Resolver = resolve_by_system
    dial: Dialer = dial_tcp
    log_in: Callable[[Target, socket.socket], Commands] = log_in
    clock: Clock = time


SYSTEM = Surroundings()


@dataclass
class Context:
    """Each check finds here what the ones before it left, and leaves what it found out.

    `server` has engine, version and mode, each None when the server did not tell. `latency` is in milliseconds.
    Whatever is entered into `closing` is closed when the run ends.
    """

    options: CheckOptions
    surroundings: Surroundings
    addresses: list[str] = field(default_factory=list)
    role: str | None = None
    server: dict[str, str | None] = field(default_factory=dict)
    latency: dict[str, float] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)
    _connection: socket.socket | None = None
    _session: Commands | None = None

    @property
    def target(self) -> Target:
        return self.options.target

    @property
    def connection(self) -> socket.socket:
        if self._connection is None:
            raise RuntimeError("a check needs the connection before the check that opens it")
        return self._connection

    @connection.setter
    def connection(self, connection: socket.socket) -> None:
        self._connection = connection
        self.closing.callback(connection.close)

    @property
    def session(self) -> Commands:
        if self._session is None:
            raise RuntimeError("a check needs the session before the check that logs in")
        return self._session

    @session.setter
    def session(self, session: Commands) -> None:
        self._session = session
        self.closing.callback(session.close)

    def open_session(self, target: Target) -> Commands:
        """A further login: as somebody else, or at another node of the cluster. Raises CheckError of whichever hop."""
        outside = self.surroundings
        connection = open_socket(target, find_addresses(target, outside.resolve), outside.dial)
        self.closing.callback(connection.close)
        session = outside.log_in(target, secure(target, connection) if target.tls else connection)
        self.closing.callback(session.close)
        return session
