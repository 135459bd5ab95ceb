# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the keyspace of a server, or of all primaries of a cluster, holds: counts and a digest per database."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from ..waiting import Clock
from .digest import RECIPE, DigestSum, netstrings
from .keys import KeyRead, Missed, Outcome
from .names import RecentNames, Sample, scan_names
from .pace import Pace
from .quiet import Look, look_at, movements
from .reading import Terms, checked
from .rounds import KeyspaceSession, Rounds

EXPIRIES = ("exact", "presence", "ignore")

MOST_SCANS = 3
"""How often a database is read whose keys came out as more than it has."""


@dataclass(frozen=True)
class KeyspaceOptions:
    """`databases`: None is all that have keys. `sample` and `rate_limit`: 0 is every key, as fast as it goes.

    Raises ValueError with all the contradictions among the options at once.
    """

    databases: tuple[int, ...] | None = None
    match: str | None = None
    expiry: str = "exact"
    sample: int = 0
    batch: int = 500
    rate_limit: float = 0.0

    def __post_init__(self) -> None:
        numbers = self.databases or ()
        problems = {
            "databases: each 0 or more": any(number < 0 for number in numbers),
            "databases: each once": len(set(numbers)) < len(numbers),
            "match: must not be empty": self.match == "",
            f"expiry: one of {', '.join(EXPIRIES)}": self.expiry not in EXPIRIES,
            "sample: 0 or more": self.sample < 0,
            "batch: a number from 1 to 10000": not 1 <= self.batch <= 10000,
            "rate_limit: 0 keys per second or more": self.rate_limit < 0,
        }
        found = [problem for problem, applies in problems.items() if applies]
        if found:
            raise ValueError("; ".join(found))


@dataclass
class Tally:
    """Of one database, or of all (`number` None). `keys` is what SCAN named; the rest is of what the digest covers."""

    number: int | None = None
    keys: int = 0
    expires: int = 0
    bytes_read: int = 0
    digest: DigestSum = field(default_factory=DigestSum)
    types: Counter[str] = field(default_factory=Counter)
    unsupported: Counter[str] = field(default_factory=Counter)
    missed: Counter[Missed] = field(default_factory=Counter)
    repeated: int = 0

    def add(self, outcome: Outcome) -> None:
        if isinstance(outcome, Missed):
            self.missed[outcome] += 1
            return
        self._count(outcome)

    def _count(self, read: KeyRead) -> None:
        self.digest.add(read.digest)
        self.expires += read.expires
        self.bytes_read += read.size
        self.types[read.kind] += 1
        if not read.is_supported:
            self.unsupported[read.kind] += 1

    def include(self, other: Tally) -> None:
        """The counts of another database. The digests of databases do not add up: their numbers belong to them."""
        self.keys += other.keys
        self.expires += other.expires
        self.bytes_read += other.bytes_read
        self.digest.count += other.digest.count
        self.types += other.types
        self.unsupported += other.unsupported
        self.missed += other.missed
        self.repeated += other.repeated

    def as_dict(self) -> dict[str, Any]:
        return {"db": self.number, "digest": self.digest.hexadecimal, **self.counts()}

    def counts(self) -> dict[str, Any]:
        return {
            "bytes": self.bytes_read,
            "covered": self.digest.count,
            "expires": self.expires,
            "key_count": self.keys - sum(self.missed.values()),
            "types": dict(sorted(self.types.items())),
            "unsupported": dict(sorted(self.unsupported.items())),
        }


@dataclass(frozen=True)
class KeyspaceDescription:
    """`movements`: what moved while it was read, or cannot be known to have stood still."""

    databases: tuple[Tally, ...]
    movements: tuple[str, ...]
    seconds: float

    @property
    def is_quiet(self) -> bool:
        return not self.movements

    @property
    def total(self) -> dict[str, Any]:
        """The digest binds each database's sum to its number: a key in another database is another key."""
        total, digest = Tally(), sha256(RECIPE)
        for tally in self.databases:
            digest.update(netstrings([b"%d" % (tally.number or 0), tally.digest.digest()]))
            total.include(tally)
        return {"digest": digest.hexdigest(), **total.counts()}

    def as_dict(self) -> dict[str, Any]:
        return {
            "databases": [tally.as_dict() for tally in self.databases],
            "is_quiet": self.is_quiet,
            "movements": list(self.movements),
            "seconds": round(self.seconds, 3),
            "total": self.total,
        }

    def moved(self, *sentences: str) -> KeyspaceDescription:
        return replace(self, movements=(*self.movements, *sentences))


