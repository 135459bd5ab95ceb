# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic snapshots: one a day in the group's window, kept for as many days as the retention limit says."""

from __future__ import annotations

from datetime import timedelta

from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.behavior.snapshots.record import Snapshot, forget_snapshot, source_of
from tests.standin.behavior.snapshots.taking import Order, begin_snapshot, mark_snapshotting
from tests.standin.core import windows
from tests.standin.core.world import World

RETRY_SECONDS = 60


def schedule_automatic(world: World, group: ReplicationGroup) -> None:
    """Bring the daily snapshot in line with what the group's schedule says now; 0 days of retention end it."""
    stop_automatic(group)
    prune_automatic(world, group)
    if group.schedule.snapshot_retention:
        opening = windows.next_snapshot(group.schedule.snapshot_window, world.clock.now())
        label = f"snapshot window of {group.id}"
        group.snapshot_timer = world.clock.at(opening, lambda: _take(world, group), label)


def stop_automatic(group: ReplicationGroup) -> None:
    """Take no more."""
    if group.snapshot_timer is not None:
        group.snapshot_timer.cancel()
        group.snapshot_timer = None


def prune_automatic(world: World, group: ReplicationGroup) -> None:
    """Delete automatic snapshots that have been kept long enough."""
    oldest = world.clock.now() - timedelta(days=group.schedule.snapshot_retention)
    for snapshot in _automatic(world, group):
        if snapshot.created <= oldest:
            _forget(world, snapshot)


def forget_automatic(world: World, group: ReplicationGroup) -> None:
    """The group is gone, and they go with it."""
    for snapshot in _automatic(world, group):
        _forget(world, snapshot)


def _forget(world: World, snapshot: Snapshot) -> None:
    """Once nothing reads it any more."""
    if world.snapshots.get(snapshot.name) is not snapshot:
        return
    if snapshot.status == "available":
        forget_snapshot(world, snapshot)
    else:
        label = f"end of snapshot {snapshot.name}, put off"
        world.clock.after(RETRY_SECONDS, lambda: _forget(world, snapshot), label)


def _automatic(world: World, group: ReplicationGroup) -> list[Snapshot]:
    snapshots: list[Snapshot] = list(world.snapshots.values())
    return [each for each in snapshots if each.origin == "automated" and each.group_id == group.id]


def _take(world: World, group: ReplicationGroup) -> None:
    now = world.clock.now()
    if not windows.is_snapshot_time(group.schedule.snapshot_window, now):
        schedule_automatic(world, group)
        return
    if group.status != "available" or any(member.status != "available" for member in group.members()):
        label = f"automatic snapshot of {group.id}, put off"
        group.snapshot_timer = world.clock.after(RETRY_SECONDS, lambda: _take(world, group), label)
        return
    member_id = group.schedule.snapshotting_member
    mark_snapshotting(group, member_id)

    def ended(succeeded: bool) -> None:
        make_available(world, group)
        schedule_automatic(world, group)

    name = f"automatic.{source_of(group, member_id)}-{now:%Y-%m-%d-%H-%M}"
    begin_snapshot(world, group, Order(name, member_id, "automated"), ended)
