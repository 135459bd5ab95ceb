# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a replication group. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...reconcile.plan import Change, Disruption, Plan, Step
from ..tagging import tag_warnings
from .changes import DEFERRED, find_changes
from .creation import plan_creation
from .normalize import ReplicationGroupState
from .ordering import Work, order_steps
from .refusals import find_refusals
from .restore.source import Source
from .spec import ReplicationGroupSpec

GROUP_GONE = {"status": "gone"}
SELF_TIMED = (
    "log_delivery_configurations",
    "num_node_groups",
    "replicas_per_node_group",
    "transit_encryption_enabled",
    "transit_encryption_mode",
    "auth_token",
    "cluster_mode",
)
"""What the service does at once, whatever `apply_immediately` says."""


@dataclass(frozen=True)
class Facts:
    """What a plan needs to know besides the State. `snapshot_exists`: one of the final snapshot's name; `source`: what
    a new group is restored from, None where it is not or that is not known."""

    snapshot_exists: bool = False
    source: Source | None = None


def plan_changes(spec: ReplicationGroupSpec, state: ReplicationGroupState | None, facts: Facts = Facts()) -> Plan:
    if spec.state == "absent":
        return plan_deletion(spec, state, facts)
    return plan_creation(spec, facts.source) if state is None else plan_modification(spec, state)


def plan_deletion(spec: ReplicationGroupSpec, state: ReplicationGroupState | None, facts: Facts) -> Plan:
    if state is None:
        return Plan()
    arguments = {"ReplicationGroupId": spec.replication_group_id}
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    if spec.final_snapshot_identifier:
        arguments["FinalSnapshotIdentifier"] = spec.final_snapshot_identifier
        if facts.snapshot_exists:
            name = spec.final_snapshot_identifier
            refusals = (f"final_snapshot_identifier: a snapshot {name} exists, and none is ever overwritten.",)
    else:
        warnings = ("no final snapshot is taken, and automatic snapshots end with the group: its data is lost.",)
    step = Step("delete_replication_group", arguments, ("state",), GROUP_GONE)
    return Plan("delete", (Change("state", "present", "absent"),), (step,), warnings, refusals)


def plan_modification(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> Plan:
    if not state.is_readable:
        return Plan(warnings=("it is being created; what there is to change is known once its members can be read.",))
    changes = find_changes(spec, state)
    changed = {change.field: change for change in changes}
    refusals = find_refusals(spec, state, changed)
    steps = () if refusals else order_steps(Work(spec, state, changed))
    warnings = tuple(modification_warnings(spec, state, changed, steps))
    changes = tuple(with_release(change, waiting_for_window(state, changed), steps) for change in changes)
    return Plan("modify" if changes or refusals else "none", changes, steps, warnings, refusals)


def waiting_for_window(state: ReplicationGroupState, changed: Mapping[str, Change]) -> dict[str, Any]:
    """What is pending on the members from earlier and not dealt with by this run."""
    return {name: state.pending[name] for name in DEFERRED if name in state.pending and name not in changed}


def with_release(change: Change, waiting: Mapping[str, Any], steps: tuple[Step, ...]) -> Change:
    """A change whose call is sent with ApplyImmediately also releases what waits, and disturbs as much as that does."""
    is_releasing = any(step.arguments.get("ApplyImmediately") for step in steps if change.field in step.because)
    if not waiting or not is_releasing or change.disruption.rank >= Disruption.FAILOVER.rank:
        return change
    return replace(change, disruption=Disruption.FAILOVER)


def modification_warnings(
    spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: dict[str, Change], steps: tuple[Step, ...]
) -> Iterator[str]:
    window = spec.preferred_maintenance_window or state.preferred_maintenance_window
    deferred = [name for name in DEFERRED if name in changed and not spec.apply_immediately]
    if deferred:
        yield f"{', '.join(deferred)}: waits for the maintenance window {window}; apply_immediately does it now."
    at_once = [name for name in SELF_TIMED if name in changed and not spec.apply_immediately]
    if at_once:
        yield f"{', '.join(at_once)}: takes effect at once, the service does not put it off to the window."
    for name, value in waiting_for_window(state, changed).items():
        if any(step.arguments.get("ApplyImmediately") for step in steps):
            yield f"{name}: {value} waits for the maintenance window, and is released by this run's ApplyImmediately."
        else:
            yield f"{name}: {value} waits for the maintenance window {window}."
    if "snapshot_retention_limit" in changed and spec.snapshot_retention_limit == 0:
        yield "snapshot_retention_limit: 0 ends automatic snapshots and removes those that exist."
    yield from state.log_delivery_errors
    yield from tag_warnings(spec.tags, state.tags)
