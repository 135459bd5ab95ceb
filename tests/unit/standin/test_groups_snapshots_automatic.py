# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic snapshots: when they are taken, how long they are kept, and what they stand in the way of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import START, call
from tests.unit.standin.groups_calls import (
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    modify,
    modify_now,
    refuse_tagging,
    settle,
    snapshots,
)

DAY = 24 * 3600
HOUR = 3600
WINDOW = "14:00-15:00"  # the worlds of tests begin at noon
DAILY = {"SnapshotRetentionLimit": 2, "SnapshotWindow": WINDOW}


@pytest.fixture
def world() -> World:
    return furnished_world()


def go_to(world: World, hour: int, days: int = 0) -> None:
    """To that hour of the first day, or so many days later."""
    moment = START.replace(hour=hour) + timedelta(days=days)
    world.clock.advance((moment - world.clock.now()).total_seconds())


def names(world: World) -> list[str]:
    return [snapshot["SnapshotName"] for snapshot in snapshots(world, SnapshotSource="system")]


def test_one_is_taken_when_the_window_opens(world: World) -> None:
    make_pair(world, **DAILY)
    go_to(world, 14)
    assert describe(world)["Status"] == "snapshotting"
    assert refuse_tagging(world).code == "InvalidReplicationGroupState"
    go_to(world, 15)
    (snapshot,) = snapshots(world)
    assert snapshot["SnapshotName"] == "automatic.phb-002-2026-03-02-14-00"
    assert (snapshot["SnapshotSource"], snapshot["SnapshotStatus"]) == ("automated", "available")
    assert snapshot["CacheClusterId"] == "phb-002"
    assert describe(world)["Status"] == "available"


def test_that_of_a_cluster_bears_the_groups_name(world: World) -> None:
    make_cluster(world, **DAILY)
    go_to(world, 15)
    assert names(world) == ["automatic.phb-2026-03-02-14-00"]


def test_as_many_are_kept_as_the_retention_limit_says_days(world: World) -> None:
    make(world, **DAILY)
    go_to(world, 15, days=4)
    assert [name[-16:-6] for name in names(world)] == ["2026-03-05", "2026-03-06"]
    modify_now(world, SnapshotRetentionLimit=1)
    assert [name[-16:-6] for name in names(world)] == ["2026-03-06"]


def test_without_retention_none_is_taken(world: World) -> None:
    make(world, SnapshotWindow=WINDOW)
    go_to(world, 15, days=2)
    assert snapshots(world) == []


def test_retention_0_ends_them_and_deletes_them(world: World) -> None:
    make(world, **DAILY)
    go_to(world, 15)
    modify_now(world, SnapshotRetentionLimit=0)
    assert snapshots(world) == []
    go_to(world, 15, days=2)
    assert snapshots(world) == []


def test_retention_that_comes_later_begins_with_the_next_window(world: World) -> None:
    make(world, SnapshotWindow=WINDOW)
    modify_now(world, SnapshotRetentionLimit=1, SnapshottingClusterId="phb-001")
    go_to(world, 15)
    assert names(world) == ["automatic.phb-001-2026-03-02-14-00"]


def test_another_window_takes_the_place_of_the_former(world: World) -> None:
    make(world, **DAILY)
    modify_now(world, SnapshotWindow="16:00-17:00")
    go_to(world, 18)
    assert names(world) == ["automatic.phb-001-2026-03-02-16-00"]


def test_a_busy_group_is_saved_later_in_the_window(world: World) -> None:
    make(world, **DAILY)
    world.clock.advance(2 * HOUR - world.durations.create_group - world.durations.member_lag - 30)
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    go_to(world, 15)
    (name,) = names(world)
    assert "2026-03-02-14-00" < name[-16:] < "2026-03-02-14-15"


def test_a_group_that_is_busy_until_the_window_closes_waits_for_the_next_day(world: World) -> None:
    make(world, **DAILY)
    world.durations.change({"scale": 3 * HOUR})
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    go_to(world, 13, days=1)
    assert names(world) == []
    go_to(world, 15, days=1)
    assert len(names(world)) == 1


def test_they_go_with_their_group_and_manual_ones_stay(world: World) -> None:
    make(world, **DAILY)
    go_to(world, 15)
    call(world, "CreateSnapshot", SnapshotName="kept", CacheClusterId="phb-001")
    settle(world, world.durations.snapshot)
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    settle(world, world.durations.delete)
    assert [snapshot["SnapshotName"] for snapshot in snapshots(world)] == ["kept"]
    go_to(world, 15, days=1)
    assert len(snapshots(world)) == 1


def test_one_that_is_being_restored_is_deleted_afterwards(world: World) -> None:
    make(world, **DAILY)
    go_to(world, 15)
    call(
        world,
        "CreateReplicationGroup",
        ReplicationGroupId="restored",
        ReplicationGroupDescription="sessions",
        SnapshotName=names(world)[0],
    )
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    world.clock.advance(world.durations.delete)
    assert [snapshot["SnapshotStatus"] for snapshot in snapshots(world)] == ["restoring"]
    settle(world, world.durations.create_group + 60)
    assert snapshots(world) == []
    assert describe(world, "restored")["Status"] == "available"
