# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot bound to a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...aws.errors import ServiceError
from ...aws.session import Session
from ...aws.waiting import LATE_READS, back_off, wait_confirmed, wait_until
from ...reconcile.plan import Plan, Step
from ...reconcile.problems import Conflict, Refused
from .. import api
from ..kms import resolve_key
from .bucket import ExportedFile, read_bucket, read_exported
from .normalize import SnapshotState
from .observe import failure_story, observe
from .planner import Facts, plan_changes
from .source import Source, read_source
from .spec import build_spec

ALREADY_EXPORTED = "already contains an object with key"
"""Text with which CopySnapshot refuses a file that is there: an export whose answer was lost has written it.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CopySnapshot.html"""

Wait = Callable[[], object]


class Snapshot:
    """See reconcile.engine.Resource."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self.session = session
        self.spec = build_spec(params)
        self.is_patient = bool(params.get("wait", True))
        self.timeout = float(params.get("wait_timeout", 3600))
        self.facts = Facts()

    @property
    def name(self) -> str:
        return self.spec.snapshot_name

    @property
    def label(self) -> str:
        return f"snapshot {self.spec.snapshot_name}"

    def settle(self, check: bool) -> tuple[SnapshotState | None, tuple[str, ...]]:
        """What is refused is not waited for."""
        self.learn()
        state = self.observe()
        found = None if self.is_going(state) else state
        self.learn_source(found)
        if self.plan(found).refusals:
            return found, ()
        waits = self.waits(state)
        if check:
            return found, tuple(f"{why}; a run would first wait for that to end." for why, _wait in waits)
        for _why, wait in waits:
            wait()
            found = self.observe()
        return found, ()

    def is_going(self, state: SnapshotState | None) -> bool:
        return state is not None and state.status == "deleting"

    def learn(self) -> None:
        """Reads of other services that spec or plan need."""
        if self.spec.state == "present":
            self.spec = replace(self.spec, kms_key_id=resolve_key(self.session, self.spec.kms_key_id))
        if self.spec.bucket:
            self.facts = replace(self.facts, bucket=read_bucket(self.session, self.spec.bucket, self.name))

    def learn_source(self, state: SnapshotState | None) -> None:
        """A snapshot that exists tells its source itself, unless it is a copy."""
        is_wanted = state is None and self.spec.state == "present"
        if is_wanted or self.spec.source_snapshot_name or (state and self.is_of_other_name(state)):
            self.facts = replace(self.facts, source=read_source(self.session, self.spec))

    def is_of_other_name(self, state: SnapshotState) -> bool:
        """Whether it is of a node that is not named after the group asked for. One of which a group was made keeps its
        name, so the group has to tell whether it is in it."""
        group = self.spec.replication_group_id
        return None not in (group, state.cache_cluster_id) and state.replication_group_id != group

    def waits(self, state: SnapshotState | None) -> Iterator[tuple[str, Wait]]:
        """What has to end first, in words, and the wait for it. Each is asked for when the one before has ended."""
        if self.is_going(state) and (self.is_patient or self.spec.state == "present"):
            yield f"{self.label} is being deleted", self.wait_gone
        elif state is not None and self.is_in_the_way(state):
            wait = self.wait_deletable if self.spec.state == "absent" else self.wait_available
            yield f"{self.label} is {state.status}", wait
        source = self.facts.source
        if self.spec.state == "present" and (state is None or self.is_going(state)) and source and source.transitions:
            seen = f"{source.label} is not ready ({'; '.join(source.transitions)})"
            if not self.is_patient:
                raise Refused([f"{seen}: a snapshot can be taken once it is; `wait: true` waits for that."])
            yield seen, self.wait_source
        files = state.num_node_groups if state else 0
        if 0 < len(self.facts.exported) < files:
            yield f"{len(self.facts.exported)} of {files} files are exported", lambda: self.wait_exported(files)

    def is_in_the_way(self, state: SnapshotState) -> bool:
        """One in the making is as wanted for whoever does not wait, unless something else is to follow."""
        is_made = state.status in ("creating", "copying") and self.spec.state == "present" and not self.spec.bucket
        return state.status not in ("available", "deleting") and (self.is_patient or not is_made)

    def observe(self) -> SnapshotState | None:
        files: tuple[ExportedFile, ...] = ()
        if self.facts.bucket is not None:
            files = read_exported(self.session, self.facts.bucket, self.name)
        state = observe(self.session, self.name, self.spec.serverless)
        exported = tuple(file.arn for file in files if file.is_of(state))
        self.facts = replace(
            self.facts, exported=exported, stale=tuple(file.arn for file in files if not file.is_of(state))
        )
        return replace(state, exported=exported) if state else None

    def plan(self, state: SnapshotState | None) -> Plan:
        return plan_changes(self.spec, state, self.facts)

    def execute(self, step: Step) -> None:
        try:
            api.execute(self.session, step)
        except ServiceError as error:
            if ALREADY_EXPORTED in error.message:
                raise Conflict(str(error)) from error
            raise

    def wait(self, step: Step) -> None:
        if "files" in step.settles:
            self.wait_exported(step.settles["files"])
        elif step.settles["status"] == "gone":
            self.wait_gone()
        else:
            self.wait_available()

    def wait_available(self) -> SnapshotState:
        last_seen = [self.session.clock.now()]
        seen: list[SnapshotState] = []

        def probe() -> tuple[SnapshotState | None, str]:
            state = self.observe()
            if state is not None:
                seen[:], last_seen[:] = [state], [self.session.clock.now()]
                return (state, "") if state.status == "available" else (None, f"it is {state.status}")
            if self.session.clock.now() - last_seen[0] > LATE_READS:
                raise self.failure("it is gone before it was available", seen[0] if seen else None)
            return None, "it cannot be read"

        return wait_until(self.session, f"{self.label} to be available", self.timeout, probe)

    def failure(self, what: str, state: SnapshotState | None) -> ServiceError:
        return ServiceError("describe_snapshots", "", f"{self.label}: {what}; {failure_story(self.session, state)}")

    def wait_deletable(self) -> bool:
        """Available; or gone, as one that fails in the making is by itself."""

        def probe() -> tuple[bool | None, str]:
            state = self.observe()
            return (True, "") if state is None or state.status == "available" else (None, f"it is {state.status}")

        return wait_until(self.session, f"{self.label} to be available", self.timeout, probe)

    def wait_gone(self) -> bool:
        def probe() -> tuple[bool | None, str]:
            state = self.observe()
            return (True, "") if state is None else (None, f"it is {state.status}")

        return wait_until(self.session, f"{self.label} to be gone", self.timeout, probe)

    def wait_source(self) -> Source:
        """Ready, or known never to be: the plan then says so."""

        def probe() -> tuple[Source | None, str]:
            source = read_source(self.session, self.spec)
            self.facts = replace(self.facts, source=source)
            if source is None or source.problem or not source.transitions:
                return source, ""
            return None, "; ".join(source.transitions)

        return wait_until(self.session, "the source of the snapshot to be ready", self.timeout, probe)

    def wait_exported(self, files: int) -> SnapshotState:
        """All files there and the snapshot at rest: an object is seen only once it is whole."""
        ended: list[float] = []
        statuses: set[str] = set()

        def probe() -> tuple[SnapshotState | None, str]:
            state = self.observe()
            if state is None:
                raise self.failure("it is gone before it was exported", None)
            statuses.add(state.status)
            found = len(self.facts.exported)
            if state.status == "available" and found >= files:
                return state, ""
            if state.status == "available" and len(statuses) > 1:
                ended.append(self.session.clock.now())
                if ended[-1] - ended[0] > LATE_READS:
                    raise self.failure(f"its export has ended with {found} of {files} files", state)
            return None, f"{found} of {files} files are there, the snapshot is {state.status}{self.way_out(state)}"

        return wait_until(self.session, f"{self.label} to be in {self.spec.target_bucket}", self.timeout, probe)

    def way_out(self, state: SnapshotState) -> str:
        """An export that has failed halfway is not seen as such: the service tells no status of exports."""
        if state.status != "available" or not self.facts.exported:
            return ""
        return f"; if no export is under way any more, delete {', '.join(self.facts.exported)} and run again"

    def back_off(self, conflict: int) -> None:
        back_off(self.session, conflict)

    def converge(self) -> SnapshotState | None:
        return wait_confirmed(self.session, self.label, self.observe, self.plan)
