# SPDX-License-Identifier: GPL-3.0-or-later
"""DeleteReplicationGroup, with a final snapshot where one is asked for."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.find import find_group
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.behavior.snapshots.automatic import forget_automatic, schedule_automatic, stop_automatic
from tests.standin.behavior.snapshots.taking import Order, begin_snapshot, require_new_snapshot
from tests.standin.core.errors import ApiError, invalid_combination
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World

DELETABLE = ("available", "create-failed")


@operation("DeleteReplicationGroup")
def delete_replication_group(world: World, request: Request) -> dict[str, Any]:
    group = find_group(world, request["ReplicationGroupId"])
    if group.status not in DELETABLE:
        raise ApiError(
            "InvalidReplicationGroupState",
            f"Replication group {group.id} has status {group.status} which is not valid for deletion.",
        )
    snapshot_name = request.get("FinalSnapshotIdentifier")
    if snapshot_name is not None:
        snapshot_name = require_new_snapshot(world, group, snapshot_name)
    if request.get("RetainPrimaryCluster"):
        raise ApiError("StandinUnreadMember", "DeleteReplicationGroup of the stand-in cannot retain the primary.")
    if snapshot_name is not None and group.status == "create-failed":
        raise invalid_combination("A replication group whose creation failed has nothing to take a snapshot of.")
    _delete(world, group, snapshot_name)
    return {"ReplicationGroup": show_group(world, group)}


def _delete(world: World, group: ReplicationGroup, snapshot_name: str | None) -> None:
    group.status = "deleting"
    for shard in group.shards:
        shard.status = "deleting"
        for member in shard.members:
            member.status = "deleting"
    if group.window_timer is not None:
        group.window_timer.cancel()
    stop_automatic(group)
    if snapshot_name is None:
        _remove_later(world, group)
        return

    def saved(succeeded: bool) -> None:
        if succeeded:
            _remove_later(world, group)
        else:  # nothing is deleted that was to be kept
            make_available(world, group)
            schedule_automatic(world, group)

    begin_snapshot(world, group, Order(snapshot_name), saved)


def _remove_later(world: World, group: ReplicationGroup) -> None:
    def remove() -> None:
        world.background.run(group.id, lambda: world.engines.remove(group.id), lambda error: _forget(world, group))

    world.clock.after(world.durations.delete, remove, f"deletion of {group.id}")


def _forget(world: World, group: ReplicationGroup) -> None:
    forget_automatic(world, group)
    for member in group.members():
        world.tags.forget(world.arn("cluster", member.id))
        world.events.add(member.id, "cache-cluster", "Cache cluster deleted")
    world.tags.forget(world.arn("replicationgroup", group.id))
    world.events.add(group.id, "replication-group", f"Replication group {group.id} deleted")
    del world.replication_groups[group.id]
