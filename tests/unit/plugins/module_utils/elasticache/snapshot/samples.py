# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots as the service describes them, and what is made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.bucket import Bucket
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.bucket_policy import (
    Place,
    statement_for,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.normalize import (
    SnapshotState,
    normalize,
    normalize_serverless,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.planner import Facts, plan_changes
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.source import Source
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan

NAME = "orders-before-release"
ARN = f"arn:aws:elasticache:us-east-1:123456789012:snapshot:{NAME}"
MOMENT = datetime(2026, 3, 1, 3, 12, 45, tzinfo=timezone(timedelta(hours=9)))
TOLD = "2026-02-28T18:12:45+00:00"
BUCKET = "orders-backups"
PLACE = Place("us-east-1")
FILE = f"arn:aws:s3:::{BUCKET}/{NAME}-0001.rdb"
MEMBER = Source("replication group orders", {"CacheClusterId": "orders-002"})


def api_node(**changes: Any) -> dict[str, Any]:
    return {"CacheNodeId": "0001", "CacheSize": "12 MB", "SnapshotCreateTime": MOMENT, **changes}


def api_snapshot(**changes: Any) -> dict[str, Any]:
    """Of a member of a group with cluster mode disabled."""
    return {
        "SnapshotName": NAME,
        "ARN": ARN,
        "SnapshotStatus": "available",
        "SnapshotSource": "manual",
        "CacheClusterId": "orders-002",
        "CacheNodeType": "cache.t3.micro",
        "Engine": "redis",
        "EngineVersion": "7.1.0",
        "Port": 6379,
        "CacheParameterGroupName": "default.redis7",
        "CacheSubnetGroupName": "orders",
        "VpcId": "vpc-1",
        "DataTiering": "disabled",
        "NodeSnapshots": [api_node()],
        **changes,
    }


def api_shard(number: int, slots: str, **changes: Any) -> dict[str, Any]:
    shard = f"{number:04d}"
    layout = {"NodeGroupId": shard, "Slots": slots}
    return api_node(CacheClusterId=f"sessions-{shard}-001", NodeGroupId=shard, NodeGroupConfiguration=layout, **changes)


def api_cluster_snapshot(**changes: Any) -> dict[str, Any]:
    """Of a group of two shards in cluster mode."""
    told = api_snapshot(
        ReplicationGroupId="sessions",
        NumNodeGroups=2,
        NodeSnapshots=[api_shard(1, "0-8191"), api_shard(2, "8192-16383", CacheSize="1.5 GB")],
    )
    del told["CacheClusterId"]
    return {**told, **changes}


def api_serverless(**changes: Any) -> dict[str, Any]:
    return {
        "ServerlessCacheSnapshotName": NAME,
        "ARN": f"arn:aws:elasticache:us-east-1:123456789012:serverlesscachesnapshot:{NAME}",
        "SnapshotType": "manual",
        "Status": "AVAILABLE",
        "CreateTime": MOMENT,
        "BytesUsedForCache": "10739",
        "ServerlessCacheConfiguration": {
            "ServerlessCacheName": "sessions",
            "Engine": "valkey",
            "MajorEngineVersion": "8",
        },
        **changes,
    }


def make_state(tags: Mapping[str, str] | None = None, **changes: Any) -> SnapshotState:
    """`changes` are members of the service's answer."""
    return normalize(api_snapshot(**changes), {} if tags is None else tags)


def make_serverless(**changes: Any) -> SnapshotState:
    return normalize_serverless(api_serverless(**changes), {})


def make_bucket(**changes: Any) -> Bucket:
    """One that is as it has to be."""
    policy = {"Version": "2012-10-17", "Statement": [statement_for(PLACE, BUCKET)]}
    bucket = Bucket(BUCKET, PLACE, region="us-east-1", is_owned=True, policy=policy, encryption={})
    return replace(bucket, **changes)


def plan_for(state: SnapshotState | None, facts: Facts | None = None, /, **params: Any) -> Plan:
    return plan_changes(build_spec({"snapshot_name": NAME, **params}), state, facts or Facts())
