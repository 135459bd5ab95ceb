# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion and snapshots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    KEY,
    TOPIC,
    clusters,
    creation,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    modify,
    settle,
    snapshots,
    statuses,
    take,
)


@pytest.fixture
def world() -> World:
    return furnished_world()


def test_a_deleted_group_is_deleting_and_then_gone(world: World) -> None:
    make_pair(world)
    answer = call(world, "DeleteReplicationGroup", ReplicationGroupId="PHB")["ReplicationGroup"]
    assert answer["Status"] == "deleting"
    assert statuses(world) == ["deleting", "deleting"]
    assert isinstance(world.engines, NullDriver)
    assert "phb" in world.engines.plans
    world.clock.advance(world.durations.delete)
    assert world.engines.plans == {}
    assert refusal(world, "DescribeReplicationGroups", ReplicationGroupId="phb").code == "ReplicationGroupNotFoundFault"
    assert clusters(world) == []
    assert messages(world)[-1] == "Replication group phb deleted"
    arn = world.arn("replicationgroup", "phb")
    assert refusal(world, "ListTagsForResource", ResourceName=arn).code == "ReplicationGroupNotFoundFault"


def test_the_name_is_free_once_the_group_is_gone(world: World) -> None:
    make(world)
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    assert refusal(world, "CreateReplicationGroup", **creation()).code == "ReplicationGroupAlreadyExists"
    world.clock.advance(world.durations.delete)
    make(world)


def test_what_waited_for_the_window_dies_with_the_group(world: World) -> None:
    make(world)
    modify(world, CacheNodeType="cache.t4g.small")
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    world.clock.advance(8 * 24 * 3600)
    assert world.replication_groups == {}


