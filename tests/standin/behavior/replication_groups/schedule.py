# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows, automatic snapshots, notifications and minor upgrades of a group."""

from __future__ import annotations

from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.state import ReplicationGroup, Schedule
from tests.standin.core import windows
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World

LONGEST_RETENTION = 35


def choose_schedule(world: World, request: Request, group_id: str) -> Schedule:
    """Of a CreateReplicationGroup. A window that is not given is drawn, so that it does not meet the other."""
    maintenance, snapshot = request.get("PreferredMaintenanceWindow"), request.get("SnapshotWindow")
    maintenance = windows.normalize_maintenance(maintenance) if maintenance else None
    snapshot = windows.normalize_snapshot(snapshot) if snapshot else None
    maintenance = maintenance or windows.draw_maintenance(world.region, group_id, snapshot)
    snapshot = snapshot or windows.draw_snapshot(world.region, group_id, maintenance)
    windows.require_no_overlap(maintenance, snapshot)
    retention = request.get("SnapshotRetentionLimit", 0)
    require_retention(retention)
    topic = request.get("NotificationTopicArn")
    if topic is not None:
        require_topic(world, topic)
    return Schedule(
        maintenance_window=maintenance,
        snapshot_window=snapshot,
        snapshot_retention=retention,
        snapshotting_member=None,
        auto_minor_upgrade=request.get("AutoMinorVersionUpgrade", True),
        topic=topic,
        topic_status="active",
    )


def change_schedule(world: World, group: ReplicationGroup, request: Request) -> Schedule:
    """Of a ModifyReplicationGroup; what is not given stays. Applied at once, whatever ApplyImmediately says."""
    now = group.schedule
    maintenance, snapshot = request.get("PreferredMaintenanceWindow"), request.get("SnapshotWindow")
    maintenance = windows.normalize_maintenance(maintenance) if maintenance else now.maintenance_window
    snapshot = windows.normalize_snapshot(snapshot) if snapshot else now.snapshot_window
    windows.require_no_overlap(maintenance, snapshot)
    topic, topic_status = _change_topic(world, now, request)
    retention, member = _change_snapshots(group, request)
    return Schedule(
        maintenance_window=maintenance,
        snapshot_window=snapshot,
        snapshot_retention=retention,
        snapshotting_member=member,
        auto_minor_upgrade=request.get("AutoMinorVersionUpgrade", now.auto_minor_upgrade),
        topic=topic,
        topic_status=topic_status,
    )


def require_retention(days: int) -> None:
    if not 0 <= days <= LONGEST_RETENTION:
        raise invalid_value(f"Invalid snapshot retention limit {days}. Must be between 0 and {LONGEST_RETENTION}.")


def require_topic(world: World, topic: str) -> None:
    if not world.neighbors.has_topic(topic):
        raise invalid_value(f"The notification topic {topic} does not exist.")


def choose_snapshotting_member(group: ReplicationGroup) -> str | None:
    """The member that automatic snapshots come from: the current choice while it lives, else a replica.

    None with cluster mode enabled, where every shard is saved, and while there are no automatic snapshots.
    """
    if group.in_cluster_mode or group.schedule.snapshot_retention == 0:
        return None
    shard = group.shards[0]
    living = [member.id for member in (*shard.replicas, *shard.members) if member.status != "deleting"]
    current = group.schedule.snapshotting_member
    return current if current in living else living[0]


def _change_topic(world: World, now: Schedule, request: Request) -> tuple[str | None, str]:
    topic, status = request.get("NotificationTopicArn"), read_choice(request, "NotificationTopicStatus")
    if topic is None:
        if status is not None and now.topic is None:
            raise invalid_combination("NotificationTopicStatus needs a notification topic.")
        return now.topic, status or now.topic_status
    require_topic(world, topic)
    return topic, status or "active"


def _change_snapshots(group: ReplicationGroup, request: Request) -> tuple[int, str | None]:
    """Retention limit and the member that is saved (TF #10581, ACK #1846)."""
    now = group.schedule
    member = request.get("SnapshottingClusterId")
    retention = request.get("SnapshotRetentionLimit", now.snapshot_retention)
    require_retention(retention)
    if group.in_cluster_mode:
        if member is not None:
            raise invalid_combination("Cannot set snapshotting cluster for cluster mode enabled replication group")
        return retention, None
    if member is not None:
        member = member.lower()
        if group.shard_of(member) is None:
            raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {member}")
    if retention and not (member or now.snapshotting_member):
        raise invalid_combination(
            "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots"
        )
    if member is not None and not retention:
        raise invalid_combination(
            "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots"
        )
    return retention, (member or now.snapshotting_member) if retention else None
