# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a group lives: subnet group, security groups, port, address family."""

from __future__ import annotations

from collections.abc import Sequence

from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.state import Network
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import SubnetGroup, World
from tests.standin.data.engine_versions import EngineVersion

DEFAULT_PORT = 6379
LARGEST_PORT = 65535
FIRST_IPV6 = (6, 2)


def choose_network(world: World, request: Request, version: EngineVersion) -> Network:
    """Of a CreateReplicationGroup."""
    subnet_group = require_subnet_group(world, request.get("CacheSubnetGroupName") or "default")
    refuse_cache_security_groups(request)
    security_groups = list(request.get("SecurityGroupIds") or [])
    require_security_groups(world, subnet_group, security_groups)
    port = request.get("Port", DEFAULT_PORT)
    if not 1 <= port <= LARGEST_PORT:
        raise invalid_value(f"Invalid port {port}. Must be between 1 and {LARGEST_PORT}.")
    network_type = read_choice(request, "NetworkType") or "ipv4"
    ip_discovery = read_choice(request, "IpDiscovery") or ("ipv6" if network_type == "ipv6" else "ipv4")
    if network_type != "ipv4" and version.number < FIRST_IPV6:
        raise invalid_combination(f"Network type {network_type} is not supported for engine version {version.full}.")
    require_discovery(network_type, ip_discovery)
    return Network(subnet_group.name, security_groups, port, network_type, ip_discovery)


def refuse_cache_security_groups(request: Request) -> None:
    """Those of EC2-Classic, which nobody has any more."""
    if request.get("CacheSecurityGroupNames"):
        raise invalid_combination("Use of cache security groups is not permitted in this API version for your account.")


def require_subnet_group(world: World, name: str) -> SubnetGroup:
    found = world.subnet_groups.get(name.lower())
    if found is None:
        raise ApiError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
    return found


def require_security_groups(world: World, subnet_group: SubnetGroup, security_groups: Sequence[str]) -> None:
    """They must exist, in the VPC of the subnet group."""
    for security_group in security_groups:
        vpc_id = world.neighbors.security_group_vpc(security_group)
        if vpc_id is None:
            raise invalid_value(f"The security group {security_group} does not exist.")
        if vpc_id != subnet_group.vpc_id:
            raise invalid_combination(
                f"Subnet group [{subnet_group.name}] belongs to a different VPC [{subnet_group.vpc_id}] than [{vpc_id}]"
            )


def require_discovery(network_type: str, ip_discovery: str) -> None:
    """Addresses can only be told of a family that the group has."""
    if network_type not in ("dual_stack", ip_discovery):
        raise invalid_combination(f"IpDiscovery {ip_discovery} is not supported for network type {network_type}.")
