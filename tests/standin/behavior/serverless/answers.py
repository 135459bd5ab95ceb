# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches and their snapshots in API shape: members are absent where the service leaves them out."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.serverless.engine import PORT, READER_PORT
from tests.standin.behavior.serverless.limits import UNIT
from tests.standin.behavior.serverless.state import Limit, ServerlessCache, ServerlessSnapshot, UsageLimits, major_of
from tests.standin.core.world import World


def show_cache(world: World, cache: ServerlessCache) -> dict[str, Any]:
    """As DescribeServerlessCaches lists it. There are no endpoints before it was available."""
    answer: dict[str, Any] = {
        "ServerlessCacheName": cache.name,
        "Description": cache.description,
        "CreateTime": cache.created,
        "Status": cache.status,
        "Engine": cache.version.engine,
        "MajorEngineVersion": major_of(cache.version),
        "FullEngineVersion": cache.version.asked,
        "StorageEncryptionType": "sse-elasticache" if cache.kms_key is None else "sse-kms",
        "SecurityGroupIds": list(cache.network.security_groups),
        "ARN": world.arn("serverlesscache", cache.name),
        "SubnetIds": list(cache.network.subnets),
        "SnapshotRetentionLimit": cache.schedule.retention,
        "DailySnapshotTime": cache.schedule.daily_time,
        "NetworkType": cache.network.network_type,
        "ConnectionType": "vpc",
    }
    if cache.limits != UsageLimits():
        answer["CacheUsageLimits"] = _show_limits(cache.limits)
    if cache.kms_key is not None:
        answer["KmsKeyId"] = cache.kms_key
    if cache.status not in ("creating", "create-failed"):
        answer["Endpoint"] = {"Address": cache.address, "Port": PORT}
        answer["ReaderEndpoint"] = {"Address": cache.address, "Port": READER_PORT}
    return answer


def show_snapshot(world: World, snapshot: ServerlessSnapshot) -> dict[str, Any]:
    """As DescribeServerlessCacheSnapshots lists it."""
    answer: dict[str, Any] = {
        "ServerlessCacheSnapshotName": snapshot.name,
        "ARN": world.arn("serverlesscachesnapshot", snapshot.name),
        "SnapshotType": snapshot.snapshot_type,
        "Status": snapshot.status,
        "CreateTime": snapshot.created,
        "ServerlessCacheConfiguration": {
            "ServerlessCacheName": snapshot.cache,
            "Engine": snapshot.version.engine,
            "MajorEngineVersion": major_of(snapshot.version),
        },
    }
    if snapshot.kms_key is not None:
        answer["KmsKeyId"] = snapshot.kms_key
    if snapshot.expires is not None:
        answer["ExpiryTime"] = snapshot.expires
    if snapshot.size is not None:
        answer["BytesUsedForCache"] = str(snapshot.size)
    return answer


def _show_limits(limits: UsageLimits) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if limits.storage is not None:
        shown["DataStorage"] = {**_show_limit(limits.storage), "Unit": UNIT}
    if limits.ecpu is not None:
        shown["ECPUPerSecond"] = _show_limit(limits.ecpu)
    return shown


def _show_limit(limit: Limit) -> dict[str, int]:
    bounds = {"Minimum": limit.minimum, "Maximum": limit.maximum}
    return {name: value for name, value in bounds.items() if value is not None}
