# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers that a flush is about: one by itself, or every primary of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from ...reconcile.problems import Refused
from ..connection import Target
from ..failures import CheckError
from ..keyspace.nodes import ClosableSession, open_session, read_topology
from ..local import Login, connect
from .renamed import Renamed

IN_TRANSACTIONS = ("DISCARD", "FLUSHALL", "FLUSHDB")
"""Commands that are given after MULTI, when a server cannot be asked what it calls them."""


@dataclass(frozen=True)
class Node:
    """`label` is what people know it by: host and port, or the configuration file of this host's own server."""

    label: str
    session: ClosableSession


class Server(Protocol):
    def opened(self) -> AbstractContextManager[list[Node]]:
        """Logged in to every one of its primaries. Raises Refused with all those that cannot be reached."""


def sentence_of(label: str, error: CheckError) -> str:
    return f"{label}: {error.detail}. Look at: {error.cause.look_at}."


@dataclass(frozen=True)
class RemoteServer:
    """Whatever answers at `target`. `names` are those of renamed commands, see Renamed."""

    target: Target
    cluster_mode: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    open_one: Callable[[Target], ClosableSession] = open_session

    @contextmanager
    def opened(self) -> Iterator[list[Node]]:
        with ExitStack() as sessions:
            first = self._enter(self.target, sessions)
            yield self._primaries(first, sessions) if self.cluster_mode else [first]

    def _enter(self, place: Target, sessions: ExitStack) -> Node:
        try:
            session = sessions.enter_context(closing(Renamed(self.open_one(place), self.names)))
            session.command("PING")  # a server that wants a password says so to the first command only
        except CheckError as error:
            raise Refused([sentence_of(place.label, error)]) from error
        return Node(place.label, session)

    def _primaries(self, first: Node, sessions: ExitStack) -> list[Node]:
        try:
            topology = read_topology(first.session, self.target.tls)
        except CheckError as error:
            raise Refused([sentence_of(first.label, error)]) from error
        nodes: list[Node] = []
        problems: list[str] = []
        for host, port in sorted(set(topology.values())):
            try:
                nodes.append(self._enter(self.target.at(host, port), sessions))
            except Refused as refused:
                problems += refused.problems
        if problems:
            raise Refused(problems)
        return nodes


@dataclass(frozen=True)
class OwnServer:
    """The server of this host that `config_file` is for; its configuration says what commands are called."""

    config_file: str
    login: Login

    @contextmanager
    def opened(self) -> Iterator[list[Node]]:
        try:
            session = connect(self.config_file, self.login)
            session.learn(*IN_TRANSACTIONS)
        except CheckError as error:
            raise Refused([sentence_of(self.config_file, error)]) from error
        except (OSError, ValueError) as error:
            raise Refused([f"config_file: {error}"]) from error
        with closing(session):
            yield [Node(self.config_file, session)]
