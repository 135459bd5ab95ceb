# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches: what a creation is answered, what it becomes, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.neighbors import Ec2Subnet, FixedNeighbors
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import KEY
from tests.unit.standin.groups_calls import make as make_group
from tests.unit.standin.serverless_calls import (
    PLACE,
    LateDriver,
    creation,
    describe,
    make,
    messages,
    plan,
    serverless_world,
)


@pytest.fixture
def world() -> World:
    return serverless_world()


def fixed(world: World) -> FixedNeighbors:
    assert isinstance(world.neighbors, FixedNeighbors)
    return world.neighbors


def limits(storage: dict[str, Any] | None = None, ecpu: dict[str, Any] | None = None) -> dict[str, Any]:
    usage = {"DataStorage": storage and {"Unit": "GB", **storage}, "ECPUPerSecond": ecpu}
    return {"CacheUsageLimits": {name: limit for name, limit in usage.items() if limit is not None}}


def test_a_cache_is_told_with_the_services_defaults(world: World) -> None:
    made = call(world, "CreateServerlessCache", **creation(ServerlessCacheName="StoreFront"))["ServerlessCache"]
    assert made == {
        "ServerlessCacheName": "storefront",
        "Description": "",
        "CreateTime": world.clock.now(),
        "Status": "creating",
        "Engine": "valkey",
        "MajorEngineVersion": "8",
        "FullEngineVersion": "8.2",
        "StorageEncryptionType": "sse-elasticache",
        "SecurityGroupIds": ["sg-default"],
        "ARN": f"{PLACE}:serverlesscache:storefront",
        "SubnetIds": ["subnet-a", "subnet-b", "subnet-c"],
        "SnapshotRetentionLimit": 0,
        "DailySnapshotTime": "00:00",
        "NetworkType": "ipv4",
        "ConnectionType": "vpc",
    }


def test_endpoints_come_when_it_is_available(world: World) -> None:
    call(world, "CreateServerlessCache", **creation())
    world.clock.advance(world.durations.create_group - 1)
    assert describe(world)["Status"] == "creating"
    world.clock.advance(1)
    shown = describe(world, "STOREFRONT")
    assert shown["Status"] == "available"
    assert shown["Endpoint"]["Port"] == 6379
    assert shown["ReaderEndpoint"] == {"Address": shown["Endpoint"]["Address"], "Port": 6380}
    assert messages(world) == ["Cache storefront is created and ready to use."]


def test_what_is_asked_for_is_told(world: World) -> None:
    asked = {
        "Description": "carts",
        "Engine": "redis",
        "MajorEngineVersion": "7",
        "KmsKeyId": KEY,
        "SubnetIds": ["subnet-b", "subnet-a"],
        "SecurityGroupIds": ["sg-2"],
        "SnapshotRetentionLimit": 7,
        "DailySnapshotTime": "03:00",
        "NetworkType": "dual_stack",
        **limits({"Minimum": 1, "Maximum": 5000}, {"Maximum": 15_000_000}),
    }
    shown = make(world, **asked)
    assert {name: shown[name] for name in asked} == asked
    assert (shown["FullEngineVersion"], shown["StorageEncryptionType"]) == ("7.1", "sse-kms")


def test_one_engine_over_tls_stands_behind_it(world: World) -> None:
    make(world)
    told = plan(world)
    assert (told.tls, told.cluster_mode, told.port, told.tokens) == ("required", True, 6379, ())
    assert [node.slots for node in told.nodes] == [((0, 16383),)]
    assert told.parameters == {"maxmemory-policy": "volatile-lru"}


def test_a_group_of_the_same_name_has_engines_of_its_own(world: World) -> None:
    make(world, ServerlessCacheName="phb")
    make_group(world)
    call(world, "DeleteServerlessCache", ServerlessCacheName="phb")
    world.clock.advance(world.durations.delete)
    assert isinstance(world.engines, NullDriver)
    assert list(world.engines.plans) == ["phb"]


def test_us_west_1_has_two_zones_for_everybody(world: World) -> None:
    world.region = "us-west-1"
    assert make(world)["SubnetIds"] == ["subnet-a", "subnet-b"]


def test_subnets_are_drawn_from_different_zones(world: World) -> None:
    neighbors = fixed(world)
    neighbors.subnets["subnet-0"] = Ec2Subnet("subnet-0", "vpc-1", "us-east-1b")
    neighbors.default_subnet_ids = (*neighbors.default_subnet_ids, "subnet-0")
    assert make(world)["SubnetIds"] == ["subnet-a", "subnet-0", "subnet-c"]


