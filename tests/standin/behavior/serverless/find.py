# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches and snapshots by name, in any case, and in the state that an operation demands."""

from __future__ import annotations

from tests.standin.behavior.serverless.state import ServerlessCache, ServerlessSnapshot
from tests.standin.core.errors import ApiError
from tests.standin.core.world import World


def find_cache(world: World, name: str) -> ServerlessCache:
    """Raises ServerlessCacheNotFoundFault."""
    cache: ServerlessCache | None = world.serverless_caches.get(name.lower())
    if cache is None:
        raise ApiError("ServerlessCacheNotFoundFault", f"Serverless cache {name} not found.")
    return cache


def find_snapshot(world: World, name: str) -> ServerlessSnapshot:
    """Raises ServerlessCacheSnapshotNotFoundFault."""
    snapshot: ServerlessSnapshot | None = world.serverless_cache_snapshots.get(name.lower())
    if snapshot is None:
        raise ApiError("ServerlessCacheSnapshotNotFoundFault", f"Serverless cache snapshot {name} not found.")
    return snapshot


def require_free(cache: ServerlessCache) -> None:
    """One thing at a time: a cache that is being made, deleted or saved refuses everything else."""
    if cache.snapshot_under_way is not None:
        raise ApiError(
            "InvalidServerlessCacheStateFault",
            f"Serverless cache {cache.name} has the snapshot {cache.snapshot_under_way} taken of it;"
            " no other operation is possible meanwhile.",
        )
    if cache.status != "available":
        raise ApiError(
            "InvalidServerlessCacheStateFault",
            f"Serverless cache {cache.name} has status {cache.status} and is not available.",
        )


def require_available(snapshot: ServerlessSnapshot) -> None:
    if snapshot.status != "available":
        raise ApiError(
            "InvalidServerlessCacheSnapshotStateFault",
            f"Serverless cache snapshot {snapshot.name} has status {snapshot.status} and is not available.",
        )
