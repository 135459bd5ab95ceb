# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group bound to a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...aws.errors import ServiceError
from ...aws.session import Session
from ...aws.waiting import LATE_READS, back_off, wait_confirmed, wait_until
from ...reconcile.plan import Plan, Step
from ...reconcile.problems import Refused
from .. import api
from ..kms import resolve_key
from .normalize import ReplicationGroupState
from .observe import failure_story, observe
from .planner import Facts, plan_changes
from .restore.read import read_source
from .spec import build_spec

FAILED = ("create-failed", "incompatible-network", "restore-failed")
"""Statuses of the group or of a member that no waiting ends."""

GONE = "gone"


class ReplicationGroup:
    """See reconcile.engine.Resource."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self.session = session
        self.spec = build_spec(params)
        self.timeout = float(params.get("wait_timeout", 3600))
        self.facts = Facts()

    @property
    def name(self) -> str:
        return self.spec.replication_group_id

    @property
    def label(self) -> str:
        return f"replication group {self.spec.replication_group_id}"

    def settle(self, check: bool) -> tuple[ReplicationGroupState | None, tuple[str, ...]]:
        self.learn()
        state, warnings = self.settle_group(check)
        if state is None and self.spec.state == "present" and self.facts.source is None:
            # Read once: while the group is made of it, the snapshot is not available.
            self.facts = replace(self.facts, source=read_source(self.session, self.spec))
        return state, warnings

    def settle_group(self, check: bool) -> tuple[ReplicationGroupState | None, tuple[str, ...]]:
        state = self.observe()
        if state is None or not state.transitions:
            return state, ()
        if state.status != "deleting" and not self.is_removable(state):
            self.refuse_failed(state)
        if check and state.status == "deleting":
            return None, (f"{self.label} is being deleted; a run would first wait until it is gone.",)
        if check:
            seen = "; ".join(state.transitions)
            return state, (f"{self.label} is in transition ({seen}); a run would first wait until it is settled.",)
        if state.status == "deleting":
            self.wait_gone()
            return None, ()
        return (self.wait_deletable() if self.spec.state == "absent" else self.wait_settled(None)), ()

    def learn(self) -> None:
        """Reads of other resources that spec or plan need."""
        if self.spec.state == "present":
            self.spec = replace(self.spec, kms_key_id=resolve_key(self.session, self.spec.kms_key_id))
        name = self.spec.final_snapshot_identifier
        if name:
            self.facts = replace(self.facts, snapshot_exists=bool(api.describe_snapshots(self.session, name)))

    def is_removable(self, state: ReplicationGroupState) -> bool:
        """A group that has failed can only be deleted, and that needs no waiting."""
        statuses = {state.status, *(each.status for each in state.members)}
        return self.spec.state == "absent" and state.status != "deleting" and bool(statuses & set(FAILED))

    def refuse_failed(self, state: ReplicationGroupState) -> None:
        statuses = {state.status: self.label, **{each.status: each.cluster_id for each in state.members}}
        failed = next((each for each in FAILED if each in statuses), None)
        if failed:
            story = failure_story(self.session, state.replication_group_id)
            remedy = "Remove the group with state=absent, mend what the events name, and run again."
            raise Refused([f"{statuses[failed]} is {failed}: {story}. {remedy}"])

    def observe(self) -> ReplicationGroupState | None:
        return observe(self.session, self.spec.replication_group_id)

    def plan(self, state: ReplicationGroupState | None) -> Plan:
        return plan_changes(self.spec, state, self.facts)

    def execute(self, step: Step) -> None:
        api.execute(self.session, step)

    def wait(self, step: Step) -> None:
        if step.settles["status"] == GONE:
            self.wait_gone()
        else:
            self.wait_settled(step.settles.get("members"))

    def wait_settled(self, members: int | None) -> ReplicationGroupState:
        """Group and members available, the members as many as the step leads to: the group alone is not enough."""

        started = self.session.clock.now()

        def probe() -> tuple[ReplicationGroupState | None, str]:
            state = self.observe()
            if state is None:
                if self.session.clock.now() - started > LATE_READS:
                    raise ServiceError("describe_replication_groups", "", f"{self.label} has been deleted meanwhile")
                return None, "it cannot be read yet"
            self.refuse_failed(state)
            if state.transitions:
                return None, "; ".join(state.transitions)
            if members is not None and len(state.members) != members:
                return None, f"{len(state.members)} of {members} members are there"
            return state, ""

        return wait_until(self.session, f"{self.label} to be available", self.timeout, probe)

    def wait_deletable(self) -> ReplicationGroupState | None:
        """Settled, or failed meanwhile, which needs no more waiting; None when somebody else has deleted it."""
        started = self.session.clock.now()

        def probe() -> tuple[tuple[ReplicationGroupState | None] | None, str]:
            state = self.observe()
            if state is None:
                return ((None,) if self.session.clock.now() - started > LATE_READS else None), "it cannot be read"
            is_ready = not state.transitions or self.is_removable(state)
            return ((state,) if is_ready else None), "; ".join(state.transitions)

        (found,) = wait_until(self.session, f"{self.label} to be deletable", self.timeout, probe)
        return found

    def wait_gone(self) -> None:
        def probe() -> tuple[bool | None, str]:
            state = self.observe()
            return (True, "") if state is None else (None, f"it is {state.status}")

        wait_until(self.session, f"{self.label} to be gone", self.timeout, probe)

    def back_off(self, conflict: int) -> None:
        back_off(self.session, conflict)

    def converge(self) -> ReplicationGroupState | None:
        return wait_confirmed(self.session, self.label, self.observe, self.plan)
