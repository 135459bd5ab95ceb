# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots and files to restore from, and the plans that follow from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.planner import Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import (
    SnapshotFile,
    Source,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.normalize import (
    SnapshotState,
    normalize,
    normalize_serverless,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import plan_for

SNAPSHOT = "phb-redis-before-migration"
FILE = "arn:aws:s3:::phb-backups/orders-0001.rdb"
OTHER_FILE = "arn:aws:s3:::phb-backups/orders-0002.rdb"
REGION = "us-east-1"


def api_snapshot(**changes: Any) -> dict[str, Any]:
    """Of one member of a group without cluster mode."""
    return {
        "SnapshotName": SNAPSHOT,
        "ARN": f"arn:aws:elasticache:us-east-1:123456789012:snapshot:{SNAPSHOT}",
        "SnapshotStatus": "available",
        "SnapshotSource": "manual",
        "CacheClusterId": "phb-redis-cache-002",
        "CacheNodeType": "cache.t3.small",
        "Engine": "redis",
        "EngineVersion": "7.1.0",
        "Port": 6380,
        "CacheParameterGroupName": "default.redis7",
        "NodeSnapshots": [{"CacheNodeId": "0001", "CacheSize": "12 MB"}],
        **changes,
    }


def api_sharded_snapshot(*sizes: str, **changes: Any) -> dict[str, Any]:
    """Of a group in cluster mode; `sizes` are those of its shards."""
    nodes = [
        {"CacheNodeId": "0001", "NodeGroupId": f"{number:04d}", "CacheSize": size}
        for number, size in enumerate(sizes, 1)
    ]
    group = {"ReplicationGroupId": "phb-redis-cache", "NumNodeGroups": len(sizes), "NodeSnapshots": nodes}
    whole = {**api_snapshot(), **group, **changes}
    del whole["CacheClusterId"]
    return whole


def snapshot_of(answer: dict[str, Any]) -> SnapshotState:
    return normalize(answer, {})


def from_snapshot(answer: dict[str, Any] | None = None, /, **params: Any) -> Plan:
    """The plan of a new group that is restored from `answer`."""
    source = Source(snapshot_of(answer or api_snapshot()))
    return plan_from(source, {"snapshot_name": SNAPSHOT, **params})


def api_serverless_snapshot(**changes: Any) -> dict[str, Any]:
    return {
        "ServerlessCacheSnapshotName": SNAPSHOT,
        "SnapshotType": "manual",
        "Status": "available",
        "BytesUsedForCache": str(2**20),
        "ServerlessCacheConfiguration": {
            "ServerlessCacheName": "sessions",
            "Engine": "valkey",
            "MajorEngineVersion": "8",
        },
        **changes,
    }


NODES = {"engine_version": "8.1", "node_type": "cache.t3.small", "transit_encryption_enabled": True}
"""What the snapshot of a serverless cache does not tell of nodes."""


def from_serverless(answer: dict[str, Any] | None = None, /, **params: Any) -> Plan:
    """The plan of a new group that is restored from the snapshot of a serverless cache."""
    source = Source(normalize_serverless(answer or api_serverless_snapshot(), {}))
    return plan_from(source, {"serverless_snapshot_name": SNAPSHOT, **NODES, **params})


def good_file(arn: str = FILE, **changes: Any) -> SnapshotFile:
    return replace(SnapshotFile(arn, REGION, True, "AES256", 2**20, b"REDIS0009"), **changes)


def from_files(*files: SnapshotFile, **params: Any) -> Plan:
    """The plan of a new group that is restored from `files`, or from one with which nothing is wrong."""
    found = files or (good_file(),)
    source = Source(files=found, region=REGION)
    return plan_from(source, {"node_type": "cache.t3.small", "snapshot_arns": [each.arn for each in found], **params})


def plan_from(source: Source, params: dict[str, Any]) -> Plan:
    return plan_for(None, Facts(source=source), **{"description": "Restored", **params})
