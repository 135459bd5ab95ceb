# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateSnapshot, DescribeSnapshots, DeleteSnapshot, and tags of snapshots."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.replication_groups.access import require_kms_key
from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.find import find_by_either
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.behavior.snapshots.record import find_snapshot, forget_snapshot, show_snapshot
from tests.standin.behavior.snapshots.taking import Order, begin_snapshot, mark_snapshotting, require_new_snapshot
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.registry import each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import TagTarget, World

_ORIGINS = {"system": "automated", "user": "manual"}


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
    mark_snapshotting(group, member_id)
    world.tags.replace(world.arn("snapshot", name), tags)
    order = Order(name, member_id, kms_key=key)
    snapshot = begin_snapshot(world, group, order, lambda succeeded: make_available(world, group))
    return {"Snapshot": show_snapshot(world, snapshot, with_layout=False)}


@operation("DescribeSnapshots")
def describe_snapshots(world: World, request: Request) -> dict[str, Any]:
    name, origin = request.get("SnapshotName"), request.get("SnapshotSource")
    if origin is not None and origin not in _ORIGINS:
        raise invalid_value(f"Invalid snapshot source {origin}. Must be system or user.")
    group_id, member_id = request.get("ReplicationGroupId"), request.get("CacheClusterId")
    names = sorted(world.snapshots) if name is None else [name]
    found = [
        snapshot
        for snapshot in (find_snapshot(world, each) for each in names)
        if (origin is None or snapshot.origin == _ORIGINS[origin])
        and (group_id is None or snapshot.told.get("ReplicationGroupId") == group_id.lower())
        and (member_id is None or snapshot.told.get("CacheClusterId") == member_id.lower())
    ]
    with_layout = bool(request.get("ShowNodeGroupConfig"))
    return {"Snapshots": [show_snapshot(world, snapshot, with_layout) for snapshot in found]}


@operation("DeleteSnapshot")
def delete_snapshot(world: World, request: Request) -> dict[str, Any]:
    snapshot = find_snapshot(world, request["SnapshotName"])
    if snapshot.status != "available":
        raise ApiError(
            "InvalidSnapshotState", f"Snapshot {snapshot.name} has status {snapshot.status} and cannot be deleted."
        )
    snapshot.status = "deleting"
    label = f"deletion of snapshot {snapshot.name}"
    world.clock.after(world.durations.snapshot, lambda: forget_snapshot(world, snapshot), label)
    return {"Snapshot": show_snapshot(world, snapshot, with_layout=False)}


def _require_known(world: World, name: str) -> None:
    find_snapshot(world, name)


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
