# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions with the server, or with every primary of its cluster, and what their keyspace holds together."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any, Protocol

from ..connection import Target, dial_tcp, find_addresses, open_socket, resolve_by_system, secure
from ..failures import CheckError
from ..hops import CLUSTER_SLOTS
from ..session import Reply, Session, log_in
from ..waiting import Clock
from .describe import KeyspaceDescription, KeyspaceOptions, describe_keyspace
from .quiet import look_at
from .rounds import KeyspaceSession

# First and last slot of each range, and host and port of the primary that has it.
Topology = dict[tuple[int, int], tuple[str, int]]


class ClosableSession(KeyspaceSession, Protocol):
    def close(self) -> None: ...


def open_session(target: Target) -> Session:
    """Raises CheckError of whichever hop fails."""
    sock = open_socket(target, find_addresses(target, resolve_by_system), dial_tcp)
    try:
        return log_in(target, secure(target, sock) if target.tls else sock)
    except CheckError:
        sock.close()
        raise


def describe_server(
    target: Target,
    options: KeyspaceOptions,
    cluster_mode: bool = False,
    open_one: Callable[[Target], ClosableSession] = open_session,
    clock: Clock = time,
) -> tuple[KeyspaceDescription, list[str]]:
    """The description, and the nodes that it is of (host:port). Raises CheckError."""
    with ExitStack() as sessions:

        def enter(place: Target) -> ClosableSession:
            return sessions.enter_context(closing(open_one(place)))

        first = enter(target)
        if not cluster_mode:
            if look_at(first).is_cluster_node:
                raise CheckError("MOVED", "INFO says cluster_enabled")
            return describe_keyspace([first], options, clock), [target.label]
        topology = read_topology(first, target.tls)
        places = [target.at(*primary) for primary in sorted(set(topology.values()))]
        description = describe_keyspace([enter(place) for place in places], options, clock)
        if read_topology(first, target.tls) != topology:
            description = description.moved("slots or the role of primary went to other nodes")
        return description, [place.label for place in places]


def read_topology(session: KeyspaceSession, tls: bool) -> Topology:
    """Raises CheckError, with code SLOTS_NOT_SERVED when some of the keys would be left out."""
    topology = topology_from(session.command("CLUSTER", "SLOTS"), tls)
    served = sum(last - first + 1 for first, last in topology)
    if served != CLUSTER_SLOTS:
        raise CheckError("SLOTS_NOT_SERVED", f"{served} of {CLUSTER_SLOTS}")
    return topology


def topology_from(slots: Reply, tls: bool) -> Topology:
    """CLUSTER SLOTS, which names the primary of each range first (and is known before 7.0, as CLUSTER SHARDS is not).

    An empty host is the one that was asked. Behind the node's id there may be its hostname, which its certificate is
    for where the answer prefers addresses.
    """
    found: Topology = {}
    for first, last, primary, *_replicas in slots if isinstance(slots, list) else []:
        host, port, *more = primary
        names = _pairs(more[1]) if len(more) > 1 else {}
        found[first, last] = (str((tls and names.get("hostname")) or host or ""), port)
    return found


def _pairs(words: list[Any]) -> dict[str, Any]:
    return dict(zip(words[::2], words[1::2]))
