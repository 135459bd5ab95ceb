# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what was restored is what was saved. Pure.

Keys with a time to live go on expiring in both groups, and those whose time is over when a snapshot is loaded are not
loaded at all. Such keys are not lost: a server counts them, and what that count explains is never called a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...reconcile.report import UNREPORTED
from .servers import Counts, Reading

DIGEST_TAG = "redisops.cache/digest"
COUNT_TAG = "redisops.cache/key-count"
EXPIRING_TAG = "redisops.cache/expiring-keys"


@dataclass(frozen=True)
class Record:
    """What was written on the snapshot when it was taken of a quiet cache. `expiring`: how many of the keys had a time
    to live, None where that was not written."""

    digest: str
    keys: int
    expiring: int | None = None


@dataclass(frozen=True)
class Terms:
    """`comparison` is auto, digest or counts; `tolerance` in percent."""

    comparison: str = "auto"
    tolerance: float = 5.0


@dataclass(frozen=True)
class Comparison:
    """`method` is recorded_digest, recorded_count, digest, counts or none. `source_keys` is None where nothing could be
    compared with; `expired_keys` where the server does not tell it. `problem` is empty unless something is missing."""

    method: str
    identical: bool
    source_keys: int | None
    restored_keys: int
    expired_keys: int | None
    why: str
    problem: str = field(default="", metadata=UNREPORTED)


def record_of(tags: Mapping[str, str] | None) -> Record | None:
    """None unless digest and number are there, and well-formed: somebody may have written them by hand."""
    found = tags or {}
    digest, keys = found.get(DIGEST_TAG), number(found.get(COUNT_TAG))
    return Record(digest, keys, number(found.get(EXPIRING_TAG))) if digest and keys is not None else None


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def compare_nothing(restored: Counts, why: str) -> Comparison:
    problem = ""
    if not restored.keys and not restored.expired:
        problem = f"not a single key was restored, and whether there were any cannot be told, since {why}."
    return Comparison("none", False, None, restored.keys, restored.expired, why, problem)


def compare_recorded_count(record: Record, restored: Counts, terms: Terms) -> Comparison:
    """Without a digest, since the caller wanted counts alone."""
    verdict, problem = judge_counts(record.keys, restored, terms, most_expired(restored, record.expiring) or 0)
    why = f"comparison=counts: held against the number recorded on the snapshot; {verdict}"
    return Comparison("recorded_count", False, record.keys, restored.keys, restored.expired, why, problem)


def compare_record(record: Record, restored: Reading, terms: Terms) -> Comparison:
    """A snapshot does not change: what differs from its record has expired, or is damaged."""
    is_equal = restored.digest == record.digest
    if is_equal and not restored.unsupported:
        return recorded(record, restored, "the digests are equal", is_identical=True)
    why, problem = (unseen(restored), "") if is_equal else explain_record(record, restored, terms)
    if terms.comparison == "digest" and not problem:
        problem = unproven(why)
    return recorded(record, restored, why, problem)


def recorded(record: Record, restored: Reading, why: str, problem: str = "", is_identical: bool = False) -> Comparison:
    expired = restored.counts.expired
    return Comparison("recorded_digest", is_identical, record.keys, restored.keys, expired, why, problem)


def unproven(why: str) -> str:
    return f"comparison=digest: that the data is identical is not proven, since {why}."


def unseen(*readings: Reading) -> str:
    types = sorted({kind for reading in readings for kind in reading.unsupported})
    return f"the digests are equal, but values of the types {', '.join(types)} are not in the digests"


def most_expired(restored: Counts, expiring: int | None) -> int | None:
    """How many keys of the other side can be missing since they have expired: at most those that had a time to live
    (`expiring`, where that is known), and at most those that the server has counted, if it does. None: not known."""
    known = [each for each in (restored.expired, expiring) if each is not None]
    return min(known, default=None)


