# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateReplicationGroup: checked as a whole, then creating, then available with the members following."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.standin.behavior.replication_groups.access import choose_access, choose_at_rest
from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.engine import allocate_endpoints, plan_of
from tests.standin.behavior.replication_groups.layout import build_shard, choose_layout, require_quota
from tests.standin.behavior.replication_groups.logs import parse_logs, settle_logs
from tests.standin.behavior.replication_groups.network import choose_network
from tests.standin.behavior.replication_groups.restore import (
    Origin,
    choose_origin,
    claimed_excess,
    defaults_of,
    fill_group,
    require_restorable,
)
from tests.standin.behavior.replication_groups.schedule import choose_schedule, choose_snapshotting_member
from tests.standin.behavior.replication_groups.software import choose_software
from tests.standin.behavior.replication_groups.state import LogDelivery, ReplicationGroup, Shard, Software
from tests.standin.behavior.snapshots.automatic import schedule_automatic
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import World
from tests.standin.engines.plan import EngineError

LONGEST_ID = 40
LONGEST_DESCRIPTION = 255
FAILURE_TAG = "standin:create-failed"
"""A tag that makes a creation fail, its value being the reason: capacity and the like cannot fail by themselves."""


@operation("CreateReplicationGroup")
def create_replication_group(world: World, request: Request) -> dict[str, Any]:
    group_id = normalize_id("ReplicationGroupId", request["ReplicationGroupId"], LONGEST_ID)
    if group_id in world.replication_groups:
        raise ApiError(
            "ReplicationGroupAlreadyExists", f"Replication group with specified id {group_id} already exists."
        )
    origin = choose_origin(world, request)
    group = _build_group(world, request.filled(defaults_of(world, request, origin)), group_id)
    require_restorable(group, request, origin)
    tags = parse_tags(request.get("Tags") or [])
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    world.replication_groups[group_id] = group
    allocate_endpoints(world, group)
    for arn in (world.arn("replicationgroup", group_id), *(world.arn("cluster", m.id) for m in group.members())):
        world.tags.replace(arn, tags)
    _start(world, group, origin, tags.get(FAILURE_TAG))
    return {"ReplicationGroup": show_group(world, group)}


def require_failover_layout(shards: Sequence[Shard], in_cluster_mode: bool) -> None:
    """Automatic failover needs somebody to fail over to; shards in cluster mode may do without."""
    if not in_cluster_mode and not shards[0].replicas:
        raise invalid_combination(
            "When using automatic failover, there must be at least 2 cache clusters in the replication group."
        )


def require_multi_az_layout(shards: Sequence[Shard]) -> None:
    """Multi-AZ needs a replica in every shard, and one in another availability zone."""
    if any(not shard.replicas for shard in shards):
        raise invalid_combination("Must have at least 1 replica for Multi-AZ enabled Replication Group")
    if any(len({member.zone for member in shard.members}) < 2 for shard in shards):
        raise invalid_combination("Multi-AZ requires nodes of a node group in at least 2 availability zones.")


def _build_group(world: World, request: Request, group_id: str) -> ReplicationGroup:
    description = request["ReplicationGroupDescription"]
    require_description(description)
    software = choose_software(world, request)
    in_cluster_mode = software.cluster_mode != "disabled"
    network = choose_network(world, request, software.version)
    zones = world.subnet_groups[network.subnet_group].zones
    now = world.clock.now()
    layout = choose_layout(request, in_cluster_mode, zones)
    shards = [build_shard(group_id, shard, zones, now, in_cluster_mode) for shard in layout]
    require_quota(world, None, sum(len(shard.members) for shard in shards))
    failover, multi_az = _choose_availability(request, software, shards)
    at_rest = choose_at_rest(world, request, software.version)
    group = ReplicationGroup(
        id=group_id,
        description=description,
        created=now,
        software=software,
        network=network,
        access=choose_access(request, software.version),
        schedule=choose_schedule(world, request, group_id),
        shards=shards,
        at_rest=at_rest.enabled,
        kms_key=at_rest.kms_key,
        data_tiering=bool(request.get("DataTieringEnabled")),
        multi_az=multi_az,
        automatic_failover="enabled" if failover else "disabled",
        pending_logs=_choose_logs(request, software),
    )
    group.schedule.snapshotting_member = choose_snapshotting_member(group)
    if group.has_token:
        group.access.token_changed = now
    return group


