# SPDX-License-Identifier: GPL-3.0-or-later
"""Tag operations on every kind of resource, events, and the lists of what cannot be created yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.standin.core.errors import ApiError
from tests.standin.core.world import TagTarget, World
from tests.unit.standin.core_calls import START, call, new_world, refusal

PLACE = "arn:aws:elasticache:us-east-1:123456789012"


@pytest.fixture
def world() -> World:
    return new_world()


def tags_of(world: World, arn: str) -> dict[str, str]:
    tags = call(world, "ListTagsForResource", ResourceName=arn)["TagList"]
    return {tag["Key"]: tag["Value"] for tag in tags}


@pytest.mark.parametrize(
    "arn", [f"{PLACE}:subnetgroup:default", f"{PLACE}:parametergroup:default.redis7", f"{PLACE}:user:default"]
)
def test_tags_are_added_listed_and_removed(world: World, arn: str) -> None:
    added = call(world, "AddTagsToResource", ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    assert added == {"TagList": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]}
    removed = call(world, "RemoveTagsFromResource", ResourceName=arn, TagKeys=["a"])
    assert removed == {"TagList": [{"Key": "b", "Value": ""}]}
    assert tags_of(world, arn) == {"b": ""}


def test_two_spellings_of_a_name_are_one_resource(world: World) -> None:
    call(world, "AddTagsToResource", ResourceName=f"{PLACE}:subnetgroup:DEFAULT", Tags=[{"Key": "a", "Value": "1"}])
    assert tags_of(world, f"{PLACE}:subnetgroup:default") == {"a": "1"}


def test_tags_of_a_creation_are_kept_and_go_with_the_group(world: World) -> None:
    made = call(
        world,
        "CreateCacheSubnetGroup",
        CacheSubnetGroupName="mine",
        CacheSubnetGroupDescription="d",
        SubnetIds=["subnet-a"],
        Tags=[{"Key": "a", "Value": "1"}],
    )
    arn = made["CacheSubnetGroup"]["ARN"]
    assert tags_of(world, arn) == {"a": "1"}
    call(world, "DeleteCacheSubnetGroup", CacheSubnetGroupName="mine")
    assert refusal(world, "ListTagsForResource", ResourceName=arn).code == "CacheSubnetGroupNotFoundFault"
    assert world.tags.get(arn) == {}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("parametergroup", "CacheParameterGroupNotFound"),
        ("reserved-instance", "ReservedCacheNodeNotFound"),
        ("securitygroup", "CacheSecurityGroupNotFound"),
        ("serverlesscache", "ServerlessCacheNotFoundFault"),
        ("serverlesscachesnapshot", "ServerlessCacheSnapshotNotFoundFault"),
        ("subnetgroup", "CacheSubnetGroupNotFoundFault"),
        ("user", "UserNotFound"),
        ("usergroup", "UserGroupNotFound"),
    ],
)
def test_each_kind_has_its_own_not_found(world: World, kind: str, code: str) -> None:
    assert refusal(world, "ListTagsForResource", ResourceName=f"{PLACE}:{kind}:none").code == code


@pytest.mark.parametrize(
    "arn", ["none", f"{PLACE}:volcano:none", "arn:aws:elasticache:eu-west-1:123456789012:user:default"]
)
def test_other_arns_are_invalid(world: World, arn: str) -> None:
    assert refusal(world, "ListTagsForResource", ResourceName=arn).code == "InvalidARN"


def test_an_absent_tag_is_not_found(world: World) -> None:
    error = refusal(world, "RemoveTagsFromResource", ResourceName=f"{PLACE}:user:default", TagKeys=["none"])
    assert error.code == "TagNotFound"


def test_a_kind_may_refuse_and_hears_of_changes(world: World) -> None:
    heard: list[str] = []

    def check(name: str, writing: bool) -> None:
        if writing and name == "busy":
            raise ApiError("InvalidReplicationGroupState", "not available")

    world.taggable["serverlesscache"] = TagTarget(check, heard.append)
    tags = [{"Key": "a", "Value": "1"}]
    call(world, "AddTagsToResource", ResourceName=f"{PLACE}:serverlesscache:Quiet", Tags=tags)
    assert heard == ["quiet"]
    busy = f"{PLACE}:serverlesscache:busy"
    assert refusal(world, "AddTagsToResource", ResourceName=busy, Tags=tags).code == "InvalidReplicationGroupState"
    assert tags_of(world, busy) == {}
    assert heard == ["quiet"]


def messages(world: World, **members: Any) -> list[str]:
    return [event["Message"] for event in call(world, "DescribeEvents", **members)["Events"]]


@pytest.fixture
def eventful() -> World:
    """One event a day ago, one half an hour ago, one now."""
    world = new_world()
    world.events.add("orders", "replication-group", "day")
    world.clock.advance(timedelta(hours=23, minutes=30).total_seconds())
    world.events.add("orders-001", "cache-cluster", "half hour")
    world.clock.advance(timedelta(minutes=30).total_seconds())
    world.events.add("orders", "replication-group", "now")
    return world


def test_events_of_the_last_hour(eventful: World) -> None:
    assert messages(eventful) == ["half hour", "now"]


def test_events_reach_back_as_far_as_is_asked(eventful: World) -> None:
    assert messages(eventful, Duration=24 * 60) == ["day", "half hour", "now"]
    assert messages(eventful, StartTime=START) == ["day", "half hour", "now"]
    assert messages(eventful, StartTime=START, EndTime=START + timedelta(hours=1)) == ["day"]
    assert messages(eventful, StartTime=START, Duration=60) == ["day"]
    assert messages(eventful, EndTime=START + timedelta(minutes=5)) == ["day"]


def test_events_of_a_source(eventful: World) -> None:
    assert messages(eventful, SourceType="cache-cluster") == ["half hour"]
    assert messages(eventful, SourceIdentifier="ORDERS", SourceType="replication-group") == ["now"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"SourceType": "volcano"}, "InvalidParameterValue"),
        ({"Duration": 0}, "InvalidParameterValue"),
        ({"Duration": 14 * 24 * 60 + 1}, "InvalidParameterValue"),
        ({"StartTime": START - timedelta(days=15)}, "InvalidParameterValue"),
        ({"StartTime": START, "EndTime": START - timedelta(hours=1)}, "InvalidParameterCombination"),
        ({"StartTime": START, "EndTime": START, "Duration": 5}, "InvalidParameterCombination"),
    ],
)
def test_periods_that_are_refused(eventful: World, members: dict[str, Any], code: str) -> None:
    assert refusal(eventful, "DescribeEvents", **members).code == code


@pytest.mark.parametrize(
    ("operation", "list_name", "member", "code"),
    [
        (
            "DescribeGlobalReplicationGroups",
            "GlobalReplicationGroups",
            "GlobalReplicationGroupId",
            "GlobalReplicationGroupNotFoundFault",
        ),
        ("DescribeReservedCacheNodes", "ReservedCacheNodes", "ReservedCacheNodeId", "ReservedCacheNodeNotFound"),
        ("DescribeServerlessCaches", "ServerlessCaches", "ServerlessCacheName", "ServerlessCacheNotFoundFault"),
        (
            "DescribeServerlessCacheSnapshots",
            "ServerlessCacheSnapshots",
            "ServerlessCacheSnapshotName",
            "ServerlessCacheSnapshotNotFoundFault",
        ),
        ("DescribeServiceUpdates", "ServiceUpdates", "ServiceUpdateName", "ServiceUpdateNotFoundFault"),
        ("DescribeUserGroups", "UserGroups", "UserGroupId", "UserGroupNotFound"),
    ],
)
def test_empty_lists(world: World, operation: str, list_name: str, member: str, code: str) -> None:
    assert call(world, operation) == {list_name: []}
    assert refusal(world, operation, **{member: "none"}).code == code


def test_the_built_in_user_is_there(world: World) -> None:
    users = call(world, "DescribeUsers")["Users"]
    assert [(user["UserId"], user["Status"], user["Authentication"]) for user in users] == [
        ("default", "active", {"Type": "no-password"})
    ]
    assert call(world, "DescribeUsers", UserId="DEFAULT")["Users"] == users
    assert call(world, "DescribeUsers", Engine="valkey")["Users"] == []
    assert call(world, "DescribeUsers", Filters=[{"Name": "UserName", "Values": ["other"]}])["Users"] == []
    assert refusal(world, "DescribeUsers", UserId="none").code == "UserNotFound"


def test_security_groups_of_the_old_kind_are_refused(world: World) -> None:
    assert refusal(world, "DescribeCacheSecurityGroups").code == "InvalidParameterValue"
