# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateReplicationGroup: what a creation comes to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core import windows
from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.engines.plan import NodePlan
from tests.unit.standin.core_calls import SUBNETS, call, new_world, refusal
from tests.unit.standin.groups_calls import (
    KEY,
    TOKEN,
    TOPIC,
    FailingDriver,
    clusters,
    creation,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    plan,
    roles,
    slots,
    statuses,
)


@pytest.fixture
def world() -> World:
    return furnished_world()


def test_a_group_is_creating_first_and_shows_no_node_groups(world: World) -> None:
    group = call(world, "CreateReplicationGroup", **creation(NumCacheClusters=2))["ReplicationGroup"]
    assert group["Status"] == "creating"
    assert group["MemberClusters"] == ["phb-001", "phb-002"]
    assert "NodeGroups" not in group
    assert statuses(world) == ["creating", "creating"]
    assert all("CacheNodes" not in cluster for cluster in clusters(world))


def test_members_follow_when_the_group_is_available(world: World) -> None:
    call(world, "CreateReplicationGroup", **creation(NumCacheClusters=2))
    world.clock.advance(world.durations.create_group)
    assert describe(world)["Status"] == "available"
    assert statuses(world) == ["creating", "creating"]
    world.clock.advance(world.durations.member_lag)
    assert statuses(world) == ["available", "available"]


def test_cluster_mode_disabled_shows_roles_and_three_kinds_of_endpoints(world: World) -> None:
    make_pair(world, Port=6390)
    (shard,) = describe(world)["NodeGroups"]
    assert "Slots" not in shard
    assert roles(world) == {"phb-001": "primary", "phb-002": "replica"}
    addresses = [shard["PrimaryEndpoint"], shard["ReaderEndpoint"]]
    addresses += [member["ReadEndpoint"] for member in shard["NodeGroupMembers"]]
    assert len({address["Address"] for address in addresses}) == 4
    assert {address["Port"] for address in addresses} == {6390}
    assert "ConfigurationEndpoint" not in describe(world)


def test_cluster_mode_enabled_shows_slots_and_one_endpoint(world: World) -> None:
    make_cluster(world)
    group = describe(world)
    assert group["MemberClusters"] == ["phb-0001-001", "phb-0001-002", "phb-0002-001", "phb-0002-002"]
    assert group["ConfigurationEndpoint"]["Port"] == 6379
    assert slots(world) == {"0001": "0-8191", "0002": "8192-16383"}
    for shard in group["NodeGroups"]:
        assert "PrimaryEndpoint" not in shard
        assert all("CurrentRole" not in member and "ReadEndpoint" not in member for member in shard["NodeGroupMembers"])
    assert group["ClusterEnabled"] is True
    assert group["ClusterMode"] == "enabled"
    assert group["AutomaticFailover"] == "enabled"