def require_description(description: str) -> None:
    if not description.strip():
        raise invalid_value("The parameter ReplicationGroupDescription must be provided and must not be blank.")
    if len(description) > LONGEST_DESCRIPTION:
        raise invalid_value(
            f"The parameter ReplicationGroupDescription must not be longer than {LONGEST_DESCRIPTION} characters."
        )


def _choose_availability(request: Request, software: Software, shards: Sequence[Shard]) -> tuple[bool, bool]:
    """Automatic failover (always on in cluster mode) and Multi-AZ."""
    in_cluster_mode = software.cluster_mode != "disabled"
    failover = request.get("AutomaticFailoverEnabled", in_cluster_mode)
    multi_az = bool(request.get("MultiAZEnabled"))
    if in_cluster_mode and not failover:
        raise invalid_combination("Automatic failover must be enabled for cluster mode enabled replication groups.")
    if failover:
        require_failover_layout(shards, in_cluster_mode)
    if multi_az:
        if not failover:
            raise invalid_combination("Automatic failover must be enabled to enable Multi-AZ.")
        require_multi_az_layout(shards)
    return failover, multi_az


def _choose_logs(request: Request, software: Software) -> dict[str, LogDelivery]:
    wanted = parse_logs(request.get("LogDeliveryConfigurations") or [], software.version)
    return {log_type: log for log_type, log in wanted.items() if log is not None}


def _start(world: World, group: ReplicationGroup, origin: Origin, reason_to_fail: str | None) -> None:
    """Start the engines now; the group is created when they run and the service's time has passed."""
    plan = plan_of(world, group)
    reason = reason_to_fail or claimed_excess(world, group, origin)
    if origin.snapshot is not None:
        origin.snapshot.status = "restoring"

    def start() -> None:
        if reason is not None:
            raise EngineError(reason)
        fill_group(world, plan, origin)

    def started(error: Exception | None) -> None:
        if origin.snapshot is not None:
            origin.snapshot.status = "available"
        if error is None:
            _finish(world, group)
        else:
            _fail(world, group, str(error), is_restore=bool(origin) and reason_to_fail is None)

    start_job(world, Job(group.id, f"creation of {group.id}", start, world.durations.create_group), started)


def _finish(world: World, group: ReplicationGroup) -> None:
    settle_logs(world, group)
    for member in group.members():
        world.events.add(member.id, "cache-cluster", f"Added cache node 0001 in availability zone {member.zone}")
        world.events.add(member.id, "cache-cluster", "Cache cluster created")
    world.events.add(group.id, "replication-group", f"Replication group {group.id} created")
    make_available(world, group)
    schedule_automatic(world, group)


def _fail(world: World, group: ReplicationGroup, reason: str, is_restore: bool) -> None:
    """The group stays to be looked at and deleted; only the event tells why (TF #8561).

    Members whose data could not be restored stay with it, others are gone.
    """
    world.events.add(group.id, "replication-group", f"Failed to create replication group {group.id}: {reason}")
    group.status = "create-failed"
    for member in group.members():
        member.status = "restore-failed"
        if is_restore:
            world.events.add(member.id, "cache-cluster", f"Failed to restore cache cluster {member.id}: {reason}")
        else:
            world.tags.forget(world.arn("cluster", member.id))
    if not is_restore:
        group.shards = []
    world.background.run(group.id, lambda: world.engines.remove(group.id), lambda error: None)
