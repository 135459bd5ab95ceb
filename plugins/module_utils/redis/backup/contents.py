# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server holds, as far as a backup has to remember it: counts of every database, and a sample of the keys."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..failures import CheckError
from ..keyspace.keys import KeyRead
from ..keyspace.pace import Pace
from ..keyspace.reading import Terms, checked
from ..keyspace.rounds import Rounds
from ..local import LocalServer
from ..session import RawReply, Words
from .manifest import Contents, Count, Sample

LARGEST_SAMPLED_BYTES = 1 << 16
"""A larger value would hold up the server's other clients while it is read."""

EXPIRY_TOLERANCE = 2000
"""Milliseconds by which two readings of one key's end may differ: TTLs are told from the moment of the question."""

BYTES_AS_THEY_ARE = "surrogateescape"
"""Names of keys may have bytes that are no UTF-8."""

GONE = -2
"""PTTL of a key that is not there."""

_COUNT = re.compile(r"keys=(\d+),expires=(\d+)")

Key = tuple[int, str]


@dataclass(frozen=True)
class Standing:
    """Counts at one moment. `changes` counts what clients change, and begins anew with each save; `removed` is what
    expired or was evicted, which the former leaves out. `not_loaded` is what had expired when the server read its
    RDB file, None before 7.0."""

    databases: Mapping[int, Count]
    changes: int
    removed: int
    saved_at: str
    not_loaded: int | None

    @classmethod
    def of(cls, answers: Sequence[Any]) -> Standing:
        """From INFO stats, persistence and keyspace, in bytes."""
        lines = b"\n".join(answers).decode().splitlines()
        told = {name: value for name, _colon, value in (line.partition(":") for line in lines)}
        return cls(
            databases=counts(told),
            changes=int(told["rdb_changes_since_last_save"]),
            removed=int(told["expired_keys"]) + int(told["evicted_keys"]),
            saved_at=told["rdb_last_save_time"],
            not_loaded=int(told["rdb_last_load_keys_expired"]) if "rdb_last_load_keys_expired" in told else None,
        )

    def changes_until(self, later: Standing) -> int | None:
        if self.saved_at != later.saved_at or self.changes > later.changes or self.removed > later.removed:
            return None
        return later.changes - self.changes + later.removed - self.removed


def counts(told: Mapping[str, str]) -> dict[int, Count]:
    """From INFO keyspace."""
    found = {}
    for name, text in told.items():
        counted = _COUNT.match(text)
        if name.startswith("db") and counted:
            found[int(name[2:])] = Count(int(counted[1]), int(counted[2]))
    return found


