# SPDX-License-Identifier: GPL-3.0-or-later
"""SnapshotArnsToRestore: what a new serverless cache begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.standin.behavior.exports import read_objects
from tests.standin.behavior.replication_groups.software import require_way
from tests.standin.behavior.serverless.state import ServerlessSnapshot
from tests.standin.behavior.snapshots.record import Snapshot
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.names import split_arn
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion

FIRST_SOURCES = {"redis": (5,), "valkey": (7, 2)}


@dataclass(frozen=True)
class Restoration:
    """One snapshot, which is busy while it is read, or the contents of RDB files from S3."""

    snapshot: ServerlessSnapshot | Snapshot | None = None
    contents: tuple[bytes, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.snapshot is not None or bool(self.contents)

    def begin(self, world: World, cache_name: str) -> tuple[Path, ...]:
        """The files to read, until `end`."""
        if self.snapshot is not None:
            self.snapshot.status = "restoring"
            return self.snapshot.files
        if not self.contents:
            return ()
        directory = world.engines.archive(_archive_of(cache_name))
        files = tuple(directory / f"{number}.rdb" for number in range(len(self.contents)))
        for file, content in zip(files, self.contents, strict=True):
            file.write_bytes(content)
        return files

    def end(self, world: World, cache_name: str) -> None:
        """The data is in the cache, or never will be."""
        if self.snapshot is not None:
            self.snapshot.status = "available"
        world.engines.discard(_archive_of(cache_name))


def choose_restoration(world: World, arns: Sequence[str], version: EngineVersion) -> Restoration:
    """Of a CreateServerlessCache: one snapshot of either kind, or objects in S3."""
    if not arns:
        return Restoration()
    if all(":s3:" in arn for arn in arns):
        return Restoration(contents=tuple(read_objects(world, arns)))
    if len(arns) > 1:
        raise invalid_combination("SnapshotArnsToRestore names either one snapshot or objects in Amazon S3.")
    snapshot = _find(world, arns[0])
    if snapshot.status != "available":
        raise invalid_value(f"Snapshot {snapshot.name} has status {snapshot.status} and is not available.")
    _require_readable(snapshot, version)
    return Restoration(snapshot)


def _find(world: World, arn: str) -> ServerlessSnapshot | Snapshot:
    try:
        kind, name = split_arn(arn, world.account, world.region)
    except ApiError as error:
        raise invalid_value(error.message) from error
    known = {"serverlesscachesnapshot": world.serverless_cache_snapshots, "snapshot": world.snapshots}
    found: ServerlessSnapshot | Snapshot | None = known.get(kind, {}).get(name)
    if found is None:
        raise invalid_value(f"The snapshot {arn} does not exist.")
    return found


def _require_readable(snapshot: ServerlessSnapshot | Snapshot, version: EngineVersion) -> None:
    """Not older than serverless caches can read, not newer than the cache's engine, never of a data-tiered group."""
    if isinstance(snapshot, Snapshot) and snapshot.has_tiering:
        raise invalid_combination(f"Snapshot {snapshot.name} is of a data-tiered group; serverless caches are not.")
    source = snapshot.version
    if source.number < FIRST_SOURCES[source.engine]:
        raise invalid_combination(
            f"Snapshot {snapshot.name} of {source.engine} {source.asked} cannot be restored into a serverless cache."
        )
    require_way(source, version)


def _archive_of(cache_name: str) -> str:
    """No snapshot's: those are all hexadecimal digits."""
    return f"serverless.restoring.{cache_name}"