def describe_keyspace(
    sessions: Sequence[KeyspaceSession], options: KeyspaceOptions, clock: Clock = time
) -> KeyspaceDescription:
    """Of one server, or of the cluster whose primaries these sessions are with: then the sums are of all of them.

    Session and LocalServer will do as sessions, which are left at the database that was read last. Raises CheckError.
    """
    started = clock.monotonic()
    before = [look_at(session) for session in sessions]
    numbers = options.databases
    if numbers is None:
        numbers = tuple(sorted({number for look in before for number in look.databases}))
    pace = Pace(options.rate_limit, clock)
    databases = [_Database(sessions, number, options, pace) for number in numbers]
    tallies = tuple(database.describe() for database in databases)
    after = [look_at(session) for session in sessions]
    moved = [*_movements_of(before, after), *(sentence for each in databases for sentence in each.movements())]
    return KeyspaceDescription(tallies, tuple(moved), clock.monotonic() - started)


def _movements_of(before: Sequence[Look], after: Sequence[Look]) -> Iterator[str]:
    for then, now in zip(before, after):
        yield from movements(then, now)


class _Database:
    def __init__(self, sessions: Sequence[KeyspaceSession], number: int, options: KeyspaceOptions, pace: Pace) -> None:
        self._sessions = sessions
        self._options = options
        self._pace = pace
        self._number = number
        self._tally = Tally(number)
        self._held = 0

    def describe(self) -> Tally:
        """Read again while SCAN has named more keys than there are: some came twice, too far apart to be noticed."""
        for session in self._sessions:
            session.command("SELECT", self._number)
        for _scan in range(MOST_SCANS):
            held = self._count_held()
            self._tally = self._read()
            self._held = self._count_held()
            if self._options.match or held != self._held or self._tally.keys <= held:
                break
        return self._tally

    def movements(self) -> Iterator[str]:
        place = f"database {self._number}"
        if not self._options.match and self._tally.keys != self._held:
            yield f"{place}: SCAN named {self._tally.keys} keys, DBSIZE counts {self._held}"
        for missed, count in self._tally.missed.items():
            yield f"{place}: keys that {missed.value}: {count}"

    def _count_held(self) -> int:
        return sum(int(checked(session.pipeline([("DBSIZE",)])[0])) for session in self._sessions)

    def _read(self) -> Tally:
        tally = Tally(self._number)
        sample = self._choose(tally) if self._options.sample else None
        for node, session in enumerate(self._sessions):
            names = sample.of_node(node) if sample else self._names(session, tally)
            terms = _terms_of(session, self._options.expiry)
            for outcome in Rounds(session, terms, self._pace, self._options.batch).read(names):
                tally.add(outcome)
        return tally

    def _choose(self, tally: Tally) -> Sample:
        sample = Sample(self._options.sample)
        for node, session in enumerate(self._sessions):
            for name in self._names(session, tally):
                sample.offer(name, node)
        return sample

    def _names(self, session: KeyspaceSession, tally: Tally) -> Iterator[bytes]:
        recent = RecentNames()
        for name in scan_names(session, self._options.match, self._options.batch, self._pace):
            if recent.is_new(name):
                tally.keys += 1
                yield name
            else:
                tally.repeated += 1


def _terms_of(session: KeyspaceSession, expiry: str) -> Terms:
    """An unknown command is nil in COMMAND INFO's answer."""
    asked = ("COMMAND", "INFO", "PEXPIRETIME", "HPEXPIRETIME")
    has_pexpiretime, has_hpexpiretime = map(bool, checked(session.pipeline([asked])[0]))
    return Terms(expiry, has_pexpiretime, has_hpexpiretime)
