# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deletions that a retention rule asks for. Pure."""

from __future__ import annotations

from dataclasses import replace

from ...reconcile.plan import Change, Plan, Step
from .spec import RetentionSpec
from .verdict import RetentionState

GONE = "gone"


def plan_deletions(spec: RetentionSpec, state: RetentionState) -> Plan:
    """One call for each, and one wait for all of them: the service deletes several at a time."""
    if not state.due:
        return Plan()
    because = ("keep_last",) if spec.keep_days is None else ("keep_last", "keep_days")
    *others, last = (deletion(spec, name, because) for name in state.due)
    remaining = [name for name in state.snapshots if name not in state.due]
    change = Change("snapshots", list(state.snapshots), remaining)
    return Plan("delete", (change,), (*others, replace(last, settles={GONE: state.due})))


def deletion(spec: RetentionSpec, name: str, because: tuple[str, ...]) -> Step:
    if spec.query.is_serverless:
        return Step("delete_serverless_cache_snapshot", {"ServerlessCacheSnapshotName": name}, because)
    return Step("delete_snapshot", {"SnapshotName": name}, because)
