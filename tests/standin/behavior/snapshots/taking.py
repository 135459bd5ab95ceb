# SPDX-License-Identifier: GPL-3.0-or-later
"""How a snapshot is taken: the data is saved when it is asked for, and the snapshot is available later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.behavior.snapshots.record import (
    Snapshot,
    SnapshotOrigin,
    archive_of,
    forget_snapshot,
    require_new_name,
    saved_member,
    source_of,
    tell_node,
    tell_source,
)
from tests.standin.behavior.snapshots.sizes import SIZE_TAG, parse_size, show_size
from tests.standin.core.errors import ApiError
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.world import World

MANUAL_PER_DAY = 20


@dataclass(frozen=True)
class Order:
    """A snapshot to take. With cluster mode disabled it is of one member, the primary unless told otherwise."""

    name: str
    member_id: str | None = None
    origin: SnapshotOrigin = "manual"
    kms_key: str | None = None


@dataclass(frozen=True)
class _Saved:
    """In the order of shards."""

    files: Sequence[Path]
    sizes: Sequence[int]


def require_new_snapshot(world: World, group: ReplicationGroup, name: str, member_id: str | None = None) -> str:
    """The stored form of a name that is free, within the quota of 20 manual snapshots a day and source."""
    name = require_new_name(world, "SnapshotName", name)
    claim = _claim(world, group)
    if claim is not None:
        parse_size(claim)
    day_ago = world.clock.now() - timedelta(hours=24)
    source = source_of(group, member_id)
    recent = [
        snapshot
        for snapshot in world.snapshots.values()
        if snapshot.source == source and snapshot.origin == "manual" and snapshot.created > day_ago
    ]
    if len(recent) >= MANUAL_PER_DAY:
        raise ApiError(
            "SnapshotQuotaExceededFault",
            f"The request would exceed the number of {MANUAL_PER_DAY} manual snapshots in 24 hours of {source}.",
        )
    return name


def mark_snapshotting(group: ReplicationGroup, member_id: str | None) -> None:
    """The group takes no change until its snapshot is available."""
    group.status = "snapshotting"
    for member in group.members():
        if member_id is None or member.id == member_id.lower():
            member.status = "snapshotting"


def begin_snapshot(world: World, group: ReplicationGroup, order: Order, ended: Callable[[bool], None]) -> Snapshot:
    """Record a snapshot that is being taken. `ended` follows, told whether it is available or has failed and gone."""
    shards = sorted(group.shards, key=lambda shard: shard.id)
    snapshot = Snapshot(
        name=order.name,
        status="creating",
        origin=order.origin,
        source=source_of(group, order.member_id),
        group_id=group.id,
        created=world.clock.now(),
        version=group.software.version,
        in_cluster_mode=group.in_cluster_mode,
        has_tiering=group.data_tiering,
        multi_az=group.multi_az,
        told=tell_source(world, group, order.member_id),
        nodes=[tell_node(group, shard, order.member_id) for shard in shards],
        kms_key=order.kms_key,
    )
    world.snapshots[order.name] = snapshot
    members = [saved_member(shard, order.member_id).id for shard in shards]
    claim = _claim(world, group)
    saved: list[_Saved] = []

    def save() -> None:
        files = world.engines.save(
            group.id, world.engines.archive(archive_of(order.name)), None if snapshot.in_cluster_mode else members[0]
        )
        usage = world.engines.usage(group.id)
        saved.append(_Saved(files, [usage[member] if claim is None else parse_size(claim) for member in members]))

    def over(error: Exception | None) -> None:
        if error is None:
            _complete(world, snapshot, saved[0], claim)
        else:
            _fail(world, snapshot, error)
        ended(error is None)

    label = f"snapshot {order.name} of {group.id}"
    start_job(world, Job(group.id, label, save, world.durations.snapshot), over)
    return snapshot


def _claim(world: World, group: ReplicationGroup) -> str | None:
    """The size that every node snapshot of the group claims by a tag."""
    return world.tags.get(world.arn("replicationgroup", group.id)).get(SIZE_TAG)


def _complete(world: World, snapshot: Snapshot, saved: _Saved, claim: str | None) -> None:
    snapshot.files, snapshot.sizes = tuple(saved.files), tuple(saved.sizes)
    snapshot.status = "available"
    for node, size in zip(snapshot.nodes, snapshot.sizes, strict=True):
        node["CacheSize"] = claim or show_size(size)
        # When the data was obtained, not when the snapshot was ready.
        node["SnapshotCreateTime"] = snapshot.created
    _tell(world, snapshot, "Snapshot succeeded for snapshot")


def _fail(world: World, snapshot: Snapshot, error: Exception) -> None:
    forget_snapshot(world, snapshot)
    _tell(world, snapshot, "Snapshot failed for snapshot", f": {error}")


def _tell(world: World, snapshot: Snapshot, what: str, why: str = "") -> None:
    subject = "replication group" if snapshot.in_cluster_mode else "cache cluster"
    message = f"{what} with ID '{snapshot.name}' of {subject} with ID '{snapshot.source}'{why}"
    world.events.add(snapshot.source, snapshot.source_type, message)
