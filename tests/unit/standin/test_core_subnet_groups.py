# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.standin import behavior
from tests.standin.core.clock import Clock
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.neighbors import Ec2Subnet, FixedNeighbors
from tests.unit.standin.core_calls import START, User, call, new_world, refusal


@pytest.fixture
def world() -> World:
    world = new_world()
    create(world, "Mine", ["subnet-b", "subnet-a"])
    return world


def members(name: str, subnet_ids: Sequence[str]) -> dict[str, Any]:
    return {
        "CacheSubnetGroupName": name,
        "CacheSubnetGroupDescription": "somewhere",
        "SubnetIds": list(subnet_ids),
    }


def create(world: World, name: str, subnet_ids: Sequence[str]) -> dict[str, Any]:
    answer: dict[str, Any] = call(world, "CreateCacheSubnetGroup", **members(name, subnet_ids))["CacheSubnetGroup"]
    return answer


def names(world: World) -> list[str]:
    groups = call(world, "DescribeCacheSubnetGroups")["CacheSubnetGroups"]
    return [group["CacheSubnetGroupName"] for group in groups]


def test_the_default_group_holds_the_default_vpcs_subnets() -> None:
    answer = call(new_world(), "DescribeCacheSubnetGroups", CacheSubnetGroupName="default")
    group = answer["CacheSubnetGroups"][0]
    assert [subnet["SubnetIdentifier"] for subnet in group["Subnets"]] == ["subnet-a", "subnet-b", "subnet-c"]
    assert group["VpcId"] == "vpc-1"


def test_without_a_default_vpc_there_is_no_default_group() -> None:
    world = behavior.prepare(World(Clock.stepped(START), NullDriver(), FixedNeighbors()))
    assert names(world) == []


def test_vpc_and_zones_come_from_the_subnets_in_the_requests_order(world: World) -> None:
    group = call(world, "DescribeCacheSubnetGroups", CacheSubnetGroupName="MINE")["CacheSubnetGroups"][0]
    assert group == {
        "CacheSubnetGroupName": "mine",
        "CacheSubnetGroupDescription": "somewhere",
        "VpcId": "vpc-1",
        "Subnets": [
            {
                "SubnetIdentifier": f"subnet-{letter}",
                "SubnetAvailabilityZone": {"Name": f"us-east-1{letter}"},
                "SupportedNetworkTypes": ["ipv4"],
            }
            for letter in "ba"
        ],
        "ARN": "arn:aws:elasticache:us-east-1:123456789012:subnetgroup:mine",
        "SupportedNetworkTypes": ["ipv4"],
    }


@pytest.mark.parametrize(
    ("name", "subnet_ids", "code", "text"),
    [
        ("mine", ["subnet-a"], "CacheSubnetGroupAlreadyExists", "Cache subnet group mine already exists."),
        ("a--b", ["subnet-a"], "InvalidParameterValue", "not a valid identifier"),
        ("new", [], "InvalidParameterValue", "SubnetIds"),
        ("new", ["subnet-a", "subnet-x"], "InvalidParameterValue", "Some input subnets in :[subnet-a, subnet-x] are"),
        ("new", ["subnet-a", "subnet-z"], "InvalidSubnet", "Subnets subnet-a and subnet-z are not in the same VPC."),
        ("new", [f"subnet-{number}" for number in range(21)], "CacheSubnetQuotaExceededFault", "20"),
    ],
)
def test_groups_that_are_not_created(world: World, name: str, subnet_ids: list[str], code: str, text: str) -> None:
    error = refusal(world, "CreateCacheSubnetGroup", **members(name, subnet_ids))
    assert error.code == code
    assert text in error.message
    assert names(world) == ["default", "mine"]


def test_a_modification_replaces_all_subnets_and_keeps_what_is_not_said(world: World) -> None:
    call(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", SubnetIds=["subnet-c"])
    group = world.subnet_groups["mine"]
    assert [subnet.id for subnet in group.subnets] == ["subnet-c"]
    assert group.description == "somewhere"
    call(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", CacheSubnetGroupDescription="elsewhere")
    assert [subnet.id for subnet in group.subnets] == ["subnet-c"]
    assert group.description == "elsewhere"


def test_a_subnet_whose_zone_is_in_use_stays(world: World) -> None:
    world.replication_groups["orders"] = User("orders", subnet_group="mine", zones=frozenset({"us-east-1a"}))
    error = refusal(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", SubnetIds=["subnet-b"])
    assert error.code == "SubnetInUse"
    assert "subnet-a" in error.message
    call(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", SubnetIds=["subnet-a", "subnet-c"])


def test_a_subnet_may_go_when_another_of_its_zone_stays(world: World) -> None:
    assert isinstance(world.neighbors, FixedNeighbors)
    world.neighbors.subnets["subnet-a2"] = Ec2Subnet("subnet-a2", "vpc-1", "us-east-1a")
    world.replication_groups["orders"] = User("orders", subnet_group="mine", zones=frozenset({"us-east-1a"}))
    call(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", SubnetIds=["subnet-a2"])
    assert world.subnet_groups["mine"].zones == ["us-east-1a"]


def test_a_group_does_not_move_to_another_vpc(world: World) -> None:
    error = refusal(world, "ModifyCacheSubnetGroup", CacheSubnetGroupName="mine", SubnetIds=["subnet-z"])
    assert error.code == "InvalidSubnet"


def test_a_group_in_use_is_not_deleted(world: World) -> None:
    world.replication_groups["orders"] = User("orders", subnet_group="mine")
    assert refusal(world, "DeleteCacheSubnetGroup", CacheSubnetGroupName="mine").code == "CacheSubnetGroupInUse"
    world.replication_groups.clear()
    call(world, "DeleteCacheSubnetGroup", CacheSubnetGroupName="Mine")
    assert names(world) == ["default"]


@pytest.mark.parametrize("operation", ["DeleteCacheSubnetGroup", "ModifyCacheSubnetGroup"])
def test_the_default_group_is_reserved(operation: str) -> None:
    error = refusal(new_world(), operation, CacheSubnetGroupName="default")
    assert error.message == "default is reserved and cannot be modified."


@pytest.mark.parametrize("operation", ["DeleteCacheSubnetGroup", "ModifyCacheSubnetGroup", "DescribeCacheSubnetGroups"])
def test_unknown_groups_are_not_found(operation: str) -> None:
    assert refusal(new_world(), operation, CacheSubnetGroupName="none").code == "CacheSubnetGroupNotFoundFault"
