# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic snapshots of serverless caches: their time, their names, how long they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import START, call
from tests.unit.standin.serverless_calls import described_snapshot, make, names, serverless_world, snapshot, take

DAY = 24 * 3600
FIRST = "automatic.storefront-2026-03-02-15-30"
SECOND = "automatic.storefront-2026-03-03-15-30"


@pytest.fixture
def world() -> World:
    """One cache with a snapshot a day at half past three, kept for two days; the clock is at noon."""
    world = serverless_world()
    world.durations.create_group = 0
    make(world, SnapshotRetentionLimit=2, DailySnapshotTime="15:30")
    return world


def test_one_is_taken_a_day_and_kept_for_the_retention(world: World) -> None:
    world.clock.advance(3.5 * 3600 - 1)
    assert names(world) == []
    world.clock.advance(1 + world.durations.snapshot)
    due = START.replace(hour=15, minute=30)
    shown = described_snapshot(world, FIRST)
    assert (shown["Status"], shown["SnapshotType"]) == ("available", "automated")
    assert (shown["CreateTime"], shown["ExpiryTime"]) == (due, due + timedelta(days=2))
    world.clock.advance(DAY)
    assert names(world) == [FIRST, SECOND]
    world.clock.advance(DAY)
    assert names(world) == [SECOND, "automatic.storefront-2026-03-04-15-30"]


def test_a_copy_of_one_does_not_expire(world: World) -> None:
    world.clock.advance(4 * 3600)
    call(
        world,
        "CopyServerlessCacheSnapshot",
        SourceServerlessCacheSnapshotName=FIRST,
        TargetServerlessCacheSnapshotName="kept",
    )
    world.clock.advance(3 * DAY)
    shown = described_snapshot(world, "kept")
    assert (shown["SnapshotType"], "ExpiryTime" in shown) == ("manual", False)


def test_one_waits_for_a_manual_snapshot_to_end(world: World) -> None:
    world.clock.advance(3.5 * 3600 - 30)
    snapshot(world)
    world.clock.advance(60)
    assert names(world, SnapshotType="automated") == []
    world.clock.advance(60)
    assert names(world, SnapshotType="automated") == ["automatic.storefront-2026-03-02-15-31"]


def test_one_that_is_being_read_goes_when_that_has_ended(world: World) -> None:
    world.clock.advance(3.5 * 3600 + 2 * DAY - 100)
    world.durations.create_group = 300
    arn = described_snapshot(world, FIRST)["ARN"]
    make_other = {"ServerlessCacheName": "other", "Engine": "valkey", "SnapshotArnsToRestore": [arn]}
    call(world, "CreateServerlessCache", **make_other)
    world.clock.advance(150)
    assert described_snapshot(world, FIRST)["Status"] == "restoring"
    world.clock.advance(300)
    assert FIRST not in names(world)


def test_one_that_is_deleted_by_hand_does_not_expire_again(world: World) -> None:
    world.clock.advance(4 * 3600)
    call(world, "DeleteServerlessCacheSnapshot", ServerlessCacheSnapshotName=FIRST)
    world.clock.advance(2 * DAY)
    assert FIRST not in names(world)


def test_they_go_with_the_cache_and_manual_ones_stay(world: World) -> None:
    world.clock.advance(4 * 3600)
    take(world)
    call(world, "DeleteServerlessCache", ServerlessCacheName="storefront")
    world.clock.advance(world.durations.delete)
    assert names(world) == ["before"]
    world.clock.advance(2 * DAY)
    assert world.clock.pending() == []


def test_they_are_not_counted_with_manual_ones(world: World) -> None:
    world.clock.advance(4 * 3600)
    for number in range(24):
        take(world, f"number-{number}")
    assert len(names(world)) == 25


def test_without_retention_there_are_none(world: World) -> None:
    make(world, ServerlessCacheName="wiki")
    world.clock.advance(DAY)
    assert names(world, ServerlessCacheName="wiki") == []