def test_the_parameter_group_can_say_the_cluster_mode(world: World) -> None:
    make(world, CacheParameterGroupName="default.redis7.cluster.on", NumNodeGroups=1, ReplicasPerNodeGroup=0)
    assert describe(world)["ClusterMode"] == "enabled"
    assert clusters(world)[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7.cluster.on"


def test_engines_are_told_what_was_asked_for(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    told = plan(world)
    assert (told.tls, told.tokens, told.open_access, told.cluster_mode) == ("required", (TOKEN,), False, False)
    assert told.nodes == (NodePlan("phb-001", "0001", "primary"), NodePlan("phb-002", "0001", "replica"))
    assert told.maxmemory == 536870912 * 75 // 100
    assert told.parameters["maxmemory-policy"] == "volatile-lru"


def test_reserved_memory_is_what_the_parameter_group_says(world: World) -> None:
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="roomy",
        CacheParameterGroupFamily="redis7",
        Description="half",
    )
    pair = {"ParameterName": "reserved-memory-percent", "ParameterValue": "50"}
    call(world, "ModifyCacheParameterGroup", CacheParameterGroupName="roomy", ParameterNameValues=[pair])
    make(world, CacheParameterGroupName="Roomy")
    assert plan(world).maxmemory == 536870912 // 2


@pytest.mark.parametrize(
    ("members", "engine", "version", "family"),
    [
        ({}, "redis", "7.1.0", "redis7"),
        ({"EngineVersion": "6.x"}, "redis", "6.2.6", "redis6.x"),
        ({"EngineVersion": "6.0"}, "redis", "6.0.5", "redis6.x"),
        ({"EngineVersion": "5.0.6"}, "redis", "5.0.6", "redis5.0"),
        ({"Engine": "valkey", "EngineVersion": "8.1", "TransitEncryptionEnabled": False}, "valkey", "8.1.0", "valkey8"),
    ],
)
def test_versions_read_back_with_their_patch(
    world: World, members: dict[str, Any], engine: str, version: str, family: str
) -> None:
    make(world, **members)
    (cluster,) = clusters(world)
    assert (cluster["Engine"], cluster["EngineVersion"]) == (engine, version)
    assert cluster["CacheParameterGroup"]["CacheParameterGroupName"] == f"default.{family}"
    assert describe(world)["Engine"] == engine


@pytest.mark.parametrize(("engine", "encrypted"), [("valkey", True), ("redis", False)])
def test_encryption_at_rest_is_valkeys_default_alone(world: World, engine: str, encrypted: bool) -> None:
    make(world, Engine=engine, EngineVersion="7.2" if engine == "valkey" else "7.1", TransitEncryptionEnabled=True)
    assert describe(world)["AtRestEncryptionEnabled"] is encrypted
    assert describe(world)["StorageEncryptionType"] == ("sse-elasticache" if encrypted else "none")


def test_a_key_is_kept(world: World) -> None:
    make(world, AtRestEncryptionEnabled=True, KmsKeyId=KEY)
    assert describe(world)["KmsKeyId"] == KEY
    assert describe(world)["StorageEncryptionType"] == "sse-kms"


@pytest.mark.parametrize(("mode", "shown"), [(None, "required"), ("required", "required"), ("preferred", "preferred")])
def test_encryption_in_transit_is_required_unless_preferred(world: World, mode: str | None, shown: str) -> None:
    make(world, TransitEncryptionEnabled=True, TransitEncryptionMode=mode)
    assert describe(world)["TransitEncryptionMode"] == shown
    assert plan(world).tls == shown


def test_windows_are_drawn_apart_and_read_in_lower_case(world: World) -> None:
    make(world, PreferredMaintenanceWindow="Sun:05:00-Sun:07:00")
    (cluster,) = clusters(world)
    assert cluster["PreferredMaintenanceWindow"] == "sun:05:00-sun:07:00"
    assert not windows.overlap(cluster["PreferredMaintenanceWindow"], describe(world)["SnapshotWindow"])


def test_members_spread_over_the_subnet_groups_zones(world: World) -> None:
    make_cluster(world, NumNodeGroups=2, ReplicasPerNodeGroup=3)
    zones = [
        [member["PreferredAvailabilityZone"] for member in shard["NodeGroupMembers"]]
        for shard in describe(world)["NodeGroups"]
    ]
    assert zones == [
        ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a"],
        ["us-east-1b", "us-east-1c", "us-east-1a", "us-east-1b"],
    ]


def test_preferred_zones_are_taken_in_order(world: World) -> None:
    make(world, NumCacheClusters=2, PreferredCacheClusterAZs=["us-east-1c", "us-east-1a"])
    assert [cluster["PreferredAvailabilityZone"] for cluster in clusters(world)] == ["us-east-1c", "us-east-1a"]


def test_node_groups_can_be_configured_one_by_one(world: World) -> None:
    configuration = [
        {"NodeGroupId": "0007", "Slots": "0-99", "ReplicaCount": 1, "PrimaryAvailabilityZone": "us-east-1b"},
        {"Slots": "100-16383", "ReplicaAvailabilityZones": ["us-east-1c", "us-east-1a"]},
    ]
    make(world, ClusterMode="enabled", NodeGroupConfiguration=configuration)
    assert slots(world) == {"0007": "0-99", "0002": "100-16383"}
    assert [cluster["CacheClusterId"] for cluster in clusters(world)] == [
        "phb-0002-001",
        "phb-0002-002",
        "phb-0002-003",
        "phb-0007-001",
        "phb-0007-002",
    ]
    assert clusters(world)[1]["PreferredAvailabilityZone"] == "us-east-1c"
    assert clusters(world)[3]["PreferredAvailabilityZone"] == "us-east-1b"


def test_members_tell_what_the_group_does_not(world: World) -> None:
    make_pair(
        world,
        SecurityGroupIds=["sg-1", "sg-2"],
        NotificationTopicArn=TOPIC,
        SnapshotRetentionLimit=3,
        AutoMinorVersionUpgrade=False,
        AuthToken=TOKEN,
        TransitEncryptionEnabled=True,
    )
    first, second = clusters(world)
    assert first["SecurityGroups"] == [
        {"SecurityGroupId": "sg-1", "Status": "active"},
        {"SecurityGroupId": "sg-2", "Status": "active"},
    ]
    assert first["NotificationConfiguration"] == {"TopicArn": TOPIC, "TopicStatus": "active"}
    assert first["AutoMinorVersionUpgrade"] is False
    assert first["AuthTokenEnabled"] is True
    assert first["CacheSubnetGroupName"] == "default"
    assert describe(world)["SnapshottingClusterId"] == "phb-002"
    assert (first["SnapshotRetentionLimit"], second["SnapshotRetentionLimit"]) == (0, 3)


def test_the_id_is_stored_in_lower_case_and_found_in_any(world: World) -> None:
    make(world, ReplicationGroupId="Phb-Cache")
    assert describe(world, "PHB-CACHE")["ReplicationGroupId"] == "phb-cache"
    error = refusal(world, "CreateReplicationGroup", **creation(ReplicationGroupId="phb-CACHE"))
    assert error.code == "ReplicationGroupAlreadyExists"


def test_tags_are_copied_to_the_members(world: World) -> None:
    make(world, NumCacheClusters=2, Tags=[{"Key": "team", "Value": "cache"}])
    for arn in (world.arn("replicationgroup", "phb"), world.arn("cluster", "phb-002")):
        answer = call(world, "ListTagsForResource", ResourceName=arn)
        assert answer["TagList"] == [{"Key": "team", "Value": "cache"}]


def test_data_tiering_comes_with_its_node_type(world: World) -> None:
    make(world, CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True)
    assert describe(world)["DataTiering"] == "enabled"


def test_creation_is_told_in_events(world: World) -> None:
    make(world)
    assert messages(world) == ["Replication group phb created"]
    assert messages(world, "phb-001") == [
        f"Added cache node 0001 in availability zone {SUBNETS[0].zone}",
        "Cache cluster created",
    ]


def test_engines_that_do_not_start_fail_the_creation_with_an_event() -> None:
    world = new_world()
    world.engines = FailingDriver("no room")
    call(world, "CreateReplicationGroup", **creation())
    assert describe(world)["Status"] == "creating"
    world.clock.advance(world.durations.create_group)
    group = describe(world)
    assert (group["Status"], group["MemberClusters"]) == ("create-failed", [])
    assert "NodeGroups" not in group
    assert messages(world) == ["Failed to create replication group phb: no room"]
    assert clusters(world) == []


def test_a_tag_makes_a_creation_fail_for_its_reason(world: World) -> None:
    tag = {"Key": "standin:create-failed", "Value": "Insufficient capacity in us-east-1a"}
    call(world, "CreateReplicationGroup", **creation(Tags=[tag]))
    world.clock.advance(world.durations.create_group)
    assert describe(world)["Status"] == "create-failed"
    assert messages(world) == ["Failed to create replication group phb: Insufficient capacity in us-east-1a"]


def test_a_request_with_unread_members_creates_nothing(world: World) -> None:
    request = Request("CreateReplicationGroup", creation(Durability="sync", UserGroupIds=["team"]))
    OPERATIONS["CreateReplicationGroup"](world, request)
    assert request.unread() == ["Durability", "UserGroupIds"]
    assert world.replication_groups == {}
