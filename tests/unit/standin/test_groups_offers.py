# SPDX-License-Identifier: GPL-3.0-or-later
"""Engine versions, node types, listings, tags and log delivery."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.world import World
from tests.standin.data.engine_versions import VERSIONS
from tests.standin.data.families import FAMILIES
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    LOG_GROUP,
    STREAM,
    clusters,
    creation,
    describe,
    furnished_world,
    make,
    make_pair,
    modify,
    modify_now,
    settle,
)


@pytest.fixture
def world() -> World:
    return furnished_world()


def versions(world: World, **members: Any) -> list[str]:
    found = call(world, "DescribeCacheEngineVersions", **members)["CacheEngineVersions"]
    return [f"{row['Engine']} {row['EngineVersion']}" for row in found]


def log_to(log_type: str, **members: Any) -> dict[str, Any]:
    wanted = {
        "LogType": log_type,
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": LOG_GROUP}},
        "LogFormat": "json",
    }
    return wanted | members


def test_every_version_has_a_known_family() -> None:
    assert {version.family for version in VERSIONS if version.engine != "memcached"} <= FAMILIES.keys()


def test_versions_are_filtered(world: World) -> None:
    assert versions(world, Engine="valkey") == [f"valkey {v}" for v in ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1")]
    assert versions(world, CacheParameterGroupFamily="redis6.x") == ["redis 6.0", "redis 6.2"]
    assert versions(world, EngineVersion="6.x") == ["redis 6.2"]
    assert versions(world, Engine="redis", DefaultOnly=True) == ["redis 7.1"]
    assert versions(world, DefaultOnly=True) == ["memcached 1.6.22", "redis 7.1", "valkey 7.2"]
    assert versions(world, Engine="keydb") == []


def test_the_patch_stands_in_the_description_alone(world: World) -> None:
    (row,) = call(world, "DescribeCacheEngineVersions", EngineVersion="6.2")["CacheEngineVersions"]
    assert (row["EngineVersion"], row["CacheEngineVersionDescription"]) == ("6.2", "redis version 6.2.6")


def test_node_types_that_a_group_can_become(world: World) -> None:
    make(world, CacheNodeType="cache.t4g.medium", EngineVersion="6.0")
    answer = call(world, "ListAllowedNodeTypeModifications", ReplicationGroupId="phb")
    assert "cache.r6g.large" in answer["ScaleUpModifications"]
    assert "cache.r7g.large" not in answer["ScaleUpModifications"]
    assert "cache.t4g.micro" in answer["ScaleDownModifications"]
    everything = {*answer["ScaleUpModifications"], *answer["ScaleDownModifications"]}
    assert not {"cache.t4g.medium", "cache.t2.micro", "cache.m8g.large"} & everything
    assert call(world, "ListAllowedNodeTypeModifications", CacheClusterId="phb-001") == answer


def test_one_id_and_one_only_names_what_to_look_at(world: World) -> None:
    make(world)
    for members in ({}, {"ReplicationGroupId": "phb", "CacheClusterId": "phb-001"}):
        assert refusal(world, "ListAllowedNodeTypeModifications", **members).code == "InvalidParameterCombination"
    error = refusal(world, "ListAllowedNodeTypeModifications", CacheClusterId="other-001")
    assert error.code == "CacheClusterNotFound"


def test_lists_are_in_order_of_ids(world: World) -> None:
    for group_id in ("web", "app"):
        call(world, "CreateReplicationGroup", **creation(ReplicationGroupId=group_id))
    listed = call(world, "DescribeReplicationGroups")["ReplicationGroups"]
    assert [group["ReplicationGroupId"] for group in listed] == ["app", "web"]
    assert [cluster["CacheClusterId"] for cluster in clusters(world)] == ["app-001", "web-001"]
    outside = call(world, "DescribeCacheClusters", ShowCacheClustersNotInReplicationGroups=True)
    assert outside["CacheClusters"] == []
    (one,) = call(world, "DescribeCacheClusters", CacheClusterId="WEB-001")["CacheClusters"]
    assert "CacheNodes" not in one


def test_tagging_turns_the_group_to_modifying_and_reaches_the_members(world: World) -> None:
    make_pair(world)
    group_arn, member_arn = world.arn("replicationgroup", "phb"), world.arn("cluster", "phb-002")
    call(world, "AddTagsToResource", ResourceName=group_arn, Tags=[{"Key": "team", "Value": "cache"}])
    assert describe(world)["Status"] == "modifying"
    for operation, members in (
        ("AddTagsToResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("RemoveTagsFromResource", {"TagKeys": ["team"]}),
        ("ListTagsForResource", {}),
    ):
        error = refusal(world, operation, ResourceName=group_arn, **members)
        assert (error.code, error.message) == (
            "InvalidReplicationGroupState",
            "Cluster not in available state to perform tagging operations.",
        )
    settle(world, world.durations.tag)
    tags = call(world, "ListTagsForResource", ResourceName=member_arn)["TagList"]
    assert tags == [{"Key": "team", "Value": "cache"}]
    call(world, "RemoveTagsFromResource", ResourceName=group_arn, TagKeys=["team"])
    settle(world, world.durations.tag)
    assert call(world, "ListTagsForResource", ResourceName=member_arn)["TagList"] == []


def test_a_member_has_tags_of_its_own(world: World) -> None:
    make_pair(world)
    member_arn = world.arn("cluster", "phb-002")
    call(world, "AddTagsToResource", ResourceName=member_arn, Tags=[{"Key": "role", "Value": "reader"}])
    assert describe(world)["Status"] == "available"
    modify(world, ReplicationGroupDescription="other")
    error = refusal(world, "RemoveTagsFromResource", ResourceName=member_arn, TagKeys=["role"])
    assert error.code == "InvalidReplicationGroupState"
    absent = refusal(world, "ListTagsForResource", ResourceName=world.arn("cluster", "phb-009"))
    assert absent.code == "CacheClusterNotFound"


def test_groups_in_use_are_kept(world: World) -> None:
    members = {"CacheParameterGroupName": "own", "CacheParameterGroupFamily": "redis7", "Description": "own"}
    call(world, "CreateCacheParameterGroup", **members)
    make(world, CacheParameterGroupName="own")
    error = refusal(world, "DeleteCacheParameterGroup", CacheParameterGroupName="own")
    assert error.code == "InvalidCacheParameterGroupState"


def test_subnets_that_hold_a_node_are_kept(world: World) -> None:
    names = {"CacheSubnetGroupName": "own"}
    call(
        world, "CreateCacheSubnetGroup", CacheSubnetGroupDescription="own", SubnetIds=["subnet-a", "subnet-b"], **names
    )
    make_pair(world, CacheSubnetGroupName="own")
    assert refusal(world, "DeleteCacheSubnetGroup", **names).code == "CacheSubnetGroupInUse"
    assert refusal(world, "ModifyCacheSubnetGroup", SubnetIds=["subnet-a"], **names).code == "SubnetInUse"


def test_log_delivery_is_enabling_and_then_active(world: World) -> None:
    make_pair(world)
    firehose = log_to(
        "engine-log",
        DestinationType="kinesis-firehose",
        DestinationDetails={"KinesisFirehoseDetails": {"DeliveryStream": STREAM}},
        LogFormat="text",
    )
    modify(world, LogDeliveryConfigurations=[log_to("slow-log"), firehose], ApplyImmediately=True)
    group = describe(world)
    assert [log["Status"] for log in group["LogDeliveryConfigurations"]] == ["enabling", "enabling"]
    assert len(group["PendingModifiedValues"]["LogDeliveryConfigurations"]) == 2
    assert len(clusters(world)[0]["PendingModifiedValues"]["LogDeliveryConfigurations"]) == 2
    settle(world, world.durations.log_delivery)
    slow, engine = describe(world)["LogDeliveryConfigurations"]
    assert slow["DestinationDetails"] == {"CloudWatchLogsDetails": {"LogGroup": LOG_GROUP}}
    assert (engine["LogType"], engine["LogFormat"], engine["Status"]) == ("engine-log", "text", "active")
    assert clusters(world)[0]["ReplicationGroupLogDeliveryEnabled"] is True
    assert describe(world)["PendingModifiedValues"] == {}


def test_log_delivery_from_the_start_and_its_end(world: World) -> None:
    make_pair(world, LogDeliveryConfigurations=[log_to("slow-log")])
    assert describe(world)["LogDeliveryConfigurations"][0]["Status"] == "active"
    modify(world, LogDeliveryConfigurations=[log_to("slow-log", LogFormat="text")], ApplyImmediately=True)
    assert describe(world)["LogDeliveryConfigurations"][0]["Status"] == "modifying"
    settle(world, world.durations.log_delivery)
    modify(world, LogDeliveryConfigurations=[{"LogType": "slow-log", "Enabled": False}], ApplyImmediately=True)
    assert describe(world)["LogDeliveryConfigurations"][0]["Status"] == "disabling"
    settle(world, world.durations.log_delivery)
    assert describe(world)["LogDeliveryConfigurations"] == []


def test_a_destination_that_is_not_there_shows_as_an_error(world: World) -> None:
    missing = {"CloudWatchLogsDetails": {"LogGroup": "/none"}}
    make(world, LogDeliveryConfigurations=[log_to("slow-log", DestinationDetails=missing)])
    (log,) = describe(world)["LogDeliveryConfigurations"]
    assert (log["Status"], log["Message"]) == ("error", "Destination /none does not exist.")


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (log_to("audit-log"), "Invalid log type audit-log"),
        (log_to("slow-log", LogFormat="xml"), "Invalid log format xml"),
        (log_to("slow-log", DestinationDetails={}), "A destination type and its details must be provided"),
    ],
)
def test_a_log_delivery_that_cannot_be_is_refused(world: World, entry: dict[str, Any], text: str) -> None:
    make(world)
    members = {"ReplicationGroupId": "phb", "ApplyImmediately": True, "LogDeliveryConfigurations": [entry]}
    assert text in refusal(world, "ModifyReplicationGroup", **members).message


def test_log_delivery_is_only_changed_at_once(world: World) -> None:
    make(world)
    members = {"ReplicationGroupId": "phb", "LogDeliveryConfigurations": [log_to("slow-log")]}
    assert "ApplyImmediately must be true" in refusal(world, "ModifyReplicationGroup", **members).message
    modify_now(world, LogDeliveryConfigurations=[log_to("slow-log")])
    again = refusal(world, "ModifyReplicationGroup", ApplyImmediately=True, **members)
    assert again.message == "No modifications were requested"
