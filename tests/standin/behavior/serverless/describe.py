# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeServerlessCaches and DescribeServerlessCacheSnapshots."""

from __future__ import annotations

from typing import Any, get_args

from tests.standin.behavior.serverless.answers import show_cache, show_snapshot
from tests.standin.behavior.serverless.find import find_cache, find_snapshot
from tests.standin.behavior.serverless.state import ServerlessSnapshot, SnapshotType
from tests.standin.core.errors import invalid_value
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World

_TYPES: tuple[str, ...] = get_args(SnapshotType)


@operation("DescribeServerlessCaches")
def describe_serverless_caches(world: World, request: Request) -> dict[str, Any]:
    name = request.get("ServerlessCacheName")
    if name is not None:
        found = [find_cache(world, name)]
    else:
        found = [world.serverless_caches[known] for known in sorted(world.serverless_caches)]
    return {"ServerlessCaches": [show_cache(world, cache) for cache in found]}


@operation("DescribeServerlessCacheSnapshots")
def describe_serverless_cache_snapshots(world: World, request: Request) -> dict[str, Any]:
    name, cache_name = request.get("ServerlessCacheSnapshotName"), request.get("ServerlessCacheName")
    snapshot_type = request.get("SnapshotType")
    if snapshot_type is not None and snapshot_type not in _TYPES:
        raise invalid_value(f"Invalid snapshot type {snapshot_type}. Valid values are: {', '.join(_TYPES)}")
    found: list[ServerlessSnapshot] = list(world.serverless_cache_snapshots.values())
    if name is not None:
        found = [find_snapshot(world, name)]
    if cache_name is not None:
        found = [snapshot for snapshot in found if snapshot.cache == cache_name.lower()]
        if not found:  # snapshots outlive their cache, so only a name without any must be a cache's
            find_cache(world, cache_name)
    if snapshot_type is not None:
        found = [snapshot for snapshot in found if snapshot.snapshot_type == snapshot_type]
    found.sort(key=lambda snapshot: snapshot.name)
    return {"ServerlessCacheSnapshots": [show_snapshot(world, snapshot) for snapshot in found]}
