# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache subnet groups. VPC and zones come from the subnets, not from the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import Subnet, SubnetGroup, TagTarget, World

DEFAULT = "default"
LARGEST_COUNT = 300
MOST_SUBNETS = 20
LONGEST_NAME = 255
_NETWORK_TYPES = ["ipv4"]


@each_world
def prepare(world: World) -> None:
    """The group "default" holds the default VPC's subnets; an account without a default VPC has none."""
    world.taggable["subnetgroup"] = TagTarget(check=lambda name, writing: _require_tag_target(world, name))
    found = world.neighbors.default_subnets()
    if found:
        subnets = [Subnet(subnet.id, subnet.zone) for subnet in found]
        world.subnet_groups[DEFAULT] = SubnetGroup(DEFAULT, "Default CacheSubnetGroup", found[0].vpc_id, subnets)


@operation("CreateCacheSubnetGroup")
def create(world: World, request: Request) -> dict[str, Any]:
    name = normalize_id("CacheSubnetGroupName", request["CacheSubnetGroupName"], LONGEST_NAME)
    description = _description(request["CacheSubnetGroupDescription"])
    tags = parse_tags(request.get("Tags") or [])
    if name in world.subnet_groups:
        raise ApiError("CacheSubnetGroupAlreadyExists", f"Cache subnet group {name} already exists.")
    if len(world.subnet_groups) >= LARGEST_COUNT:
        raise ApiError("CacheSubnetGroupQuotaExceeded", f"There are already {LARGEST_COUNT} cache subnet groups.")
    vpc_id, subnets = _resolved(world, request["SubnetIds"])
    group = SubnetGroup(name, description, vpc_id, subnets)
    world.subnet_groups[name] = group
    world.tags.replace(world.arn("subnetgroup", name), tags)
    world.events.add(name, "cache-subnet-group", f"Created cache subnet group {name}")
    return {"CacheSubnetGroup": _show(world, group)}


@operation("ModifyCacheSubnetGroup")
def modify(world: World, request: Request) -> dict[str, Any]:
    """Description and subnets; a list of subnets replaces all, an absent one keeps them."""
    group = require(world, normalize_id("CacheSubnetGroupName", request["CacheSubnetGroupName"], LONGEST_NAME))
    if group.name == DEFAULT:
        raise _reserved()
    description = _description(request.get("CacheSubnetGroupDescription", group.description))
    subnets = group.subnets
    if request.get("SubnetIds"):
        vpc_id, subnets = _resolved(world, request["SubnetIds"])
        if vpc_id != group.vpc_id:
            raise ApiError(
                "InvalidSubnet", f"Subnets {subnets[0].id} and {group.subnets[0].id} are not in the same VPC."
            )
        _require_free(world, group, subnets)
    group.description, group.subnets = description, subnets
    return {"CacheSubnetGroup": _show(world, group)}


@operation("DeleteCacheSubnetGroup")
def delete(world: World, request: Request) -> dict[str, Any]:
    name = normalize_id("CacheSubnetGroupName", request["CacheSubnetGroupName"], LONGEST_NAME)
    group = world.subnet_groups.get(name)
    if group is None:
        raise ApiError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
    if name == DEFAULT:
        raise _reserved()
    if group.in_use_by(world):
        raise ApiError(
            "CacheSubnetGroupInUse",
            f"Cache subnet group {name} is currently in use by a cache cluster and cannot be deleted.",
        )
    del world.subnet_groups[name]
    world.tags.forget(world.arn("subnetgroup", name))
    world.events.add(name, "cache-subnet-group", f"Deleted cache subnet group {name}")
    return {}


@operation("DescribeCacheSubnetGroups")
def describe(world: World, request: Request) -> dict[str, Any]:
    name = request.get("CacheSubnetGroupName")
    groups = [require(world, name)] if name else [world.subnet_groups[known] for known in sorted(world.subnet_groups)]
    return {"CacheSubnetGroups": [_show(world, group) for group in groups]}


def require(world: World, name: str) -> SubnetGroup:
    """The group of that name, in any spelling."""
    group = world.subnet_groups.get(name.lower())
    if group is None:
        raise ApiError("CacheSubnetGroupNotFoundFault", f"Cache subnet group {name} not found.")
    return group


def _require_tag_target(world: World, name: str) -> None:
    require(world, name)


def _resolved(world: World, subnet_ids: Sequence[str]) -> tuple[str, list[Subnet]]:
    """VPC and subnets, in the request's order, each once."""
    wanted = list(dict.fromkeys(subnet_ids))
    if not wanted:
        raise invalid_value("The parameter SubnetIds must be provided and must not be blank.")
    if len(wanted) > MOST_SUBNETS:
        raise ApiError("CacheSubnetQuotaExceededFault", f"A cache subnet group has at most {MOST_SUBNETS} subnets.")
    found = [subnet for subnet in map(world.neighbors.subnet, wanted) if subnet is not None]
    if len(found) != len(wanted):
        raise invalid_value(f"Some input subnets in :[{', '.join(wanted)}] are invalid.")
    first = found[0]
    for subnet in found:
        if subnet.vpc_id != first.vpc_id:
            raise ApiError("InvalidSubnet", f"Subnets {first.id} and {subnet.id} are not in the same VPC.")
    return first.vpc_id, [Subnet(subnet.id, subnet.zone) for subnet in found]


def _require_free(world: World, group: SubnetGroup, subnets: Sequence[Subnet]) -> None:
    """A subnet is in use when nodes of the group's users stand in its zone and no subnet of that zone remains."""
    remaining = {subnet.zone for subnet in subnets}
    used = {zone for user in world.users_of_groups() if user.subnet_group == group.name for zone in user.zones}
    removed = [subnet.id for subnet in group.subnets if subnet.zone in used - remaining]
    if removed:
        raise ApiError("SubnetInUse", f"The subnets [{', '.join(removed)}] are currently in use.")


def _description(text: str) -> str:
    if not text.strip():
        raise invalid_value("The parameter CacheSubnetGroupDescription must be provided and must not be blank.")
    return text


def _reserved() -> ApiError:
    return invalid_value(f"{DEFAULT} is reserved and cannot be modified.")


def _show(world: World, group: SubnetGroup) -> dict[str, Any]:
    return {
        "CacheSubnetGroupName": group.name,
        "CacheSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "Subnets": [
            {
                "SubnetIdentifier": subnet.id,
                "SubnetAvailabilityZone": {"Name": subnet.zone},
                "SupportedNetworkTypes": _NETWORK_TYPES,
            }
            for subnet in group.subnets
        ],
        "ARN": world.arn("subnetgroup", group.name),
        "SupportedNetworkTypes": _NETWORK_TYPES,
    }
