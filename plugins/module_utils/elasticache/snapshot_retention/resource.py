# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A retention rule bound to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...aws.session import Session
from ...aws.waiting import back_off, wait_confirmed, wait_until
from ...reconcile.plan import Plan, Step
from .. import api
from ..snapshot.normalize import SnapshotState, normalize, normalize_serverless
from .planner import GONE, plan_deletions
from .spec import build_spec
from .verdict import RetentionState, judge


class SnapshotRetention:
    """See reconcile.engine.Resource. What goes is decided by the first look: a later one, after a conflict or at the
    end, can only take names off the list, since nothing may go that check mode has not shown."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self.session = session
        self.spec = build_spec(params)
        self.timeout = float(params.get("wait_timeout", 3600))
        self.first: RetentionState | None = None

    @property
    def name(self) -> str:
        return self.spec.source

    @property
    def label(self) -> str:
        return f"snapshots of {self.spec.source}"

    def settle(self, check: bool) -> tuple[RetentionState, tuple[str, ...]]:
        """Nothing is waited for: what is not available is left alone."""
        return self.observe(), ()

    def observe(self) -> RetentionState:
        found = self.read()
        seen = judge(self.spec, found, self.session.service_now())
        self.first = self.first or seen
        due = tuple(name for name in self.first.deleted if name in seen.due)
        return replace(self.first, snapshots=seen.snapshots, due=due)

    def read(self) -> list[SnapshotState]:
        """Without tags, which would cost a call for each."""
        query = self.spec.query
        if query.is_serverless:
            listed = map(normalize_serverless, api.describe_serverless_cache_snapshots(self.session))
        else:
            listed = map(normalize, api.describe_snapshots(self.session))
        return [each for each in listed if query.matches(each)]

    def plan(self, state: RetentionState) -> Plan:
        return plan_deletions(self.spec, state)

    def execute(self, step: Step) -> None:
        api.execute(self.session, step)

    def wait(self, step: Step) -> None:
        def probe() -> tuple[bool | None, str]:
            left = [each.snapshot_name for each in self.read() if each.snapshot_name in step.settles[GONE]]
            return (None, f"{', '.join(left)} still there") if left else (True, "")

        wait_until(self.session, f"{self.label} to be gone", self.timeout, probe)

    def back_off(self, conflict: int) -> None:
        back_off(self.session, conflict)

    def converge(self) -> RetentionState:
        return wait_confirmed(self.session, self.label, self.observe, self.plan)
