# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a replication group. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...aws.tags import to_api
from ...reconcile.plan import Change, Disruption, Plan, Step
from ..tagging import tag_warnings
from .changes import DEFERRED, find_changes
from .fields import COMPARED, FIELDS, IDENTIFIER
from .normalize import ReplicationGroupState
from .ordering import Work, log_requests, order_steps
from .refusals import find_refusals
from .spec import ReplicationGroupSpec

TOPOLOGY = ("num_node_groups", "replicas_per_node_group")
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
    """What a plan needs to know besides the State. `snapshot_exists`: one of the final snapshot's name."""

    snapshot_exists: bool = False


def plan_changes(spec: ReplicationGroupSpec, state: ReplicationGroupState | None, facts: Facts = Facts()) -> Plan:
    if spec.state == "absent":
        return plan_deletion(spec, state, facts)
    return plan_creation(spec) if state is None else plan_modification(spec, state)


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


def plan_creation(spec: ReplicationGroupSpec) -> Plan:
    given = [each.name for each in COMPARED if getattr(spec, each.name) is not None]
    plain = [name for name in (IDENTIFIER, *given) if name not in TOPOLOGY]
    arguments = {**FIELDS.payload(spec, plain), **creation_topology(spec)}
    if not arguments.get("NotificationTopicArn", True):
        del arguments["NotificationTopicArn"]
    if spec.log_delivery_configurations:
        arguments["LogDeliveryConfigurations"] = log_requests(spec.log_delivery_configurations)
    if spec.tags:
        arguments["Tags"] = to_api(spec.tags)
        given.append("tags")
    members = (spec.num_node_groups or 1) * ((spec.replicas_per_node_group or 0) + 1)
    counted = spec.replicas_per_node_group is not None
    settles: dict[str, Any] = {"status": "available", **({"members": members} if counted else {})}
    step = Step("create_replication_group", arguments, tuple(given), settles)
    changes = tuple(Change(name, None, getattr(spec, name), observable=name != "auth_token") for name in given)
    return Plan(
        "create", (Change("state", "absent", "present"), *changes), (step,), refusals=tuple(creation_refusals(spec))
    )


def creation_topology(spec: ReplicationGroupSpec) -> dict[str, Any]:
    """The service counts shards and replicas with cluster mode enabled, nodes with cluster mode disabled."""
    if spec.is_clustered:
        return FIELDS.payload(spec, TOPOLOGY)
    return {} if spec.replicas_per_node_group is None else {"NumCacheClusters": spec.replicas_per_node_group + 1}


def creation_refusals(spec: ReplicationGroupSpec) -> Iterator[str]:
    yield from missing_options(spec)
    yield from missing_encryption(spec)
    yield from missing_conditions(spec)


def missing_options(spec: ReplicationGroupSpec) -> Iterator[str]:
    for name in ("description", "node_type"):
        if getattr(spec, name) is None:
            yield f"{name}: required to create {spec.replication_group_id}."
    if spec.engine == "valkey" and spec.engine_version is None:
        yield "engine_version: required to create a Valkey group."
    if spec.engine == "valkey" and spec.transit_encryption_enabled is None:
        yield "transit_encryption_enabled: true or false, required to create a Valkey group."


def missing_encryption(spec: ReplicationGroupSpec) -> Iterator[str]:
    """Valkey encrypts at rest unless told otherwise, Redis OSS does not."""
    if spec.auth_token is not None and not spec.transit_encryption_enabled:
        yield "auth_token: a token needs transit_encryption_enabled."
    if spec.transit_encryption_mode is not None and not spec.transit_encryption_enabled:
        yield "transit_encryption_mode: a mode needs transit_encryption_enabled."
    if spec.kms_key_id is not None and spec.engine != "valkey" and not spec.at_rest_encryption_enabled:
        yield "kms_key_id: a key needs at_rest_encryption_enabled."


def missing_conditions(spec: ReplicationGroupSpec) -> Iterator[str]:
    """What an option needs that a group which exists might have already, and a new one has not."""
    if (spec.num_node_groups or 1) > 1 and not spec.is_clustered:
        yield f"num_node_groups: {spec.num_node_groups} shards need cluster_mode=enabled."
    if spec.cluster_mode == "compatible":
        yield "cluster_mode: a new group is `disabled` or `enabled`; `compatible` lies between the two."
    if spec.multi_az_enabled and not spec.automatic_failover_enabled:
        yield "multi_az_enabled: Multi-AZ needs automatic_failover_enabled."
    if spec.multi_az_enabled and not spec.replicas_per_node_group:
        yield "replicas_per_node_group: Multi-AZ needs at least one replica per shard."
    elif spec.automatic_failover_enabled and not spec.is_clustered and not spec.replicas_per_node_group:
        yield "replicas_per_node_group: automatic failover needs at least one replica."


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
