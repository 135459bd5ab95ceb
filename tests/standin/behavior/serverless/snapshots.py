# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateServerlessCacheSnapshot, CopyServerlessCacheSnapshot, DeleteServerlessCacheSnapshot and the export to S3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.standin.behavior.archives import link_files
from tests.standin.behavior.exports import export_files, require_exportable
from tests.standin.behavior.replication_groups.access import require_kms_key
from tests.standin.behavior.serverless.answers import show_snapshot
from tests.standin.behavior.serverless.engine import archive_of
from tests.standin.behavior.serverless.find import find_cache, find_snapshot, require_available, require_free
from tests.standin.behavior.serverless.state import ServerlessSnapshot
from tests.standin.behavior.serverless.taking import (
    begin_snapshot,
    forget_snapshot,
    make_available,
    require_new_snapshot,
)
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import World


@operation("CreateServerlessCacheSnapshot")
def create_serverless_cache_snapshot(world: World, request: Request) -> dict[str, Any]:
    cache = find_cache(world, request["ServerlessCacheName"])
    member = "ServerlessCacheSnapshotName"
    name = require_new_snapshot(world, cache.name, member, request[member])
    require_free(cache)
    key, tags = _kms_key(world, request), parse_tags(request.get("Tags") or [])
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    snapshot = begin_snapshot(world, cache, name, "manual", lambda: None)
    snapshot.kms_key = key or cache.kms_key
    world.tags.replace(world.arn("serverlesscachesnapshot", name), tags)
    return _answer(world, snapshot)


@operation("CopyServerlessCacheSnapshot")
def copy_serverless_cache_snapshot(world: World, request: Request) -> dict[str, Any]:
    """The copy tells when the data was obtained, as its source does; it never expires."""
    source = find_snapshot(world, request["SourceServerlessCacheSnapshotName"])
    member = "TargetServerlessCacheSnapshotName"
    name = require_new_snapshot(world, source.cache, member, request[member])
    require_available(source)
    key, tags = _kms_key(world, request), parse_tags(request.get("Tags") or [])
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    copy = replace(
        source,
        name=name,
        snapshot_type="manual",
        status="creating",
        expires=None,
        kms_key=key or source.kms_key,
        files=link_files(source.files, world.engines.archive(archive_of(name))),
    )
    world.serverless_cache_snapshots[name] = copy
    world.tags.replace(world.arn("serverlesscachesnapshot", name), tags)
    label = f"copy {name} of snapshot {source.name}"
    world.clock.after(world.durations.copy_snapshot, lambda: make_available(world, copy), label)
    return _answer(world, copy)


@operation("DeleteServerlessCacheSnapshot")
def delete_serverless_cache_snapshot(world: World, request: Request) -> dict[str, Any]:
    snapshot = find_snapshot(world, request["ServerlessCacheSnapshotName"])
    require_available(snapshot)
    snapshot.status = "deleting"
    label = f"deletion of snapshot {snapshot.name}"
    world.clock.after(world.durations.snapshot, lambda: forget_snapshot(world, snapshot), label)
    return _answer(world, snapshot)


@operation("ExportServerlessCacheSnapshot")
def export_serverless_cache_snapshot(world: World, request: Request) -> dict[str, Any]:
    snapshot = find_snapshot(world, request["ServerlessCacheSnapshotName"])
    bucket = request["S3BucketName"]
    require_available(snapshot)
    require_exportable(world, bucket, snapshot.name, len(snapshot.files))
    snapshot.status = "copying"

    def export() -> None:
        export_files(world, bucket, snapshot.name, snapshot.files)

    def exported(error: Exception | None) -> None:
        snapshot.status = "available"
        if error is not None:
            message = (
                f"Failed to export snapshot for cache {snapshot.cache}."
                f" Could not export snapshot to bucket '{bucket}': {error}"
            )
            world.events.add(snapshot.name, "serverless-cache-snapshot", message)

    label = f"export of snapshot {snapshot.name}"
    start_job(world, Job(archive_of(snapshot.name), label, export, world.durations.copy_snapshot), exported)
    return _answer(world, snapshot)


def _kms_key(world: World, request: Request) -> str | None:
    key: str | None = request.get("KmsKeyId")
    if key is not None:
        require_kms_key(world, key)
    return key


def _answer(world: World, snapshot: ServerlessSnapshot) -> dict[str, Any]:
    return {"ServerlessCacheSnapshot": show_snapshot(world, snapshot)}