def test_the_default_security_group_is_that_of_the_subnets_vpc(world: World) -> None:
    assert make(world, SubnetIds=["subnet-z"])["SecurityGroupIds"] == ["sg-default-elsewhere"]


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"ServerlessCacheName": "1st"}, "InvalidParameterValue", "is not a valid identifier"),
        ({"ServerlessCacheName": "a--b"}, "InvalidParameterValue", "is not a valid identifier"),
        ({"ServerlessCacheName": "a" * 41}, "InvalidParameterValue", "longer than 40"),
        ({"Description": "a" * 256}, "InvalidParameterValue", "longer than 255"),
        ({"Engine": "postgres"}, "InvalidParameterValue", "Invalid engine postgres"),
        ({"Engine": "memcached"}, "StandinUnreadMember", "no engine memcached"),
        ({"MajorEngineVersion": "8.0"}, "InvalidParameterValue", "Valid values are: 7, 8, 9"),
        ({"Engine": "redis", "MajorEngineVersion": "6"}, "InvalidParameterValue", "Valid values are: 7"),
        (limits({"Maximum": 0}), "InvalidParameterValue", "between 1 and 5000"),
        (limits({"Maximum": 5001}), "InvalidParameterValue", "between 1 and 5000"),
        (limits({"Maximum": 5, "Unit": "TB"}), "InvalidParameterValue", "Must be GB"),
        (limits(None, {"Minimum": 999}), "InvalidParameterValue", "between 1000 and 15000000"),
        (limits(None, {"Maximum": 15_000_001}), "InvalidParameterValue", "between 1000 and 15000000"),
        (limits({"Minimum": 6, "Maximum": 5}), "InvalidParameterCombination", "must not be above"),
        ({"KmsKeyId": "none"}, "InvalidParameterValue", "KMS key none"),
        ({"SubnetIds": ["subnet-a", "subnet-x"]}, "InvalidParameterValue", "Some input subnets"),
        ({"SubnetIds": ["subnet-b", "subnet-z"]}, "InvalidParameterValue", "same VPC"),
        ({"SecurityGroupIds": ["sg-none"]}, "InvalidParameterValue", "does not exist"),
        ({"SecurityGroupIds": ["sg-elsewhere"]}, "InvalidParameterCombination", "a different VPC"),
        ({"UserGroupId": "none"}, "UserGroupNotFound", "none"),
        ({"SnapshotRetentionLimit": 36}, "InvalidParameterValue", "between 0 and 35"),
        ({"SnapshotRetentionLimit": 1, "DailySnapshotTime": "24:00"}, "InvalidParameterValue", "HH:MM"),
        ({"SnapshotRetentionLimit": 1, "DailySnapshotTime": "3:00"}, "InvalidParameterValue", "HH:MM"),
        ({"DailySnapshotTime": "03:00"}, "InvalidParameterCombination", "SnapshotRetentionLimit"),
        ({"NetworkType": "ipv5"}, "InvalidParameterValue", "NetworkType"),
        ({"NetworkType": "ipv6"}, "InvalidParameterCombination", "IPv6-only"),
        ({"ConnectionType": "both"}, "InvalidParameterValue", "ConnectionType"),
        ({"ConnectionType": "public"}, "InvalidParameterCombination", "Valkey 9"),
        ({"ConnectionType": "public", "MajorEngineVersion": "9"}, "StandinUnreadMember", "public"),
        ({"Tags": [{"Key": "aws:mine"}]}, "InvalidParameterValue", "aws:"),
    ],
)
def test_what_cannot_be_is_refused(world: World, members: dict[str, Any], code: str, text: str) -> None:
    error = refusal(world, "CreateServerlessCache", **creation(**members))
    assert error.code == code
    assert text in error.message
    assert call(world, "DescribeServerlessCaches") == {"ServerlessCaches": []}


def test_two_subnets_of_one_zone_are_refused(world: World) -> None:
    fixed(world).subnets["subnet-0"] = Ec2Subnet("subnet-0", "vpc-1", "us-east-1b")
    error = refusal(world, "CreateServerlessCache", **creation(SubnetIds=["subnet-b", "subnet-0"]))
    assert (error.code, "different availability zones" in error.message) == ("InvalidParameterValue", True)


def test_an_account_without_default_vpc_has_to_name_subnets(world: World) -> None:
    fixed(world).default_subnet_ids = ()
    assert refusal(world, "CreateServerlessCache", **creation()).code == "InvalidParameterValue"
    assert make(world, SubnetIds=["subnet-a"])["SubnetIds"] == ["subnet-a"]


