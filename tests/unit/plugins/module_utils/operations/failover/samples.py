# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups as the service describes them, events as it words them, and options of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import normalize
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.events import Event
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import (
    Facts,
    Group,
    node_endpoints,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.spec import (
    FailoverSpec,
    argument_spec,
    build_spec,
)

NAME = "phb"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def spec(**params: Any) -> FailoverSpec:
    defaults = {name: option.get("default") for name, option in argument_spec().items()}
    return build_spec({**defaults, "replication_group_id": NAME, "confirm": NAME, **params})


def group(
    shards: Mapping[str, Sequence[str]] | None = None,
    status: str = "available",
    promoting: str | None = None,
    **api: Any,
) -> Group:
    """`shards`: their members, the primary first. `api`: what else DescribeReplicationGroups says."""
    layout = shards or {"0001": ("phb-001", "phb-002", "phb-003")}
    clustered = api.get("ClusterEnabled", False)
    described = {
        "ReplicationGroupId": NAME,
        "Status": status,
        "AutomaticFailover": "enabled",
        "MemberClusters": [member for members in layout.values() for member in members],
        "NodeGroups": [describe_shard(name, members, clustered) for name, members in layout.items()],
        **api,
    }
    clusters = [describe_member(member) for members in layout.values() for member in members]
    return Group(normalize(described, clusters, None), dict(node_endpoints(clusters)), promoting)


def describe_shard(name: str, members: Sequence[str], clustered: bool) -> dict[str, Any]:
    roles = ["primary", *["replica"] * (len(members) - 1)]
    return {
        "NodeGroupId": name,
        "Status": "available",
        "Slots": "0-8191" if name == "0001" else "8192-16383",
        "NodeGroupMembers": [
            {"CacheClusterId": member} if clustered else {"CacheClusterId": member, "CurrentRole": role}
            for member, role in zip(members, roles, strict=True)
        ],
    }


def describe_member(name: str) -> dict[str, Any]:
    endpoint = {"Address": f"{name}.example.com", "Port": 6379}
    return {"CacheClusterId": name, "CacheClusterStatus": "available", "CacheNodes": [{"Endpoint": endpoint}]}


def sharded(**api: Any) -> Group:
    shards = {"0001": ("phb-0001-001", "phb-0001-002"), "0002": ("phb-0002-001", "phb-0002-002")}
    return group(shards, ClusterEnabled=True, **api)


def facts(found: Group | None, **known: Any) -> Facts:
    return Facts(found, **known)


def event(message: str, minutes: float = 0, source: str = NAME) -> Event:
    """`minutes` before noon."""
    return Event(NOON - timedelta(minutes=minutes), source, message)


def called(shard: str = "0001", minutes: float = 0, source: str = NAME) -> Event:
    return event(f"Test Failover API called for node group {shard}", minutes, source)


def completed(former: str, promoted: str, minutes: float = 0) -> Event:
    return event(f"Failover from primary node {former} to replica node {promoted} completed", minutes)
