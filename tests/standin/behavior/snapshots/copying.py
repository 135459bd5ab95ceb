# SPDX-License-Identifier: GPL-3.0-or-later
"""CopySnapshot: a second snapshot of the same data, or its files in a bucket of S3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.standin.behavior.archives import link_files
from tests.standin.behavior.exports import export_files, require_exportable
from tests.standin.behavior.replication_groups.access import require_kms_key
from tests.standin.behavior.snapshots.record import (
    LONGEST_NAME,
    Snapshot,
    archive_of,
    find_snapshot,
    require_new_name,
    show_snapshot,
)
from tests.standin.core.errors import ApiError, invalid_combination
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import World


@operation("CopySnapshot")
def copy_snapshot(world: World, request: Request) -> dict[str, Any]:
    source = find_snapshot(world, request["SourceSnapshotName"])
    if source.status != "available":
        raise ApiError(
            "InvalidSnapshotState", f"Snapshot {source.name} has status {source.status} and cannot be copied."
        )
    bucket = request.get("TargetBucket")
    shown = _copy(world, request, source) if bucket is None else _export(world, request, source, bucket)
    return {"Snapshot": show_snapshot(world, shown, with_layout=False)}


def _copy(world: World, request: Request, source: Snapshot) -> Snapshot:
    name = require_new_name(world, "TargetSnapshotName", request["TargetSnapshotName"])
    key = request.get("KmsKeyId")
    if key is not None:
        require_kms_key(world, key)
    tags = parse_tags(request.get("Tags") or [])
    target = replace(
        source, name=name, status="copying", origin="manual", nodes=[dict(node) for node in source.nodes], kms_key=key
    )
    if request.unread():  # the call is refused for them, so nothing may come of it
        return target
    world.snapshots[name] = target
    world.tags.replace(world.arn("snapshot", name), tags)
    target.files = link_files(source.files, world.engines.archive(archive_of(name)))

    def copied() -> None:
        target.status = "available"

    world.clock.after(world.durations.copy_snapshot, copied, f"copy {name} of snapshot {source.name}")
    return target


def _export(world: World, request: Request, source: Snapshot, bucket: str) -> Snapshot:
    """The source shows that it is being copied; nothing new is listed."""
    name = normalize_id("TargetSnapshotName", request["TargetSnapshotName"], LONGEST_NAME)
    if source.has_tiering:
        raise invalid_combination("Export to Amazon S3 is not supported for snapshots of clusters with data tiering.")
    require_exportable(world, bucket, name, len(source.files))
    if request.unread():  # the call is refused for them, so nothing may come of it
        return source
    source.status = "copying"

    def export() -> None:
        export_files(world, bucket, name, source.files)

    def over(error: Exception | None) -> None:
        source.status = "available"
        outcome = "succeeded" if error is None else f"failed: {error}"
        message = f"Export of snapshot with ID '{source.name}' to Amazon S3 bucket {bucket} {outcome}"
        world.events.add(source.source, source.source_type, message)

    label = f"export of snapshot {source.name}"
    start_job(world, Job(source.name, label, export, world.durations.copy_snapshot), over)
    return source
