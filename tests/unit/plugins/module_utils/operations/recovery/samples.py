# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots, groups, readings and drills, each told by what matters to a test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    ReplicationGroupState,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.normalize import (
    SnapshotState,
    normalize,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.arguments import (
    Request,
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outcome import Drill, Objectives
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.servers import Counts, Reading

from tests.component.runs import validated
from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

GROUP = "phb-redis-cache"
PASSWORD = "Vd7mQ2wXs9Lk4RtB8yJf"
MEGABYTE = 2**20


def request(**params: Any) -> Request:
    return build_request(validated(argument_spec(), {"replication_group_id": GROUP, **params}))


def snapshot(name: str = "automatic.phb", **changes: Any) -> SnapshotState:
    """Of a group without cluster mode, on a cache.m6g.xlarge."""
    found = normalize(
        {
            "SnapshotName": name,
            "SnapshotStatus": "available",
            "SnapshotSource": "automated",
            "CacheClusterId": f"{GROUP}-002",
            "CacheNodeType": "cache.m6g.xlarge",
            "Engine": "redis",
            "EngineVersion": "7.1.0",
            "CacheSubnetGroupName": "phb-redis-subnet",
        }
    )
    return replace(found, **changes)


def group(**changes: Any) -> ReplicationGroupState:
    return make_state(**changes)


def reading(keys: int, digest: str, *movements: str, **counts: Any) -> Reading:
    return Reading(keys, digest, movements, Counts(keys, **{"expired_at_load": 0, **counts}))


def drill(**changes: Any) -> Drill:
    found = Drill(
        replication_group_id=GROUP,
        temporary_group_id=f"{GROUP}-recovery-test",
        snapshot_name="automatic.phb",
        snapshot_created="2026-11-20T02:00:00+00:00",
        node_type="cache.t3.small",
        started="2026-11-20T10:00:00+00:00",
        recovery_point_seconds=28800.0,
        objectives=Objectives(None, None),
    )
    return replace(found, **changes)
