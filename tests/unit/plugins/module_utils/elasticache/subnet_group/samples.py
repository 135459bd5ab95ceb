# SPDX-License-Identifier: GPL-3.0-or-later
"""A subnet group as the service describes it, and what is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.normalize import (
    SubnetGroupState,
    normalize,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.planner import (
    Networks,
    plan_changes,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan

NAME = "phb-redis-subnet"
ARN = f"arn:aws:elasticache:us-east-1:123456789012:subnetgroup:{NAME}"
DESCRIPTION = "PHB Redis Cache Subnet"
VPC = "vpc-1"
SUBNETS = ("subnet-a", "subnet-b")


def api_subnet(subnet_id: str) -> dict[str, Any]:
    return {
        "SubnetIdentifier": subnet_id,
        "SubnetAvailabilityZone": {"Name": f"us-east-1{subnet_id[-1]}"},
        "SupportedNetworkTypes": ["ipv4"],
    }


def api_group(subnet_ids: tuple[str, ...] = SUBNETS, **changes: Any) -> dict[str, Any]:
    return {
        "CacheSubnetGroupName": NAME,
        "CacheSubnetGroupDescription": DESCRIPTION,
        "VpcId": VPC,
        "Subnets": [api_subnet(each) for each in subnet_ids],
        "ARN": ARN,
        "SupportedNetworkTypes": ["ipv4"],
        **changes,
    }


def make_state(
    subnet_ids: tuple[str, ...] = SUBNETS, tags: Mapping[str, str] | None = None, **changes: Any
) -> SubnetGroupState:
    """`changes` are members of the service's answer."""
    return normalize(api_group(subnet_ids, **changes), {} if tags is None else tags)


def plan_for(state: SubnetGroupState | None, networks: Networks | None = None, /, **params: Any) -> Plan:
    return plan_changes(build_spec({"subnet_group_name": NAME, **params}), state, networks)
