# SPDX-License-Identifier: GPL-3.0-or-later
"""A request with which nothing is wrong, the facts to it, and what the checks say once something is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.aws.network import SubnetFact
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import (
    EngineVersion,
    Facts,
    Ingress,
    ParameterGroup,
    SecurityGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import (
    Request,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import Findings, judge
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    ReplicationGroupState,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.normalize import (
    Subnet,
    SubnetGroupState,
)

NAME = "phb-redis-cache"
TODAY = date(2026, 11, 20)
TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
VPC, OTHER_VPC = "vpc-0a1b2c3d", "vpc-9f8e7d6c"
CACHE_GROUP, APPLICATION_GROUP = "sg-0a1b2c3d", "sg-1b2c3d4e"
VERSIONS = (
    EngineVersion("memcached", "1.6.22", "memcached1.6"),
    EngineVersion("redis", "5.0.6", "redis5.0"),
    EngineVersion("redis", "6.0", "redis6.x"),
    EngineVersion("redis", "6.2", "redis6.x"),
    EngineVersion("redis", "7.0", "redis7"),
    EngineVersion("redis", "7.1", "redis7"),
    EngineVersion("valkey", "7.2", "valkey7"),
    EngineVersion("valkey", "8.1", "valkey8"),
)
PARAMS: dict[str, Any] = {
    "replication_group_id": NAME,
    "description": "PHB Drug Database Cache",
    "engine_version": "7.1",
    "node_type": "cache.m7g.large",
    "replicas_per_node_group": 1,
    "automatic_failover_enabled": True,
    "multi_az_enabled": True,
    "transit_encryption_enabled": True,
    "auth_token": TOKEN,
    "subnet_group_name": "phb-redis-subnet",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "security_group_ids": [CACHE_GROUP],
    "application_security_groups": [APPLICATION_GROUP],
    "parameter_group_name": "phb-redis-params",
    "preferred_maintenance_window": "sun:05:00-sun:06:00",
    "snapshot_retention_limit": 7,
    "snapshot_window": "03:00-05:00",
}


def ingress(*sources: str, port: int = 6379) -> Ingress:
    return Ingress("tcp", port, port, sources)


def parameter_row(name: str, value: str, **changes: Any) -> dict[str, Any]:
    return {
        "ParameterName": name,
        "ParameterValue": value,
        "Source": "system",
        "DataType": "string",
        "AllowedValues": "yes,no",
        "IsModifiable": False,
        "ChangeType": "requires-reboot",
        **changes,
    }


FACTS = Facts(
    clusters=(),
    groups=(),
    engine_versions=VERSIONS,
    subnets=(SubnetFact("subnet-a", VPC, "us-east-1a"), SubnetFact("subnet-b", VPC, "us-east-1b")),
    subnet_groups=(),
    security_groups=(
        SecurityGroup(CACHE_GROUP, "phb-redis", VPC, (ingress(APPLICATION_GROUP),)),
        SecurityGroup(APPLICATION_GROUP, "phb-app", VPC),
    ),
    parameter_groups=(ParameterGroup("phb-redis-params", "redis7"),),
    parameter_rows=(parameter_row("cluster-enabled", "no"),),
    node_types_reservable=("cache.m7g.large", "cache.m7g.xlarge", "cache.t3.micro", "cache.t4g.micro"),
)


def subnet_group(vpc_id: str = VPC, zones: tuple[str, ...] = ("us-east-1a", "us-east-1b")) -> SubnetGroupState:
    subnets = tuple(Subnet(f"subnet-{zone[-1]}", zone) for zone in zones)
    ids = tuple(each.subnet_id for each in subnets)
    return SubnetGroupState("phb-redis-subnet", "arn", "text", vpc_id, ids, subnets, None)


def request(**changes: Any) -> Request:
    """The good parameters with `changes`; None takes one away."""
    return build_request({**PARAMS, **changes}, TODAY)


def facts(**changes: Any) -> Facts:
    return replace(FACTS, **changes)


def existing(state: ReplicationGroupState, **changes: Any) -> Facts:
    """What is read about an existing group of which only some options are named."""
    known = Facts(clusters=(), groups=(state,), engine_versions=VERSIONS, subnet_groups=(subnet_group(),))
    return replace(known, **changes)


def change(known: Facts, /, **params: Any) -> list[str]:
    """The problems of a run that names nothing of an existing group but `params`."""
    return list(judge(build_request({"replication_group_id": NAME, **params}, TODAY), known).problems)


def change_warnings(known: Facts, /, **params: Any) -> list[str]:
    return list(judge(build_request({"replication_group_id": NAME, **params}, TODAY), known).warnings)


def findings(known: Facts = FACTS, /, **changes: Any) -> Findings:
    return judge(request(**changes), known)


def problems(known: Facts = FACTS, /, **changes: Any) -> list[str]:
    return list(findings(known, **changes).problems)


def warnings(known: Facts = FACTS, /, **changes: Any) -> list[str]:
    return list(findings(known, **changes).warnings)
