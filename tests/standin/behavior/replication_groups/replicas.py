# SPDX-License-Identifier: GPL-3.0-or-later
"""IncreaseReplicaCount and DecreaseReplicaCount: exactly one way of saying it, and always at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.changes import Change, carry_out
from tests.standin.behavior.replication_groups.find import find_modifiable_group, require_not_compatible
from tests.standin.behavior.replication_groups.layout import (
    emptiest_zone,
    member_prefix,
    next_member_id,
    require_quota,
    require_replica_count,
    require_zones,
)
from tests.standin.behavior.replication_groups.schedule import choose_snapshotting_member
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


@dataclass(frozen=True)
class ShardTarget:
    """`zones` are those that its nodes are to be in, as many as nodes; None leaves the choice to the service."""

    shard_id: str
    replica_count: int
    zones: Sequence[str] | None = None


@operation("IncreaseReplicaCount")
def increase_replica_count(world: World, request: Request) -> dict[str, Any]:
    group = _find_scalable_group(world, request)
    targets = _targets(group, request)
    added = 0
    for target in targets:
        require_replica_count(target.replica_count)
        current = len(_shard(group, target).replicas)
        if target.replica_count < current:
            raise invalid_value("The new replica count must be greater than the current number of replicas.")
        added += target.replica_count - current
        _require_target_zones(world, group, target)
    if not added:
        raise _no_operation()
    require_quota(world, group, added)
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    change = Change(
        label="adding replicas",
        seconds=world.durations.add_member,
        begin=lambda: _add(world, group, targets),
        finish=lambda: _tell_added(world, group),
    )
    carry_out(world, group, change)
    return {"ReplicationGroup": show_group(world, group)}


@operation("DecreaseReplicaCount")
def decrease_replica_count(world: World, request: Request) -> dict[str, Any]:
    group = _find_scalable_group(world, request)
    named = request.get("ReplicasToRemove")
    leaving = _named(group, request, named) if named else _surplus(group, _targets(group, request))
    if not leaving:
        raise _no_operation()
    for shard in group.shards:
        _require_enough(group, sum(1 for member in shard.replicas if member.id not in leaving))
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}

    def begin() -> None:
        for member in group.members():
            if member.id in leaving:
                member.status = "deleting"

    change = Change(
        label="removing replicas",
        seconds=world.durations.remove_member,
        begin=begin,
        finish=lambda: _drop(world, group),
    )
    carry_out(world, group, change)
    return {"ReplicationGroup": show_group(world, group)}


def _find_scalable_group(world: World, request: Request) -> ReplicationGroup:
    group = find_modifiable_group(world, request["ReplicationGroupId"])
    if not request["ApplyImmediately"]:
        raise invalid_combination("ApplyImmediately=false is not currently supported.")
    require_not_compatible(group)
    return group


def _targets(group: ReplicationGroup, request: Request) -> list[ShardTarget]:
    count, configured = request.get("NewReplicaCount"), request.get("ReplicaConfiguration")
    if (count is None) == (not configured):
        raise invalid_combination("Exactly one of NewReplicaCount and ReplicaConfiguration must be provided.")
    if count is not None:
        return [ShardTarget(shard.id, count) for shard in group.shards]
    targets = [
        ShardTarget(entry["NodeGroupId"], entry["NewReplicaCount"], entry.get("PreferredAvailabilityZones"))
        for entry in configured or ()
    ]
    if len({target.shard_id for target in targets}) != len(targets):
        raise invalid_value("Node group ids must be unique.")
    for target in targets:
        _shard(group, target)
    return targets


def _shard(group: ReplicationGroup, target: ShardTarget) -> Shard:
    shard = group.shard(target.shard_id)
    if shard is None:
        raise invalid_value(f"Node group {target.shard_id} does not exist in replication group {group.id}.")
    return shard


def _require_target_zones(world: World, group: ReplicationGroup, target: ShardTarget) -> None:
    """One zone per node, the primary counted, and those of the nodes that are there among them."""
    if not target.zones:
        return
    if len(target.zones) != target.replica_count + 1:
        raise invalid_combination(
            "The number of PreferredAvailabilityZones must equal the number of replicas plus one."
        )
    require_zones(target.zones, world.subnet_groups[group.subnet_group].zones)
    _free_zones(_shard(group, target), target.zones)


def _free_zones(shard: Shard, zones: Sequence[str]) -> list[str]:
    """Those of `zones` that no node of the shard is in yet."""
    free = list(zones)
    for member in shard.members:
        if member.zone not in free:
            raise invalid_combination(f"PreferredAvailabilityZones must contain {member.zone} of node {member.id}.")
        free.remove(member.zone)
    return free


def _add(world: World, group: ReplicationGroup, targets: Sequence[ShardTarget]) -> None:
    zones = world.subnet_groups[group.subnet_group].zones
    tags = world.tags.get(world.arn("replicationgroup", group.id))
    for target in targets:
        shard = _shard(group, target)
        free = _free_zones(shard, target.zones) if target.zones else []
        while len(shard.replicas) < target.replica_count:
            taken = [member.zone for member in shard.members]
            zone = free.pop(0) if free else emptiest_zone(taken, zones, shard.id)
            member = Member(next_member_id(shard.members, member_prefix(shard)), zone, world.clock.now())
            shard.members.append(member)
            world.tags.replace(world.arn("cluster", member.id), tags)


def _tell_added(world: World, group: ReplicationGroup) -> None:
    for member in group.members():
        if member.status == "creating":
            world.events.add(member.id, "cache-cluster", f"Added cache node 0001 in availability zone {member.zone}")
            world.events.add(member.id, "cache-cluster", "Cache cluster created")
    world.events.add(group.id, "replication-group", f"Increase of the replica count of {group.id} completed")


def _named(group: ReplicationGroup, request: Request, named: Sequence[str]) -> set[str]:
    """ReplicasToRemove: replicas of the group, and nothing else said."""
    if request.get("NewReplicaCount") is not None or request.get("ReplicaConfiguration"):
        raise invalid_combination("Exactly one of NewReplicaCount, ReplicaConfiguration, ReplicasToRemove is allowed.")
    leaving = {name.lower() for name in named}
    replicas = {member.id for shard in group.shards for member in shard.replicas}
    strangers = sorted(leaving - replicas)
    if strangers:
        raise invalid_value(f"{', '.join(strangers)} cannot be removed: not a replica of {group.id}.")
    return leaving


def _surplus(group: ReplicationGroup, targets: Sequence[ShardTarget]) -> set[str]:
    """The youngest replicas that are too many, or those outside of the zones that are named."""
    leaving: set[str] = set()
    for target in targets:
        require_replica_count(target.replica_count)
        replicas = _shard(group, target).replicas
        if target.replica_count > len(replicas):
            raise invalid_value("The new replica count must be less than the current number of replicas.")
        if target.zones is not None and len(target.zones) != target.replica_count + 1:
            raise invalid_combination(
                "The number of PreferredAvailabilityZones must equal the number of replicas plus one."
            )
        kept_zones = target.zones or ()
        by_use = sorted(replicas, key=lambda member: (member.zone not in kept_zones, member.id))
        leaving.update(member.id for member in by_use[target.replica_count :])
    return leaving


def _require_enough(group: ReplicationGroup, replica_count: int) -> None:
    """TF #24244 and PR #34819; a pending change of Multi-AZ or automatic failover counts as made."""
    waiting = group.deferred
    multi_az = group.multi_az if waiting.multi_az is None else waiting.multi_az
    failover = group.has_failover if waiting.automatic_failover is None else waiting.automatic_failover
    if multi_az and replica_count < 1:
        raise invalid_value("Must have at least 1 replica for Multi-AZ enabled Replication Group")
    if failover and not group.in_cluster_mode and replica_count < 1:
        raise invalid_value("Must have at least 1 replica when cluster mode is disabled with auto failover enabled.")


def _drop(world: World, group: ReplicationGroup) -> None:
    for shard in group.shards:
        for member in shard.members:
            if member.status == "deleting":
                world.tags.forget(world.arn("cluster", member.id))
                world.events.add(member.id, "cache-cluster", "Cache cluster deleted")
        shard.members = [member for member in shard.members if member.status != "deleting"]
    group.schedule.snapshotting_member = choose_snapshotting_member(group)
    world.events.add(group.id, "replication-group", f"Decrease of the replica count of {group.id} completed")


def _no_operation() -> ApiError:
    return ApiError("NoOperationFault", "Requested new replica count already matches current number of replicas.")
