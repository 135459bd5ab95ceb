# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to the node that takes a cache's writes now. Nothing is remembered of the way that was taken before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Protocol

from ..connection import Target
from ..failures import CheckError, RedirectError
from ..keyspace.nodes import ClosableSession, open_session, topology_from

OpenOne = Callable[[Target], ClosableSession]
"""Resolves the name anew, since after a failover it leads elsewhere. Raises CheckError of whichever hop fails."""


class Route(Protocol):
    def open(self) -> ClosableSession:
        """A new session with the node that takes writes. Raises CheckError."""

    def redirect(self, to: RedirectError) -> None:
        """A node has named another one for the keys."""


class EndpointRoute:
    """Cluster mode disabled: the primary endpoint's name leads there."""

    def __init__(self, target: Target, open_one: OpenOne = open_session) -> None:
        self._target = target
        self._open_one = open_one

    def open(self) -> ClosableSession:
        return self._open_one(self._target)

    def redirect(self, to: RedirectError) -> None:
        """There is no cluster to be led around in: the endpoint is asked again."""


class ShardRoute:
    """Cluster mode: the primary of the shard that has a slot, as a node behind the configuration endpoint has it."""

    def __init__(self, target: Target, slot: int, open_one: OpenOne = open_session) -> None:
        self._target = target
        self._slot = slot
        self._open_one = open_one
        self._named: Target | None = None

    def open(self) -> ClosableSession:
        place = self._named or self.find_primary()
        self._named = None  # whether it was right shows now; if not, the endpoint is asked again
        return self._open_one(place)

    def redirect(self, to: RedirectError) -> None:
        """An empty host is the node's own (Redis Cluster specification), which the endpoint finds as well."""
        self._named = self._target.at(to.host, to.port) if to.host else None

    def find_primary(self) -> Target:
        """Raises CheckError, with code SLOTS_NOT_SERVED where nobody has the slot."""
        with closing(self._open_one(self._target)) as session:
            topology = topology_from(session.command("CLUSTER", "SLOTS"), self._target.tls)
        for (first, last), (host, port) in topology.items():
            if first <= self._slot <= last:
                return self._target.at(host, port)
        raise CheckError("SLOTS_NOT_SERVED", f"slot {self._slot}")