@pytest.mark.parametrize("status", ["creating", "modifying", "deleting", "snapshotting"])
def test_only_an_idle_group_can_be_deleted(world: World, status: str) -> None:
    call(world, "CreateReplicationGroup", **creation())
    if status != "creating":
        settle(world, world.durations.create_group)
    if status == "modifying":
        modify(world, ReplicationGroupDescription="other")
    if status == "deleting":
        call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    if status == "snapshotting":
        take(world, "backup", CacheClusterId="phb-001")
    error = refusal(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    assert (error.code, error.message) == (
        "InvalidReplicationGroupState",
        f"Replication group phb has status {status} which is not valid for deletion.",
    )


def test_a_failed_creation_can_be_deleted(world: World) -> None:
    tag = {"Key": "standin:create-failed", "Value": "no room"}
    call(world, "CreateReplicationGroup", **creation(Tags=[tag]))
    world.clock.advance(world.durations.create_group)
    error = refusal(world, "DeleteReplicationGroup", ReplicationGroupId="phb", FinalSnapshotIdentifier="last")
    assert error.code == "InvalidParameterCombination"
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    world.clock.advance(world.durations.delete)
    assert world.replication_groups == {}


def test_a_final_snapshot_outlives_the_group(world: World) -> None:
    make_pair(world)
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb", FinalSnapshotIdentifier="Last")
    (snapshot,) = snapshots(world)
    assert (snapshot["SnapshotName"], snapshot["SnapshotStatus"]) == ("last", "creating")
    world.clock.advance(world.durations.snapshot + world.durations.delete)
    assert world.replication_groups == {}
    (snapshot,) = snapshots(world)
    assert (snapshot["SnapshotStatus"], snapshot["SnapshotSource"]) == ("available", "manual")
    assert snapshot["CacheClusterId"] == "phb-001"
    assert messages(world, "phb-001")[-2] == (
        "Snapshot succeeded for snapshot with ID 'last' of cache cluster with ID 'phb-001'"
    )


def test_a_final_snapshot_needs_a_free_name(world: World) -> None:
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    settle(world, world.durations.snapshot)
    error = refusal(world, "DeleteReplicationGroup", ReplicationGroupId="phb", FinalSnapshotIdentifier="backup")
    assert error.code == "SnapshotAlreadyExistsFault"
    assert describe(world)["Status"] == "available"


def test_the_primary_cannot_be_retained(world: World) -> None:
    make_pair(world)
    error = refusal(world, "DeleteReplicationGroup", ReplicationGroupId="phb", RetainPrimaryCluster=True)
    assert error.code == "StandinUnreadMember"
    assert describe(world)["Status"] == "available"
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb", RetainPrimaryCluster=False)


def test_a_snapshot_of_a_member_makes_group_and_member_snapshotting(world: World) -> None:
    make_pair(world)
    snapshot = take(world, "Backup", CacheClusterId="PHB-002", KmsKeyId=KEY, Tags=[{"Key": "kept", "Value": "yes"}])
    assert snapshot["SnapshotStatus"] == "creating"
    assert (describe(world)["Status"], statuses(world)) == ("snapshotting", ["available", "snapshotting"])
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", ReplicationGroupDescription="other")
    assert error.code == "InvalidReplicationGroupState"
    settle(world, world.durations.snapshot)
    assert (describe(world)["Status"], statuses(world)) == ("available", ["available", "available"])
    (snapshot,) = snapshots(world, CacheClusterId="phb-002")
    assert (snapshot["SnapshotName"], snapshot["KmsKeyId"]) == ("backup", KEY)
    assert snapshot["NodeSnapshots"][0]["SnapshotCreateTime"] == world.clock.now() - timedelta(
        seconds=world.durations.snapshot + world.durations.member_lag
    )
    tags = call(world, "ListTagsForResource", ResourceName=snapshot["ARN"])
    assert tags["TagList"] == [{"Key": "kept", "Value": "yes"}]


def test_a_snapshot_of_a_cluster_has_one_node_per_shard_and_its_layout_on_demand(world: World) -> None:
    make_cluster(world, NotificationTopicArn=TOPIC)
    take(world, "backup", ReplicationGroupId="phb")
    settle(world, world.durations.snapshot)
    (snapshot,) = snapshots(world, ReplicationGroupId="phb", ShowNodeGroupConfig=True)
    assert snapshot["TopicArn"] == TOPIC
    assert (snapshot["NumNodeGroups"], snapshot["AutomaticFailover"]) == (2, "enabled")
    first, second = (node["NodeGroupConfiguration"] for node in snapshot["NodeSnapshots"])
    assert (first["Slots"], first["ReplicaCount"]) == ("0-8191", 1)
    assert (second["NodeGroupId"], second["PrimaryAvailabilityZone"]) == ("0002", "us-east-1b")
    (plain,) = snapshots(world, SnapshotName="BACKUP")
    assert all("NodeGroupConfiguration" not in node for node in plain["NodeSnapshots"])


def test_snapshots_are_filtered_by_their_origin(world: World) -> None:
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    assert len(snapshots(world, SnapshotSource="user")) == 1
    assert snapshots(world, SnapshotSource="system") == []
    assert snapshots(world, CacheClusterId="other-001") == []
    assert refusal(world, "DescribeSnapshots", SnapshotSource="all").code == "InvalidParameterValue"
    assert refusal(world, "DescribeSnapshots", SnapshotName="none").code == "SnapshotNotFoundFault"


def test_a_deleted_snapshot_ends(world: World) -> None:
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    assert refusal(world, "DeleteSnapshot", SnapshotName="backup").code == "InvalidSnapshotState"
    settle(world, world.durations.snapshot)
    answer = call(world, "DeleteSnapshot", SnapshotName="backup")["Snapshot"]
    assert answer["SnapshotStatus"] == "deleting"
    world.clock.advance(world.durations.snapshot)
    assert snapshots(world) == []
    assert refusal(world, "DeleteSnapshot", SnapshotName="backup").code == "SnapshotNotFoundFault"


def test_a_source_has_20_manual_snapshots_a_day(world: World) -> None:
    make(world)
    for number in range(20):
        take(world, f"backup{number}", CacheClusterId="phb-001")
        settle(world, world.durations.snapshot)
    error = refusal(world, "CreateSnapshot", SnapshotName="another", CacheClusterId="phb-001")
    assert error.code == "SnapshotQuotaExceededFault"
    world.clock.advance(24 * 3600)
    take(world, "another", CacheClusterId="phb-001")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "InvalidParameterCombination"),
        ({"ReplicationGroupId": "phb", "CacheClusterId": "phb-001"}, "InvalidParameterCombination"),
        ({"ReplicationGroupId": "phb"}, "InvalidParameterCombination"),
        ({"ReplicationGroupId": "other"}, "ReplicationGroupNotFoundFault"),
        ({"CacheClusterId": "other-001"}, "CacheClusterNotFound"),
        ({"CacheClusterId": "phb-001", "SnapshotName": "1st"}, "InvalidParameterValue"),
        ({"CacheClusterId": "phb-001", "KmsKeyId": "alias/none"}, "InvalidParameterValue"),
    ],
)
def test_a_snapshot_that_cannot_be_taken_is_refused(world: World, members: dict[str, Any], code: str) -> None:
    make(world)
    assert refusal(world, "CreateSnapshot", **({"SnapshotName": "backup"} | members)).code == code
    assert describe(world)["Status"] == "available"


def test_a_member_of_a_cluster_is_not_saved_alone(world: World) -> None:
    make_cluster(world)
    error = refusal(world, "CreateSnapshot", SnapshotName="backup", CacheClusterId="phb-0001-001")
    assert error.code == "InvalidParameterCombination"


def test_a_busy_source_is_refused_with_its_own_code(world: World) -> None:
    make_cluster(world)
    make(world, ReplicationGroupId="single")
    modify(world, ReplicationGroupDescription="other")
    call(world, "ModifyReplicationGroup", ReplicationGroupId="single", ReplicationGroupDescription="other")
    error = refusal(world, "CreateSnapshot", SnapshotName="backup", ReplicationGroupId="phb")
    assert error.code == "InvalidReplicationGroupState"
    error = refusal(world, "CreateSnapshot", SnapshotName="backup", CacheClusterId="single-001")
    assert error.code == "InvalidCacheClusterState"


def test_unread_members_take_no_snapshot(world: World) -> None:
    make(world)
    request = Request("CreateSnapshot", {"SnapshotName": "backup", "CacheClusterId": "phb-001", "Color": "blue"})
    OPERATIONS["CreateSnapshot"](world, request)
    assert request.unread() == ["Color"]
    assert snapshots(world) == []
