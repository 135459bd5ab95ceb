# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The redis side of a recovery test: the first read, counts, and readings of the whole keyspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Protocol

from ...aws.session import Clock
from ...redis.connection import Target
from ...redis.keyspace.describe import KeyspaceOptions
from ...redis.keyspace.nodes import describe_server, open_session, read_topology
from ...redis.keyspace.quiet import Look, look_at
from ...redis.session import Session

CHANGES = ("run_id", "rdb_last_save_time", "rdb_changes_since_last_save")


@dataclass(frozen=True)
class Counts:
    """Of all primaries together; `expiring` of the keys have a time to live. Keys whose time was over when the server
    loaded its data are `expired_at_load` (None before 7.0, which does not tell), those that went since are
    `expired_later`. `changes`: of each primary what tells whether it was written to, see `was_written`.
    """

    keys: int
    expired_at_load: int | None = None
    expired_later: int = 0
    expired_fields: int = 0
    evicted: int = 0
    expiring: int = 0
    changes: tuple[tuple[str, ...], ...] = ()

    @property
    def expired(self) -> int | None:
        """Keys that were in what was loaded, and are not there any more, by their own time to live."""
        return None if self.expired_at_load is None else self.expired_at_load + self.expired_later


@dataclass(frozen=True)
class Reading:
    """All keys read: `digest` of everything but the values of `unsupported` types, which are those of modules,
    `movements` as of KeyspaceDescription, `counts` from after it."""

    keys: int
    digest: str
    movements: tuple[str, ...]
    counts: Counts
    unsupported: tuple[str, ...] = ()


class Server(Protocol):
    """A group by its endpoint. Every method raises CheckError."""

    def answer(self) -> None:
        """Read something, on one connection."""

    def count(self) -> Counts: ...

    def read(self, rate_limit: float = 0.0) -> Reading: ...


@dataclass(frozen=True)
class Monotonic:
    """A session's clock, as the redis side wants one."""

    clock: Clock

    def monotonic(self) -> float:
        return self.clock.now()

    def sleep(self, seconds: float, /) -> None:
        self.clock.sleep(seconds)


@dataclass(frozen=True)
class GroupServer:
    """See Server."""

    target: Target
    cluster_mode: bool
    clock: Clock

    def answer(self) -> None:
        """A read of keys: PING is answered by who could not read any."""
        with closing(open_session(self.target)) as session:
            session.command("SCAN", 0)

    def count(self) -> Counts:
        with self._primaries() as sessions:
            return counts_from([look_at(session) for session in sessions])

    def read(self, rate_limit: float = 0.0) -> Reading:
        options = KeyspaceOptions(rate_limit=rate_limit)
        found, _nodes = describe_server(self.target, options, self.cluster_mode, clock=Monotonic(self.clock))
        total = found.total
        return Reading(
            keys=total["key_count"],
            digest=total["digest"],
            movements=found.movements,
            counts=self.count(),
            unsupported=tuple(total["unsupported"]),
        )

    @contextmanager
    def _primaries(self) -> Iterator[list[Session]]:
        with ExitStack() as opened:

            def enter(target: Target) -> Session:
                return opened.enter_context(closing(open_session(target)))

            first = enter(self.target)
            if not self.cluster_mode:
                yield [first]
                return
            places = set(read_topology(first, self.target.tls).values())
            yield [enter(self.target.at(*place)) for place in sorted(places)]


def counts_from(looks: Sequence[Look]) -> Counts:
    at_load = [look.facts.get("rdb_last_load_keys_expired") for look in looks]
    known = [int(each) for each in at_load if each is not None]
    return Counts(
        keys=sum(keys for look in looks for keys, _expires in look.databases.values()),
        expired_at_load=sum(known) if len(known) == len(looks) else None,
        expired_later=total(looks, "expired_keys"),
        expired_fields=total(looks, "expired_fields") + total(looks, "expired_subkeys"),
        evicted=total(looks, "evicted_keys"),
        expiring=sum(expires for look in looks for _keys, expires in look.databases.values()),
        changes=tuple(tuple(look.facts.get(name, "") for name in CHANGES) for look in looks),
    )


def total(looks: Sequence[Look], name: str) -> int:
    return sum(int(look.facts.get(name, 0)) for look in looks)


def was_written(before: Counts, after: Counts) -> bool:
    """Whether something is known to have been written; keys that expire are no writes. What cannot be told is False:
    the same primaries have to be there, not restarted, without a save in between."""
    pairs = zip(before.changes, after.changes, strict=False)
    comparable = [(then, now) for then, now in pairs if then[:-1] == now[:-1] and then[-1] and now[-1]]
    return any(int(now[-1]) > int(then[-1]) for then, now in comparable)