def explain_record(record: Record, restored: Reading, terms: Terms) -> tuple[str, str]:
    """Why the digests differ, and the problem if that is one."""
    counts, missing = restored.counts, record.keys - restored.keys
    most = most_expired(counts, record.expiring)
    if missing > 0 and most is None:
        return explain_unknown(record.keys, missing, terms)
    if 0 <= missing <= (most or 0) and (missing or counts.expired or counts.expired_fields):
        told = f"{'' if counts.expired is not None else 'up to '}{most or 0} have expired"
        return (
            "the digests differ since keys or hash fields have expired after the snapshot was taken: of "
            f"{record.keys} keys {missing} are gone, {told}; the values of the others were not compared",
            "",
        )
    told = f"{restored.keys} keys are there, {record.keys} were recorded, and {most or 0} can have expired since"
    return f"the digests differ: {told}", f"what was restored is not what was recorded on the snapshot: {told}."


def explain_unknown(keys: int, missing: int, terms: Terms) -> tuple[str, str]:
    """Of a server that does not tell what had expired when it loaded the snapshot, without a record of what could."""
    told = f"{missing} of {keys} recorded keys are not there, and nothing tells how many have expired since"
    why = f"the digests differ, {told}"
    is_borne = missing <= terms.tolerance / 100 * keys
    return why, "" if is_borne else f"{told}: more than count_tolerance={terms.tolerance:g} %."


def compare_digests(source: Reading, restored: Reading, terms: Terms) -> Comparison:
    """Equal digests prove equal data, however much moved meanwhile. Others prove nothing by themselves: the source may
    have been written to since the snapshot."""
    is_equal = source.digest == restored.digest
    if is_equal and not (source.unsupported or restored.unsupported):
        why = "the digests are equal" if restored.keys else "both are empty"
        return Comparison("digest", True, source.keys, restored.keys, restored.counts.expired, why)
    reason = unseen(source, restored) if is_equal else why_digests_differ(source, restored)
    if terms.comparison == "digest":
        problem = unproven(reason)
        return Comparison("digest", False, source.keys, restored.keys, restored.counts.expired, reason, problem)
    return compare_counts(source.counts, restored.counts, terms, reason)


def why_digests_differ(source: Reading, restored: Reading) -> str:
    if source.movements:
        return f"the source moved while it was read ({'; '.join(source.movements)})"
    if restored.movements:
        return f"what was restored moved while it was read ({'; '.join(restored.movements)})"
    return "the digests differ, as they do when the source was written to after the snapshot was taken"


def compare_counts(source: Counts, restored: Counts, terms: Terms, reason: str) -> Comparison:
    """`reason` says why it is only counts."""
    verdict, problem = judge_counts(source.keys, restored, terms, most_expired(restored, source.expiring) or 0)
    persistent = source.keys - source.expiring
    if problem and persistent > restored.keys:
        problem += f" {persistent} keys of the other side have no time to live."
    why = f"only counts: {reason}; {verdict}"
    return Comparison("counts", False, source.keys, restored.keys, restored.expired, why, problem)


def judge_counts(source_keys: int, restored: Counts, terms: Terms, most: int) -> tuple[str, str]:
    """What the counts say, and the problem if they are too far apart. `most`: so many can have expired.

    Either may be the larger: keys of the source were added, or deleted, since. Those that expired in the restored group
    were in the snapshot, hence they are no loss, even where the source got them anew or prolonged them.
    """
    allowed = terms.tolerance / 100 * max(source_keys, restored.keys)
    missing = source_keys - restored.keys
    told = f"{restored.keys} keys were restored, the other side has {source_keys}"
    if abs(missing) <= allowed:
        return f"{told}, which is within {terms.tolerance:g} %", ""
    expiry = "the server does not tell how many have expired since"
    if restored.expired is not None:
        expiry = f"{restored.expired} of the snapshot have expired since"
    if 0 < missing <= allowed + most:
        return f"{told}, and {expiry}, which can explain up to {most} that are missing", ""
    return (
        f"{told}, which is beyond {terms.tolerance:g} %",
        f"{told}: more than count_tolerance={terms.tolerance:g} % apart; {expiry}, which explains at most {most}.",
    )
