# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a snapshot can become the group that is asked for. Each rule is one function. Pure.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ....reconcile.compare import version_key
from ...node_types import DATA_TIERING, family_and_size
from ...snapshot.normalize import SnapshotState
from ..changes import ROLLBACK
from ..spec import ReplicationGroupSpec
from .memory import memory_problem
from .source import AVAILABLE, Source


def snapshot_problems(spec: ReplicationGroupSpec, source: Source) -> Iterator[str]:
    """`spec` is the one with inheritance."""
    snapshot = source.snapshot
    if snapshot is None:
        yield missing(spec)
        return
    for rule in RULES:
        yield from rule(spec, snapshot)
    if snapshot.serverless and snapshot.size_bytes is not None:
        share = snapshot.size_bytes // (spec.num_node_groups or 1)
        yield from memory_problem(spec, source, share, "the share of a shard in the snapshot")
    else:
        yield from memory_problem(spec, source, snapshot.largest_node_bytes, "the largest shard of the snapshot")


def missing(spec: ReplicationGroupSpec) -> str:
    if spec.serverless_snapshot_name is not None:
        told = f"serverless_snapshot_name: there is no snapshot {spec.serverless_snapshot_name} of a serverless cache"
        return f"{told} in this region. One of nodes is named in snapshot_name."
    told = f"snapshot_name: there is no snapshot {spec.snapshot_name} of nodes in this region."
    return f"{told} One of a serverless cache is named in serverless_snapshot_name."


def availability(spec: ReplicationGroupSpec, snapshot: SnapshotState) -> Iterator[str]:
    if snapshot.status != AVAILABLE:
        yield (
            f"{spec.snapshot_option}: {snapshot.snapshot_name} is {snapshot.status}; it can be restored while it is "
            "available, so wait for that and run again."
        )


def engine(spec: ReplicationGroupSpec, snapshot: SnapshotState) -> Iterator[str]:
    if spec.engine_version is None and snapshot.serverless:
        yield (
            f"engine_version: required, since the snapshot of a serverless cache tells its major version alone: it is "
            f"of {snapshot.engine} {snapshot.engine_version}."
        )
    elif spec.engine_version is None:
        yield f"engine_version: required to restore a snapshot of {snapshot.engine} as {spec.engine}."
    elif is_backwards(spec, snapshot):
        yield (
            f"engine_version: the snapshot is of {snapshot.engine} {snapshot.engine_version}, which cannot be restored "
            f"as {spec.engine} {spec.engine_version}. Take that version or a newer one; the one way back is from "
            "Valkey 7.2 to Redis OSS 7.1."
        )


def is_backwards(spec: ReplicationGroupSpec, snapshot: SnapshotState) -> bool:
    wanted = version_key(spec.engine_version or "")[:2]
    found = version_key(snapshot.engine_version)[:2]
    if spec.engine == snapshot.engine:
        return wanted < found[: len(wanted)]
    return spec.engine == "redis" and ((snapshot.engine, found), (spec.engine, wanted)) != ROLLBACK


def shards(spec: ReplicationGroupSpec, snapshot: SnapshotState) -> Iterator[str]:
    if snapshot.cluster_mode and not spec.is_clustered:
        yield (
            f"cluster_mode: the snapshot was taken in cluster mode, and a group restored from it has to be in it; it "
            f"is {spec.cluster_mode}."
        )
    wanted = spec.num_node_groups or 1
    if snapshot.serverless:
        return
    if wanted != snapshot.num_node_groups:
        yield (
            f"num_node_groups: the snapshot holds {snapshot.num_node_groups}, and a restore keeps their number, not "
            f"{wanted}. Restore first, then change it in a run of its own."
        )


def data_tiering(spec: ReplicationGroupSpec, snapshot: SnapshotState) -> Iterator[str]:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html"""
    if snapshot.data_tiering and spec.node_type and family_and_size(spec.node_type)[0] not in DATA_TIERING:
        listed = ", ".join(sorted(DATA_TIERING))
        yield (
            f"node_type: the snapshot tiers data to disk, and restores to a node that does so ({listed}), not to "
            f"{spec.node_type}."
        )


RULES = (availability, engine, shards, data_tiering)


def snapshot_warnings(spec: ReplicationGroupSpec, source: Source) -> Iterator[str]:
    snapshot = source.snapshot
    if snapshot is None:
        return
    if spec.is_clustered and not snapshot.cluster_mode:
        yield (
            "cluster_mode: the snapshot was taken without it, where keys may be in several databases; a restore in "
            "cluster mode fails unless all are in database 0."
        )
    if snapshot.largest_node_bytes is None:
        yield f"node_type: not checked whether the data fits, since {snapshot.snapshot_name} does not tell its size."
