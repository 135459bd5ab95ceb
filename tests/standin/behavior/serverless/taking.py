# SPDX-License-Identifier: GPL-3.0-or-later
"""How a snapshot of a serverless cache comes about, whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.standin.behavior.serverless.engine import archive_of, group_id_of
from tests.standin.behavior.serverless.state import ServerlessCache, ServerlessSnapshot, SnapshotType
from tests.standin.core.errors import ApiError
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.names import normalize_id
from tests.standin.core.world import World

LONGEST_NAME = 255
MANUAL_PER_DAY = 24


def require_new_snapshot(world: World, cache_name: str, member: str, name: str) -> str:
    """The stored form of a name that is free, within the quota of 24 manual snapshots a day and cache.

    `member` is the request's that brought the name.
    """
    name = normalize_id(member, name, LONGEST_NAME)
    known: dict[str, ServerlessSnapshot] = world.serverless_cache_snapshots
    if name in known:
        raise ApiError("ServerlessCacheSnapshotAlreadyExistsFault", f"Serverless cache snapshot {name} already exists.")
    day_ago = world.clock.now() - timedelta(hours=24)
    recent = [
        snapshot
        for snapshot in known.values()
        if snapshot.cache == cache_name and snapshot.snapshot_type == "manual" and snapshot.created > day_ago
    ]
    if len(recent) >= MANUAL_PER_DAY:
        raise ApiError(
            "ServerlessCacheSnapshotQuotaExceededFault",
            f"The request would exceed the number of {MANUAL_PER_DAY} snapshots in 24 hours of {cache_name}.",
        )
    return name


def begin_snapshot(
    world: World, cache: ServerlessCache, name: str, snapshot_type: SnapshotType, then: Callable[[], None]
) -> ServerlessSnapshot:
    """Save the data now, and have the snapshot available when the service's time has passed; `then` follows.

    One that fails is gone again, and the cache is available, whatever was to follow.
    """
    key = cache.kms_key
    snapshot = ServerlessSnapshot(name, snapshot_type, cache.name, cache.version, world.clock.now(), key)
    world.serverless_cache_snapshots[name] = snapshot
    cache.snapshot_under_way = name
    group_id = group_id_of(cache.name)
    files: list[Path] = []
    sizes: list[int] = []

    def save() -> None:
        files.extend(world.engines.save(group_id, world.engines.archive(archive_of(name))))
        sizes.extend(world.engines.usage(group_id).values())

    def saved(error: Exception | None) -> None:
        cache.snapshot_under_way = None
        if error is not None:
            cache.status = "available"
            _give_up(world, snapshot, error)
            return
        snapshot.files, snapshot.size = tuple(files), sum(sizes)
        make_available(world, snapshot)
        then()

    label = f"snapshot {name} of {cache.name}"
    start_job(world, Job(group_id, label, save, world.durations.snapshot), saved)
    return snapshot


def make_available(world: World, snapshot: ServerlessSnapshot) -> None:
    """It was made, of a cache or as a copy."""
    snapshot.status = "available"
    message = f"Snapshot {snapshot.name} created for cache {snapshot.cache}."
    world.events.add(snapshot.name, "serverless-cache-snapshot", message)


def forget_snapshot(world: World, snapshot: ServerlessSnapshot) -> None:
    """Record, tags and files."""
    del world.serverless_cache_snapshots[snapshot.name]
    world.tags.forget(world.arn("serverlesscachesnapshot", snapshot.name))
    world.engines.discard(archive_of(snapshot.name))


def _give_up(world: World, snapshot: ServerlessSnapshot, error: Exception) -> None:
    message = (
        f"Failed to create snapshot for cache {snapshot.cache}."
        f" Snapshot {snapshot.name} creation failed because of an internal error: {error}"
    )
    world.events.add(snapshot.name, "serverless-cache-snapshot", message)
    forget_snapshot(world, snapshot)
