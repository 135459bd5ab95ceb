# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual and final snapshots: their life and what they tell. Data is not kept yet: nothing restores from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.standin.behavior.replication_groups.access import require_kms_key
from tests.standin.behavior.replication_groups.answers import CACHE_NODE_ID
from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.find import find_by_either
from tests.standin.behavior.replication_groups.slots import show_slots
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.events import SourceType
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import TagTarget, World

LONGEST_NAME = 255
MANUAL_PER_DAY = 20
_SOURCES = {"system": "automated", "user": "manual"}


@dataclass
class Snapshot:
    """`told` is what was true of its source, in API shape; `source` is the id that it was taken of."""

    name: str
    status: Literal["creating", "available", "deleting"]
    origin: Literal["manual", "automated"]
    source: str
    created: datetime
    told: dict[str, Any]
    nodes: list[dict[str, Any]]
    kms_key: str | None = None


@each_world
def register(world: World) -> None:
    """Snapshots can be tagged."""
    world.taggable["snapshot"] = TagTarget(lambda name, writing: _require_known(world, name))


@operation("CreateSnapshot")
def create_snapshot(world: World, request: Request) -> dict[str, Any]:
    group_id, member_id = request.get("ReplicationGroupId"), request.get("CacheClusterId")
    group = find_by_either(world, group_id, member_id)
    _require_right_source(group, group_id is not None)
    _require_free(group, group_id is not None)
    name = require_new_snapshot(world, group, request["SnapshotName"], member_id)
    key = request.get("KmsKeyId")
    if key is not None:
        require_kms_key(world, key)
    tags = parse_tags(request.get("Tags") or [])
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    group.status = "snapshotting"
    for member in group.members():
        if member_id is None or member.id == member_id.lower():
            member.status = "snapshotting"
    snapshot = begin_snapshot(world, group, name, lambda: make_available(world, group), member_id)
    snapshot.kms_key = key
    world.tags.replace(world.arn("snapshot", name), tags)
    return {"Snapshot": show_snapshot(world, snapshot, with_layout=False)}


@operation("DescribeSnapshots")
def describe_snapshots(world: World, request: Request) -> dict[str, Any]:
    name, source = request.get("SnapshotName"), request.get("SnapshotSource")
    if source is not None and source not in _SOURCES:
        raise invalid_value(f"Invalid snapshot source {source}. Must be system or user.")
    group_id, member_id = request.get("ReplicationGroupId"), request.get("CacheClusterId")
    listed = [_find(world, name)] if name is not None else [world.snapshots[each] for each in sorted(world.snapshots)]
    found = [
        snapshot
        for snapshot in listed
        if (source is None or snapshot.origin == _SOURCES[source])
        and (group_id is None or snapshot.told.get("ReplicationGroupId") == group_id.lower())
        and (member_id is None or snapshot.told.get("CacheClusterId") == member_id.lower())
    ]
    with_layout = bool(request.get("ShowNodeGroupConfig"))
    return {"Snapshots": [show_snapshot(world, snapshot, with_layout) for snapshot in found]}


@operation("DeleteSnapshot")
def delete_snapshot(world: World, request: Request) -> dict[str, Any]:
    snapshot = _find(world, request["SnapshotName"])
    if snapshot.status != "available":
        raise ApiError(
            "InvalidSnapshotState", f"Snapshot {snapshot.name} has status {snapshot.status} and cannot be deleted."
        )
    snapshot.status = "deleting"

    def forget() -> None:
        del world.snapshots[snapshot.name]
        world.tags.forget(world.arn("snapshot", snapshot.name))

    world.clock.after(world.durations.snapshot, forget, f"deletion of snapshot {snapshot.name}")
    return {"Snapshot": show_snapshot(world, snapshot, with_layout=False)}


def require_new_snapshot(world: World, group: ReplicationGroup, name: str, member_id: str | None = None) -> str:
    """The stored form of a name that is free, within the quota of 20 manual snapshots a day and source."""
    name = normalize_id("SnapshotName", name, LONGEST_NAME)
    if name in world.snapshots:
        raise ApiError("SnapshotAlreadyExistsFault", f"Snapshot with specified name already exists: {name}")
    day_ago = world.clock.now() - timedelta(hours=24)
    source = _source(group, member_id)
    recent = [
        snapshot
        for snapshot in world.snapshots.values()
        if snapshot.source == source and snapshot.origin == "manual" and snapshot.created > day_ago
    ]
    if len(recent) >= MANUAL_PER_DAY:
        raise ApiError(
            "SnapshotQuotaExceededFault",
            f"The request would exceed the number of {MANUAL_PER_DAY} manual snapshots in 24 hours of {source}.",
        )
    return name


