# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the endpoint of a serverless cache lives: subnets, security groups, address family."""

from __future__ import annotations

from collections.abc import Sequence

from tests.standin.behavior.serverless.state import Network
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion
from tests.standin.neighbors import Ec2Subnet

NETWORK_TYPES = ("ipv4", "ipv6", "dual_stack")
CONNECTION_TYPES = ("vpc", "public")
FIRST_PUBLIC = (9,)
DRAWN_SUBNETS = 3
# The one region with only two availability zones for everybody.
DRAWN_SUBNETS_BY_REGION = {"us-west-1": 2}


def choose_network(world: World, request: Request, version: EngineVersion) -> Network:
    """Of a CreateServerlessCache."""
    _require_private(request, version)
    asked = request.get("SubnetIds")
    subnets = _resolved(world, asked) if asked else _drawn(world)
    vpc_id = subnets[0].vpc_id
    return Network(
        subnets=tuple(subnet.id for subnet in subnets),
        security_groups=_security_groups(world, request.get("SecurityGroupIds") or [], vpc_id),
        network_type=_network_type(request),
    )


def _resolved(world: World, subnet_ids: Sequence[str]) -> list[Ec2Subnet]:
    wanted = list(dict.fromkeys(subnet_ids))
    found = [subnet for subnet in map(world.neighbors.subnet, wanted) if subnet is not None]
    if len(found) != len(wanted):
        raise invalid_value(f"Some input subnets in :[{', '.join(wanted)}] are invalid.")
    if len({subnet.vpc_id for subnet in found}) > 1:
        raise invalid_value(f"The subnets [{', '.join(wanted)}] must belong to the same VPC.")
    if len({subnet.zone for subnet in found}) < len(found):
        raise invalid_value(f"The subnets [{', '.join(wanted)}] must be in different availability zones.")
    return found


def _drawn(world: World) -> list[Ec2Subnet]:
    """One subnet of the default VPC in each of the first zones."""
    by_zone: dict[str, Ec2Subnet] = {}
    for subnet in sorted(world.neighbors.default_subnets(), key=lambda subnet: (subnet.zone, subnet.id)):
        by_zone.setdefault(subnet.zone, subnet)
    if not by_zone:
        raise invalid_value("There is no default VPC with subnets; SubnetIds must be provided.")
    return list(by_zone.values())[: DRAWN_SUBNETS_BY_REGION.get(world.region, DRAWN_SUBNETS)]


def _security_groups(world: World, asked: Sequence[str], vpc_id: str) -> tuple[str, ...]:
    """They must exist, in the VPC of the subnets; none given means the VPC's default one."""
    for security_group in asked:
        found = world.neighbors.security_group_vpc(security_group)
        if found is None:
            raise invalid_value(f"The security group {security_group} does not exist.")
        if found != vpc_id:
            raise invalid_combination(
                f"Security group {security_group} belongs to a different VPC [{found}] than the subnets [{vpc_id}]."
            )
    if asked:
        return tuple(dict.fromkeys(asked))
    default = world.neighbors.default_security_group(vpc_id)
    return () if default is None else (default,)


def _network_type(request: Request) -> str:
    network_type: str = request.get("NetworkType", "ipv4")
    if network_type not in NETWORK_TYPES:
        raise invalid_value(f"Invalid NetworkType {network_type}. Valid values are: {', '.join(NETWORK_TYPES)}")
    if network_type == "ipv6":
        raise invalid_combination("NetworkType ipv6 is only supported with IPv6-only subnets.")
    return network_type


def _require_private(request: Request, version: EngineVersion) -> None:
    """A cache on the internet needs Valkey 9, and is not built here."""
    connection = request.get("ConnectionType", "vpc")
    if connection not in CONNECTION_TYPES:
        raise invalid_value(f"Invalid ConnectionType {connection}. Valid values are: {', '.join(CONNECTION_TYPES)}")
    if connection == "vpc":
        return
    if version.engine != "valkey" or version.number < FIRST_PUBLIC:
        raise invalid_combination("ConnectionType public requires Valkey 9 or above.")
    raise ApiError("StandinUnreadMember", "CreateServerlessCache of the stand-in has no public connections.")
