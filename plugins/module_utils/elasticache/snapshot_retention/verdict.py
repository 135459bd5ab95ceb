# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots go and which stay, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..snapshot.normalize import SnapshotState
from .spec import RetentionSpec

AVAILABLE = "available"
MANUAL = "manual"
SECONDS_OF_A_DAY = 24 * 3600


@dataclass(frozen=True)
class Kept:
    """A snapshot that stays, and the reason in words."""

    snapshot_name: str
    because: str


@dataclass(frozen=True)
class RetentionState:
    """The snapshots of a cache as they are, newest first, and what a run means to do about them. `due` are those that
    are still to be deleted, oldest first: whatever interrupts it, the newest stay. `deleted` and `kept` are the verdict
    of the first look, which no later one extends. `pending` is always empty."""

    snapshots: tuple[str, ...]
    due: tuple[str, ...]
    deleted: tuple[str, ...]
    kept: tuple[Kept, ...]
    pending: dict[str, Any] = field(default_factory=dict)


def judge(spec: RetentionSpec, snapshots: Iterable[SnapshotState], now: datetime) -> RetentionState:
    """`now`: what ages are counted to; with a time zone."""
    listed = sorted(snapshots, key=lambda each: (each.created == "", each.created, each.snapshot_name), reverse=True)
    counted = [each for each in listed if exemption(spec, each) is None]
    reasons = {each.snapshot_name: exemption(spec, each) for each in listed}
    reasons |= {each.snapshot_name: claim(spec, each, place, now) for place, each in enumerate(counted, 1)}
    due = tuple(each.snapshot_name for each in reversed(listed) if reasons[each.snapshot_name] is None)
    return RetentionState(
        snapshots=tuple(each.snapshot_name for each in listed),
        due=due,
        deleted=due,
        kept=tuple(Kept(name, reason) for name, reason in reasons.items() if reason is not None),
    )


def exemption(spec: RetentionSpec, snapshot: SnapshotState) -> str | None:
    """Why the rule does not apply to a snapshot. Such a one is not counted either: one in the making may yet fail."""
    if snapshot.origin != MANUAL:
        return "it is automatic, and ElastiCache itself removes it"
    if not spec.covers(snapshot.snapshot_name):
        return "neither names nor name_prefixes cover it"
    if snapshot.status != AVAILABLE:
        return f"it is {snapshot.status}"
    return None if snapshot.created else "its age is not known"


def claim(spec: RetentionSpec, snapshot: SnapshotState, place: int, now: datetime) -> str | None:
    """What a snapshot that the rule applies to stays for. `place`: 1 is the newest."""
    if place <= spec.keep_last:
        return f"it is among the newest {spec.keep_last}" if spec.keep_last > 1 else "it is the newest"
    age = now - datetime.fromisoformat(snapshot.created)
    if spec.keep_days is None or age.total_seconds() > spec.keep_days * SECONDS_OF_A_DAY:
        return None
    return f"it is not older than {spec.keep_days} days"