def begin_snapshot(
    world: World, group: ReplicationGroup, name: str, then: Callable[[], None], member_id: str | None = None
) -> Snapshot:
    """Record a snapshot that is being taken; `then` follows when it is available.

    With cluster mode disabled it is of one member, the primary unless told otherwise.
    """
    now = world.clock.now()
    snapshot = Snapshot(
        name=name,
        status="creating",
        origin="manual",
        source=_source(group, member_id),
        created=now,
        told=_told(world, group, member_id),
        nodes=[_node(group, shard, member_id) for shard in group.shards],
    )
    world.snapshots[name] = snapshot
    source_type: SourceType = "replication-group" if group.in_cluster_mode else "cache-cluster"

    def taken() -> None:
        snapshot.status = "available"
        for node in snapshot.nodes:
            node["SnapshotCreateTime"] = world.clock.now()
        subject = "replication group" if group.in_cluster_mode else "cache cluster"
        message = f"Snapshot succeeded for snapshot with ID '{name}' of {subject} with ID '{snapshot.source}'"
        world.events.add(snapshot.source, source_type, message)
        then()

    world.clock.after(world.durations.snapshot, taken, f"snapshot {name} of {group.id}")
    return snapshot


def show_snapshot(world: World, snapshot: Snapshot, with_layout: bool) -> dict[str, Any]:
    """In API shape; `with_layout` is ShowNodeGroupConfig."""
    nodes = [
        {key: value for key, value in node.items() if with_layout or key != "NodeGroupConfiguration"}
        for node in snapshot.nodes
    ]
    answer = {
        "SnapshotName": snapshot.name,
        "ARN": world.arn("snapshot", snapshot.name),
        "SnapshotStatus": snapshot.status,
        "SnapshotSource": snapshot.origin,
        "NodeSnapshots": nodes,
        **snapshot.told,
    }
    if snapshot.kms_key is not None:
        answer["KmsKeyId"] = snapshot.kms_key
    return answer


def _told(world: World, group: ReplicationGroup, member_id: str | None) -> dict[str, Any]:
    software, schedule = group.software, group.schedule
    told: dict[str, Any] = {
        "CacheNodeType": software.node_type,
        "Engine": software.version.engine,
        "EngineVersion": software.version.full,
        "PreferredMaintenanceWindow": schedule.maintenance_window,
        "Port": group.network.port,
        "CacheParameterGroupName": software.parameter_group,
        "CacheSubnetGroupName": group.subnet_group,
        "VpcId": world.subnet_groups[group.subnet_group].vpc_id,
        "AutoMinorVersionUpgrade": schedule.auto_minor_upgrade,
        "SnapshotRetentionLimit": schedule.snapshot_retention,
        "SnapshotWindow": schedule.snapshot_window,
        "DataTiering": "enabled" if group.data_tiering else "disabled",
    }
    if schedule.topic is not None:
        told["TopicArn"] = schedule.topic
    if group.in_cluster_mode:
        return told | {
            "ReplicationGroupId": group.id,
            "ReplicationGroupDescription": group.description,
            "NumNodeGroups": len(group.shards),
            "AutomaticFailover": group.automatic_failover,
        }
    member = _saved_member(group.shards[0], member_id)
    return told | {
        "CacheClusterId": member.id,
        "CacheClusterCreateTime": member.created,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": member.zone,
    }


def _node(group: ReplicationGroup, shard: Shard, member_id: str | None) -> dict[str, Any]:
    member = _saved_member(shard, member_id)
    node: dict[str, Any] = {
        "CacheNodeId": CACHE_NODE_ID,
        "CacheSize": "",
        "CacheNodeCreateTime": member.created,
    }
    if group.in_cluster_mode:
        primary = _saved_member(shard, shard.primary)
        node |= {
            "CacheClusterId": member.id,
            "NodeGroupId": shard.id,
            "NodeGroupConfiguration": {
                "NodeGroupId": shard.id,
                "Slots": show_slots(shard.slots),
                "ReplicaCount": len(shard.replicas),
                "PrimaryAvailabilityZone": primary.zone,
                "ReplicaAvailabilityZones": [replica.zone for replica in shard.replicas],
            },
        }
    return node


def _saved_member(shard: Shard, member_id: str | None) -> Member:
    wanted = shard.primary if member_id is None else member_id.lower()
    return next(member for member in shard.members if member.id == wanted)


def _source(group: ReplicationGroup, member_id: str | None) -> str:
    if group.in_cluster_mode:
        return group.id
    return _saved_member(group.shards[0], member_id).id if group.shards else group.id


def _find(world: World, name: str) -> Snapshot:
    snapshot: Snapshot | None = world.snapshots.get(name.lower())
    if snapshot is None:
        raise ApiError("SnapshotNotFoundFault", f"{name} is either not present or not available.")
    return snapshot


def _require_known(world: World, name: str) -> None:
    _find(world, name)


def _require_right_source(group: ReplicationGroup, is_group: bool) -> None:
    """A whole group in cluster mode, one member of it otherwise (user guide, "Taking manual backups")."""
    if is_group and not group.in_cluster_mode:
        raise invalid_combination(
            "Cannot snapshot a replication group with cluster mode disabled; name a member of it."
        )
    if not is_group and group.in_cluster_mode:
        raise invalid_combination(
            "Cannot snapshot a member of a cluster mode enabled replication group; name the group."
        )


def _require_free(group: ReplicationGroup, is_group: bool) -> None:
    if group.status == "available" and all(member.status == "available" for member in group.members()):
        return
    if is_group:
        raise ApiError("InvalidReplicationGroupState", f"Replication group {group.id} is not in available state.")
    raise ApiError("InvalidCacheClusterState", f"Cache cluster of {group.id} is not in available state.")
