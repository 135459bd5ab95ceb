# SPDX-License-Identifier: GPL-3.0-or-later
"""Replicas and shards come and go."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    clusters,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    modify,
    modify_now,
    plan,
    settle,
    slots,
    statuses,
)

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"


@pytest.fixture
def world() -> World:
    return furnished_world()


def increase(world: World, **members: Any) -> None:
    call(world, "IncreaseReplicaCount", ReplicationGroupId="phb", ApplyImmediately=True, **members)


def decrease(world: World, **members: Any) -> None:
    call(world, "DecreaseReplicaCount", ReplicationGroupId="phb", ApplyImmediately=True, **members)


def reshard(world: World, **members: Any) -> None:
    call(
        world,
        "ModifyReplicationGroupShardConfiguration",
        ReplicationGroupId="phb",
        ApplyImmediately=True,
        **members,
    )


def refuse(world: World, operation: str, **members: Any) -> tuple[str, str]:
    wanted = {"ReplicationGroupId": "phb", "ApplyImmediately": True} | members
    error = refusal(world, operation, **wanted)
    return error.code, error.message


def test_replicas_are_added_with_the_next_numbers_in_emptier_zones(world: World) -> None:
    make_pair(world, Tags=[{"Key": "team", "Value": "cache"}])
    increase(world, NewReplicaCount=3)
    assert describe(world)["MemberClusters"] == ["phb-001", "phb-002", "phb-003", "phb-004"]
    assert statuses(world) == ["modifying", "modifying", "creating", "creating"]
    settle(world, world.durations.add_member)
    assert statuses(world) == ["available"] * 4
    assert [cluster["PreferredAvailabilityZone"][-1] for cluster in clusters(world)] == ["a", "b", "c", "a"]
    assert len({cluster["CacheNodes"][0]["Endpoint"]["Address"] for cluster in clusters(world)}) == 4
    assert len(plan(world).nodes) == 4
    assert messages(world, "phb-003")[-1] == "Cache cluster created"
    tags = call(world, "ListTagsForResource", ResourceName=world.arn("cluster", "phb-004"))
    assert tags["TagList"] == [{"Key": "team", "Value": "cache"}]


def test_freed_numbers_are_used_again(world: World) -> None:
    make(world, NumCacheClusters=3)
    decrease(world, ReplicasToRemove=["PHB-002"])
    settle(world, world.durations.remove_member)
    increase(world, NewReplicaCount=2)
    assert describe(world)["MemberClusters"] == ["phb-001", "phb-003", "phb-002"]


def test_replicas_of_one_shard_can_be_added_to_named_zones(world: World) -> None:
    make_cluster(world)
    zones = ["us-east-1b", "us-east-1c", "us-east-1c"]
    entry = {"NodeGroupId": "0002", "NewReplicaCount": 2, "PreferredAvailabilityZones": zones}
    increase(world, ReplicaConfiguration=[entry])
    settle(world, world.durations.add_member)
    second = describe(world)["NodeGroups"][1]
    assert [member["CacheClusterId"] for member in second["NodeGroupMembers"]] == [
        "phb-0002-001",
        "phb-0002-002",
        "phb-0002-003",
    ]
    assert [member["PreferredAvailabilityZone"] for member in second["NodeGroupMembers"]] == zones


def test_leaving_replicas_are_deleting_and_then_gone(world: World) -> None:
    make_pair(world)
    increase(world, NewReplicaCount=3)
    settle(world, world.durations.add_member)
    decrease(world, NewReplicaCount=1)
    assert statuses(world) == ["modifying", "modifying", "deleting", "deleting"]
    settle(world, world.durations.remove_member)
    assert describe(world)["MemberClusters"] == ["phb-001", "phb-002"]
    assert [node.node_id for node in plan(world).nodes] == ["phb-001", "phb-002"]
    error = refusal(world, "DescribeCacheClusters", CacheClusterId="phb-003")
    assert (error.code, error.message) == ("CacheClusterNotFound", "CacheCluster not found: phb-003")


def test_the_source_of_snapshots_is_chosen_anew_when_it_leaves(world: World) -> None:
    make(world, NumCacheClusters=3, SnapshotRetentionLimit=1)
    decrease(world, ReplicasToRemove=["phb-002"])
    settle(world, world.durations.remove_member)
    assert describe(world)["SnapshottingClusterId"] == "phb-003"


def test_multi_az_and_failover_keep_one_replica(world: World) -> None:
    make_pair(world)
    assert refuse(world, "DecreaseReplicaCount", NewReplicaCount=0) == (
        VALUE,
        "Must have at least 1 replica for Multi-AZ enabled Replication Group",
    )
    modify_now(world, MultiAZEnabled=False)
    assert refuse(world, "DecreaseReplicaCount", NewReplicaCount=0) == (
        VALUE,
        "Must have at least 1 replica when cluster mode is disabled with auto failover enabled.",
    )
    modify_now(world, AutomaticFailoverEnabled=False)
    modify(world, AutomaticFailoverEnabled=True)
    assert refuse(world, "DecreaseReplicaCount", NewReplicaCount=0)[0] == VALUE
    modify(world, AutomaticFailoverEnabled=False)
    decrease(world, NewReplicaCount=0)


@pytest.mark.parametrize(
    ("operation", "members", "code", "text"),
    [
        ("IncreaseReplicaCount", {"NewReplicaCount": 1}, "NoOperationFault", "already matches current number"),
        ("DecreaseReplicaCount", {"NewReplicaCount": 1}, "NoOperationFault", "already matches current number"),
        ("IncreaseReplicaCount", {"NewReplicaCount": 0}, VALUE, "must be greater"),
        ("DecreaseReplicaCount", {"NewReplicaCount": 2}, VALUE, "must be less"),
        ("IncreaseReplicaCount", {"NewReplicaCount": 6}, VALUE, "must be within 0 and 5."),
        ("IncreaseReplicaCount", {}, COMBINATION, "Exactly one of"),
        (
            "IncreaseReplicaCount",
            {"NewReplicaCount": 2, "ReplicaConfiguration": [{"NodeGroupId": "0001", "NewReplicaCount": 2}]},
            COMBINATION,
            "Exactly one of",
        ),
        (
            "IncreaseReplicaCount",
            {"ReplicaConfiguration": [{"NodeGroupId": "0009", "NewReplicaCount": 2}]},
            VALUE,
            "Node group 0009 does not exist",
        ),
        (
            "IncreaseReplicaCount",
            {
                "ReplicaConfiguration": [
                    {"NodeGroupId": "0001", "NewReplicaCount": 2, "PreferredAvailabilityZones": ["us-east-1a"]}
                ]
            },
            COMBINATION,
            "number of replicas plus one",
        ),
        (
            "IncreaseReplicaCount",
            {"ReplicaConfiguration": [{"NodeGroupId": "0001", "NewReplicaCount": 2}] * 2},
            VALUE,
            "must be unique",
        ),
        (
            "IncreaseReplicaCount",
            {
                "ReplicaConfiguration": [
                    {
                        "NodeGroupId": "0001",
                        "NewReplicaCount": 2,
                        "PreferredAvailabilityZones": ["us-east-1a", "us-east-1c", "us-east-1c"],
                    }
                ]
            },
            COMBINATION,
            "must contain us-east-1b of node phb-002",
        ),
        (
            "DecreaseReplicaCount",
            {
                "ReplicaConfiguration": [
                    {"NodeGroupId": "0001", "NewReplicaCount": 0, "PreferredAvailabilityZones": ["us-east-1a"] * 2}
                ]
            },
            COMBINATION,
            "number of replicas plus one",
        ),
        ("IncreaseReplicaCount", {"NewReplicaCount": 2, "ApplyImmediately": False}, COMBINATION, "not currently"),
        ("DecreaseReplicaCount", {"NewReplicaCount": 0, "ApplyImmediately": False}, COMBINATION, "not currently"),
        ("DecreaseReplicaCount", {"ReplicasToRemove": ["phb-001"]}, VALUE, "not a replica of phb"),
        (
            "DecreaseReplicaCount",
            {"ReplicasToRemove": ["phb-002"], "NewReplicaCount": 0},
            COMBINATION,
            "Exactly one of",
        ),
        (
            "ModifyReplicationGroupShardConfiguration",
            {"NodeGroupCount": 2},
            COMBINATION,
            "only be modified for cluster mode enabled",
        ),
        ("TestFailover", {"NodeGroupId": "0002", "ApplyImmediately": None}, "NodeGroupNotFoundFault", "0002"),
    ],
)
def test_scaling_that_cannot_be_is_refused(
    world: World, operation: str, members: dict[str, Any], code: str, text: str
) -> None:
    make_pair(world)
    wanted = {"ReplicationGroupId": "phb", "ApplyImmediately": True} | members
    error = refusal(world, operation, **{name: value for name, value in wanted.items() if value is not None})
    assert error.code == code
    assert text in error.message
    assert describe(world)["Status"] == "available"


def test_new_shards_take_their_share_of_the_slots(world: World) -> None:
    make_cluster(world)
    reshard(world, NodeGroupCount=3)
    group = describe(world)
    assert [shard["Status"] for shard in group["NodeGroups"]] == ["modifying", "modifying", "creating"]
    assert slots(world)["0003"] == ""
    world.clock.advance(world.durations.reshard / 2)
    progress = describe(world)["PendingModifiedValues"]["Resharding"]["SlotMigration"]["ProgressPercentage"]
    assert progress == 50.0
    settle(world, world.durations.reshard / 2)
    assert slots(world) == {"0001": "0-5461", "0002": "8192-13652", "0003": "5462-8191,13653-16383"}
    assert [shard["Status"] for shard in describe(world)["NodeGroups"]] == ["available"] * 3
    assert describe(world)["PendingModifiedValues"] == {}
    assert {node.shard: node.slots for node in plan(world).nodes}["0003"] == ((5462, 8191), (13653, 16383))
    assert "to 3 node groups completed" in messages(world)[-1]


def test_new_shards_can_be_placed(world: World) -> None:
    make_cluster(world)
    placed = {"NodeGroupId": "0042", "PreferredAvailabilityZones": ["us-east-1c", "us-east-1a"]}
    reshard(world, NodeGroupCount=3, ReshardingConfiguration=[placed])
    new = describe(world)["NodeGroups"][2]
    assert new["NodeGroupId"] == "0042"
    assert [member["PreferredAvailabilityZone"] for member in new["NodeGroupMembers"]] == ["us-east-1c", "us-east-1a"]


@pytest.mark.parametrize("named", [{"NodeGroupsToRemove": ["0001"]}, {"NodeGroupsToRetain": ["0002", "0003"]}])
def test_leaving_shards_run_until_their_slots_have_moved(world: World, named: dict[str, Any]) -> None:
    make_cluster(world, NumNodeGroups=3)
    reshard(world, NodeGroupCount=2, **named)
    assert "phb-0001-001" in [node.node_id for node in plan(world).nodes]
    settle(world, world.durations.reshard)
    assert slots(world) == {"0002": "0-2730,5462-10922", "0003": "2731-5461,10923-16383"}
    assert {node.shard for node in plan(world).nodes} == {"0002", "0003"}
    assert len(clusters(world)) == 4


def test_the_same_count_evens_the_slots_out(world: World) -> None:
    configuration = [{"Slots": "0-99", "ReplicaCount": 0}, {"Slots": "100-16383", "ReplicaCount": 0}]
    make(world, ClusterMode="enabled", NodeGroupConfiguration=configuration)
    reshard(world, NodeGroupCount=2)
    settle(world, world.durations.reshard)
    assert slots(world) == {"0001": "0-99,8292-16383", "0002": "100-8291"}


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"NodeGroupCount": 1}, COMBINATION, "Exactly one of NodeGroupsToRemove and NodeGroupsToRetain"),
        (
            {"NodeGroupCount": 1, "NodeGroupsToRemove": ["0001"], "NodeGroupsToRetain": ["0002"]},
            COMBINATION,
            "Exactly one of",
        ),
        ({"NodeGroupCount": 1, "NodeGroupsToRemove": ["0001", "0002"]}, COMBINATION, "as many as NodeGroupCount"),
        ({"NodeGroupCount": 1, "NodeGroupsToRemove": ["0009"]}, VALUE, "Node group 0009 does not exist"),
        ({"NodeGroupCount": 3, "NodeGroupsToRemove": ["0001"]}, COMBINATION, "only used to decrease"),
        ({"NodeGroupCount": 1, "ReshardingConfiguration": [{}]}, COMBINATION, "only used to increase"),
        ({"NodeGroupCount": 4, "ReshardingConfiguration": [{}]}, COMBINATION, "each of the new node groups"),
        (
            {"NodeGroupCount": 3, "ReshardingConfiguration": [{"PreferredAvailabilityZones": ["us-east-1a"]}]},
            COMBINATION,
            "must equal the number of nodes",
        ),
        ({"NodeGroupCount": 0}, VALUE, "at least 1"),
        ({"NodeGroupCount": 91}, "NodeGroupsPerReplicationGroupQuotaExceeded", "90 node groups"),
        ({"NodeGroupCount": 46}, "NodeQuotaForClusterExceeded", "90 cache nodes"),
        ({"NodeGroupCount": 3, "ApplyImmediately": False}, COMBINATION, "not currently supported"),
    ],
)
def test_resharding_that_cannot_be_is_refused(world: World, members: dict[str, Any], code: str, text: str) -> None:
    make_cluster(world)
    found, message = refuse(world, "ModifyReplicationGroupShardConfiguration", **members)
    assert found == code
    assert text in message


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("IncreaseReplicaCount", {"NewReplicaCount": 2}),
        ("DecreaseReplicaCount", {"NewReplicaCount": 0}),
        ("ModifyReplicationGroupShardConfiguration", {"NodeGroupCount": 3}),
    ],
)
def test_unread_members_start_nothing(world: World, operation: str, members: dict[str, Any]) -> None:
    make_cluster(world)
    request = Request(operation, {"ReplicationGroupId": "phb", "ApplyImmediately": True, "Color": "blue", **members})
    OPERATIONS[operation](world, request)
    assert request.unread() == ["Color"]
    assert describe(world)["Status"] == "available"
