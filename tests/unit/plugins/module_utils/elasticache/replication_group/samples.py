# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group as the service describes it, and States made from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    ReplicationGroupState,
    normalize,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.planner import (
    Facts,
    plan_changes,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Plan, Step

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
NAME = "phb-redis-cache"
ARN = f"arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{NAME}"


def api_shard(number: int, replicas: int, clustered: bool = False) -> dict[str, Any]:
    prefix = f"{NAME}-{number:04d}" if clustered else NAME
    names = [f"{prefix}-{index:03d}" for index in range(1, replicas + 2)]
    roles = {} if clustered else {"CurrentRole": "replica"}
    members = [{"CacheClusterId": name, "CacheNodeId": "0001", **roles} for name in names]
    if not clustered:
        members[0]["CurrentRole"] = "primary"
    return {"NodeGroupId": f"{number:04d}", "Status": "available", "NodeGroupMembers": members}


def api_group(shards: tuple[int, ...] = (1,), clustered: bool = False, **changes: Any) -> dict[str, Any]:
    """`shards`: replicas of each."""
    groups = [api_shard(number, replicas, clustered) for number, replicas in enumerate(shards, 1)]
    if not clustered:
        groups[0]["PrimaryEndpoint"] = {"Address": "127.77.0.1", "Port": 6379}
        groups[0]["ReaderEndpoint"] = {"Address": "127.77.0.2", "Port": 6379}
    return {
        "ReplicationGroupId": NAME,
        "ARN": ARN,
        "Description": "PHB Drug Database Cache",
        "Status": "available",
        "PendingModifiedValues": {},
        "MemberClusters": [member["CacheClusterId"] for group in groups for member in group["NodeGroupMembers"]],
        "NodeGroups": groups,
        "AutomaticFailover": "enabled",
        "MultiAZ": "enabled",
        "SnapshotRetentionLimit": 1,
        "SnapshotWindow": "03:00-05:00",
        "ClusterEnabled": clustered,
        "ClusterMode": "enabled" if clustered else "disabled",
        "CacheNodeType": "cache.t3.small",
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": False,
        "AtRestEncryptionEnabled": False,
        "Engine": "redis",
        "AutoMinorVersionUpgrade": True,
        "NetworkType": "ipv4",
        "IpDiscovery": "ipv4",
        **changes,
    }


def api_cluster(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "CacheClusterId": name,
        "CacheClusterStatus": "available",
        "PreferredAvailabilityZone": "us-east-1a",
        "ReplicationGroupId": NAME,
        "CacheNodeType": "cache.t3.small",
        "EngineVersion": "7.0.7",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "PendingModifiedValues": {},
        "CacheSubnetGroupName": "phb-redis-subnet",
        "CacheParameterGroup": {"CacheParameterGroupName": "default.redis7"},
        "SecurityGroups": [{"SecurityGroupId": "sg-1", "Status": "active"}],
        "CacheNodes": [{"CacheNodeId": "0001", "Endpoint": {"Address": "127.77.0.9", "Port": 6379}}],
        **changes,
    }


def make_state(shards: tuple[int, ...] = (1,), clustered: bool = False, **changes: Any) -> ReplicationGroupState:
    """`changes` are attributes of the State."""
    group = api_group(shards, clustered)
    state = normalize(group, [api_cluster(name) for name in group["MemberClusters"]], {})
    return replace(state, **changes)


def plan_for(state: ReplicationGroupState | None, /, *facts: Facts, **params: Any) -> Plan:
    return plan_changes(build_spec({"replication_group_id": NAME, **params}), state, *facts)


def calls(plan: Plan) -> list[str]:
    """The steps in short: the operation, and what it is for."""
    return [f"{step.operation}({','.join(step.because)})" for step in plan.steps]


def change_of(plan: Plan, field: str) -> Change:
    return next(change for change in plan.changes if change.field == field)


def step_of(plan: Plan, field: str) -> Step:
    return next(step for step in plan.steps if field in step.because)