def pick_keys(server: LocalServer, at_most: int) -> list[Key]:
    """Keys of every database, by share. SCAN gives them by their hash, so that the first ones are no special ones."""
    if not at_most:
        return []
    databases = counts(server.info("keyspace"))
    total = sum(count.keys for count in databases.values())
    shares = {number: max(1, at_most * count.keys // total) for number, count in sorted(databases.items())}
    return [(number, key) for number, share in shares.items() for key in _scan(server, number, share)]


def read_samples(server: LocalServer, keys: Iterable[Key]) -> dict[Key, Sample]:
    """Of the keys that exist, and whose values can be read and are of a moderate size.

    A key's end is no part of the digest, since it is compared with some tolerance. So the server need not be asked
    which commands it knows, which a user for backups may not do.
    """
    rounds = Rounds(server, Terms(expiry="ignore", has_pexpiretime=False), Pace(0, time), 1)
    found = {}
    for number, ours in itertools.groupby(sorted(keys), key=lambda key: key[0]):
        names = {name: name.encode(errors=BYTES_AS_THEY_ARE) for _number, name in ours}
        sizes = _ask(server, number, [("MEMORY", "USAGE", key) for key in names.values()])
        moderate = [name for name, size in zip(names, sizes) if size and size <= LARGEST_SAMPLED_BYTES]
        for name in moderate:
            (read,) = rounds.read([names[name]])
            (ends_in,) = _ask(server, number, [("PTTL", names[name])])
            if isinstance(read, KeyRead) and read.is_supported and ends_in != GONE:
                found[number, name] = Sample(number, name, read.kind, f"{read.digest:064x}", _end(ends_in))
    return found


def look(server: LocalServer, *commands: Words) -> tuple[Standing, list[RawReply | CheckError], Standing]:
    """What the server holds right before and right after some commands, and their answers.

    All goes out in one sending, which the server carries out without turning to other clients in between. It promises
    that nowhere; so the two are compared, rather than trusted to be equal.
    """
    questions: list[Words] = [("INFO", section) for section in ("stats", "persistence", "keyspace")]
    answers = server.pipeline([*questions, *commands, *questions])
    for answer in (*answers[: len(questions)], *answers[-len(questions) :]):
        if isinstance(answer, CheckError):
            raise answer
    before, after = Standing.of(answers[: len(questions)]), Standing.of(answers[-len(questions) :])
    return before, answers[len(questions) : -len(questions)], after


def remember(before: Standing, after: Standing, first: Mapping[Key, Sample], second: Mapping[Key, Sample]) -> Contents:
    """What the copy holds that was fixed between two readings: samples that were the same in both."""
    kept = [sample for key, sample in first.items() if key in second and _is_same(sample, second[key])]
    return Contents(before.databases, tuple(kept), before.changes_until(after))


def differences(wanted: Contents, server: LocalServer) -> list[str]:
    """What a server that has just loaded the backup, and that nobody else talks to, does not hold as it should."""
    standing, _answers, _same = look(server)
    found = standing.databases
    told = [_miscounted(wanted, number, found) for number in sorted({*wanted.databases, *found})]
    return [*filter(None, [*told, _miscounted_in_all(wanted, standing)]), *_missing_samples(wanted, server)]


def _miscounted(wanted: Contents, number: int, found: Mapping[int, Count]) -> str | None:
    """Keys whose time has passed may be gone already, or not yet."""
    expected = wanted.databases.get(number, Count(0, 0))
    loaded = found.get(number, Count(0, 0)).keys
    if wanted.uncertainty is None:
        return (
            f"database {number} is empty instead of having {expected.keys} keys"
            if expected.keys > loaded == 0
            else None
        )
    least = max(0, expected.keys - expected.expires - wanted.uncertainty)
    most = expected.keys + wanted.uncertainty
    if least <= loaded <= most:
        return None
    return f"database {number} has {loaded} keys instead of {least if least == most else f'{least} to {most}'}"


def _miscounted_in_all(wanted: Contents, standing: Standing) -> str | None:
    """Together with those that ended on the way, it must be the very number."""
    if wanted.uncertainty is None or standing.not_loaded is None:
        return None
    loaded = sum(count.keys for count in standing.databases.values()) + standing.removed + standing.not_loaded
    if abs(loaded - wanted.keys) <= wanted.uncertainty:
        return None
    return f"{loaded} keys came out of it instead of {wanted.keys}, those included that have ended since"


def _missing_samples(wanted: Contents, server: LocalServer) -> list[str]:
    loaded = read_samples(server, [(sample.database, sample.key) for sample in wanted.samples])
    now = time.time() * 1000
    wrong = 0
    for sample in wanted.samples:
        found = loaded.get((sample.database, sample.key))
        has_ended = sample.expires_at is not None and sample.expires_at <= now + EXPIRY_TOLERANCE
        if not has_ended and not (found and _is_same(sample, found)):
            wrong += 1
    return [f"{wrong} of {len(wanted.samples)} sampled keys are missing or have another value or end"] if wrong else []


def _is_same(one: Sample, other: Sample) -> bool:
    if (one.type, one.digest) != (other.type, other.digest):
        return False
    if one.expires_at is None or other.expires_at is None:
        return one.expires_at is other.expires_at
    return abs(one.expires_at - other.expires_at) <= EXPIRY_TOLERANCE


def _scan(server: LocalServer, number: int, at_most: int) -> list[str]:
    found: dict[str, None] = {}
    cursor = b"0"
    while len(found) < at_most:
        ((cursor, names),) = _ask(server, number, [("SCAN", cursor, "COUNT", at_most)])
        found.update((name.decode(errors=BYTES_AS_THEY_ARE), None) for name in names)
        if cursor == b"0":
            break
    return list(found)[:at_most]


def _ask(server: LocalServer, number: int, commands: Sequence[Words]) -> list[Any]:
    """The answers of one database in bytes, in one sending. The server is left at that database."""
    answers = server.pipeline([("SELECT", number), *commands])
    return [checked(answer) for answer in answers[1:]]


def _end(milliseconds: int) -> int | None:
    return int(time.time() * 1000) + milliseconds if milliseconds >= 0 else None
