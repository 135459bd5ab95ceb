# SPDX-License-Identifier: GPL-3.0-or-later
"""A replica takes over: tested, or because a node crashed."""

from __future__ import annotations

import pytest

from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    creation,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    modify,
    plan,
    roles,
    settle,
    statuses,
)


@pytest.fixture
def world() -> World:
    return furnished_world()


def test_failover_switches_roles_and_is_told_in_order(world: World) -> None:
    make_pair(world)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    assert describe(world)["Status"] == "modifying"
    assert roles(world)["phb-001"] == "primary"
    world.clock.advance(world.durations.failover)
    assert roles(world) == {"phb-001": "replica", "phb-002": "primary"}
    assert describe(world)["Status"] == "modifying"
    assert messages(world, "phb-001")[-1] == "Recovering cache nodes 0001"
    settle(world, world.durations.recover_node)
    assert describe(world)["Status"] == "available"
    assert messages(world)[-2:] == [
        "Test Failover API called for node group 0001",
        "Failover from primary node phb-001 to replica node phb-002 completed",
    ]
    assert messages(world, "phb-001")[-1] == "Finished recovery for cache nodes 0001"
    assert [(node.role, node.generation) for node in plan(world).nodes] == [("replica", 1), ("primary", 0)]


def test_a_tested_primary_goes_without_warning(world: World) -> None:
    make_pair(world)
    assert isinstance(world.engines, NullDriver)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    assert world.engines.crashed == ["phb-001"]


def test_the_next_shard_waits_until_the_node_is_replaced(world: World) -> None:
    make_cluster(world)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    world.clock.advance(world.durations.failover)
    error = refusal(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0002")
    assert error.code == "InvalidReplicationGroupState"
    settle(world, world.durations.recover_node)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0002")
    assert isinstance(world.engines, NullDriver)
    assert world.engines.crashed == ["phb-0001-001", "phb-0002-001"]


def test_failover_needs_to_be_enabled(world: World) -> None:
    make(world, NumCacheClusters=2)
    error = refusal(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    assert error.code == "TestFailoverNotAvailableFault"


def test_fifteen_failovers_in_a_day_are_the_most(world: World) -> None:
    make_pair(world)
    call(world, "CreateReplicationGroup", **creation(ReplicationGroupId="other", NumCacheClusters=2))
    for _other in range(15):
        call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
        settle(world, world.durations.failover + world.durations.recover_node)
    error = refusal(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    assert error.code == "APICallRateForCustomerExceeded"
    world.clock.advance(24 * 3600)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")


def test_a_crashed_primary_is_failed_over_and_comes_back(world: World) -> None:
    make_pair(world)
    world.crash_node("phb-001")
    assert describe(world)["Status"] == "modifying"
    world.clock.advance(world.durations.failover)
    assert roles(world) == {"phb-001": "replica", "phb-002": "primary"}
    settle(world, world.durations.recover_node)
    assert statuses(world) == ["available", "available"]
    assert messages(world)[-1] == "Failover from primary node phb-001 to replica node phb-002 completed"
    assert messages(world, "phb-001")[-2:] == ["Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"]


def test_without_failover_a_crashed_primary_is_recovered_in_its_place(world: World) -> None:
    make(world, NumCacheClusters=2)
    world.crash_node("phb-001")
    settle(world, world.durations.recover_node)
    assert roles(world) == {"phb-001": "primary", "phb-002": "replica"}
    assert messages(world, "phb-001")[-1] == "Finished recovery for cache nodes 0001"
    assert statuses(world) == ["available", "available"]


def test_a_crashed_replica_is_recovered(world: World) -> None:
    make_pair(world)
    world.crash_node("phb-002")
    settle(world, world.durations.recover_node)
    assert roles(world) == {"phb-001": "primary", "phb-002": "replica"}
    assert messages(world, "phb-002")[-1] == "Finished recovery for cache nodes 0001"


def test_a_node_that_crashes_during_a_change_comes_back_with_it(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    world.crash_node("phb-001")
    settle(world, world.durations.scale + 60)
    assert roles(world)["phb-001"] == "primary"
    assert describe(world)["Status"] == "available"


def test_a_node_that_crashes_while_nothing_is_restarted_is_replaced_afterwards(world: World) -> None:
    make_pair(world)
    call(world, "CreateSnapshot", SnapshotName="backup", CacheClusterId="phb-002")
    world.crash_node("phb-001")
    assert describe(world)["Status"] == "snapshotting"
    settle(world, world.durations.snapshot + world.durations.failover)
    assert roles(world)["phb-002"] == "primary"


def test_a_promoted_primary_is_not_removed(world: World) -> None:
    make_pair(world, NumCacheClusters=3)
    call(world, "TestFailover", ReplicationGroupId="phb", NodeGroupId="0001")
    settle(world, world.durations.failover + world.durations.recover_node)
    call(world, "DecreaseReplicaCount", ReplicationGroupId="phb", NewReplicaCount=1, ApplyImmediately=True)
    settle(world, world.durations.remove_member)
    assert roles(world) == {"phb-001": "replica", "phb-002": "primary"}
