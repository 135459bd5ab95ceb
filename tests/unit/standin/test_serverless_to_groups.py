# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups that begin with the data of a serverless cache."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.world import World
from tests.unit.standin import groups_calls, serverless_calls
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.serverless_calls import described_snapshot, serverless_world


@pytest.fixture
def world() -> World:
    """With a snapshot of a cache of Valkey 8, "before"."""
    world = serverless_world()
    serverless_calls.make(world, MajorEngineVersion="8")
    serverless_calls.take(world)
    return world


def wanted(**members: Any) -> dict[str, Any]:
    told = {"MultiAZEnabled": False, "TransitEncryptionEnabled": True, "ServerlessCacheSnapshotName": "Before"}
    return groups_calls.creation(**told | members)


def test_every_key_finds_its_shard(world: World) -> None:
    call(world, "CreateReplicationGroup", **wanted(NumNodeGroups=2))
    assert described_snapshot(world)["Status"] == "restoring"
    groups_calls.settle(world, world.durations.create_group)
    group = groups_calls.describe(world)
    assert (group["Status"], group["Engine"], group["ClusterEnabled"]) == ("available", "valkey", True)
    plan = groups_calls.plan(world)
    assert (plan.seed, plan.scatter) == ({}, world.serverless_cache_snapshots["before"].files)
    assert described_snapshot(world)["Status"] == "available"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"MultiAZEnabled": None}, "InvalidParameterCombination"),
        ({"ClusterMode": "disabled"}, "InvalidParameterCombination"),
        ({"EngineVersion": "7.2"}, "InvalidParameterCombination"),
        ({"SnapshotName": "before"}, "InvalidParameterCombination"),
        ({"ServerlessCacheSnapshotName": "none"}, "InvalidParameterValue"),
    ],
)
def test_what_it_cannot_become(world: World, members: dict[str, Any], code: str) -> None:
    assert refusal(world, "CreateReplicationGroup", **wanted(**members)).code == code
    assert described_snapshot(world)["Status"] == "available"
    assert not world.replication_groups


def test_one_that_is_busy_is_not_restored(world: World) -> None:
    world.serverless_cache_snapshots["before"].status = "copying"
    assert "has status copying" in refusal(world, "CreateReplicationGroup", **wanted()).message