def test_a_member_that_is_not_acted_on_leaves_nothing_behind(world: World) -> None:
    request = Request("CreateServerlessCache", creation(Integrations=[{"IntegrationType": "dynamodb"}]))
    assert OPERATIONS["CreateServerlessCache"](world, request) == {}
    assert request.unread() == ["Integrations"]
    assert call(world, "DescribeServerlessCaches") == {"ServerlessCaches": []}


def test_names_are_taken_once_in_any_case(world: World) -> None:
    make(world)
    error = refusal(world, "CreateServerlessCache", **creation(ServerlessCacheName="Storefront"))
    assert error.code == "ServerlessCacheAlreadyExistsFault"


def test_there_are_forty_at_most(world: World) -> None:
    for number in range(40):
        call(world, "CreateServerlessCache", **creation(ServerlessCacheName=f"store-{number}"))
    assert refusal(world, "CreateServerlessCache", **creation()).code == "ServerlessCacheQuotaForCustomerExceededFault"


def test_a_creation_that_fails_tells_why_and_can_be_deleted(world: World) -> None:
    world.engines = engines = LateDriver()
    shown = make(world)
    assert (shown["Status"], "Endpoint" in shown) == ("create-failed", False)
    assert messages(world) == ["Failed to create cache storefront. no memory"]
    assert engines.plans == {}
    final = {"ServerlessCacheName": "storefront", "FinalSnapshotName": "last"}
    assert refusal(world, "DeleteServerlessCache", **final).code == "InvalidParameterCombination"
    call(world, "DeleteServerlessCache", ServerlessCacheName="storefront")
    world.clock.advance(world.durations.delete)
    assert call(world, "DescribeServerlessCaches") == {"ServerlessCaches": []}


def test_a_tag_makes_a_creation_fail(world: World) -> None:
    reason = "Insufficient free IP addresses to create VPC endpoint."
    make(world, Tags=[{"Key": "standin:create-failed", "Value": reason}])
    assert messages(world) == [f"Failed to create cache storefront. {reason}"]


def test_a_cache_is_deleted_with_its_engine_and_tags(world: World) -> None:
    arn = make(world, Tags=[{"Key": "owner", "Value": "shop"}])["ARN"]
    answer = call(world, "DeleteServerlessCache", ServerlessCacheName="Storefront")["ServerlessCache"]
    assert answer["Status"] == "deleting"
    again = refusal(world, "DeleteServerlessCache", ServerlessCacheName="storefront")
    assert again.code == "InvalidServerlessCacheStateFault"
    world.clock.advance(world.durations.delete)
    gone = refusal(world, "DescribeServerlessCaches", ServerlessCacheName="storefront")
    assert gone.code == "ServerlessCacheNotFoundFault"
    assert world.tags.get(arn) == {}
    assert messages(world)[-1] == "Cache storefront was deleted."


def test_a_cache_in_the_making_takes_no_order(world: World) -> None:
    call(world, "CreateServerlessCache", **creation())
    early = {"ServerlessCacheName": "storefront"}
    for operation, members in {
        "DeleteServerlessCache": early,
        "CreateServerlessCacheSnapshot": {**early, "ServerlessCacheSnapshotName": "early"},
    }.items():
        assert refusal(world, operation, **members).code == "InvalidServerlessCacheStateFault"


def test_caches_are_tagged_while_they_are_available(world: World) -> None:
    tags = [{"Key": "owner", "Value": "shop"}]
    arn = call(world, "CreateServerlessCache", **creation(Tags=tags))["ServerlessCache"]["ARN"]
    assert call(world, "ListTagsForResource", ResourceName=arn)["TagList"] == tags
    early = refusal(world, "AddTagsToResource", ResourceName=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    assert early.code == "InvalidServerlessCacheStateFault"
    world.clock.advance(world.durations.create_group)
    call(world, "AddTagsToResource", ResourceName=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    call(world, "RemoveTagsFromResource", ResourceName=arn, TagKeys=["owner"])
    assert call(world, "ListTagsForResource", ResourceName=arn)["TagList"] == [{"Key": "stage", "Value": "dev"}]
    assert messages(world)[-1] == "Tags updated for the cache storefront."


def test_an_earlier_state_can_be_told(world: World) -> None:
    call(world, "CreateServerlessCache", **creation())
    earlier = world.frozen()
    world.clock.advance(world.durations.create_group)
    assert describe(earlier)["Status"] == "creating"
