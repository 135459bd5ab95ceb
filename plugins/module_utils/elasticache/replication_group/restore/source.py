# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new group is restored from, and what it takes over from there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ....reconcile.compare import version_key
from ...node_memory import RESERVED_PERCENT
from ...snapshot.normalize import SnapshotState
from ..spec import ReplicationGroupSpec

PATCHES_NAMED_UNTIL = ("redis", 5)
"""From the next major version on, the service takes a version as major and minor number only.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html"""

AVAILABLE = "available"


@dataclass(frozen=True)
class SnapshotFile:
    """An object on S3. Every fact is None where it could not be read.

    `encryption` is S3's own word (`AES256`, `aws:kms`), empty for none; `size` is in bytes; `start` holds the first
    bytes, which tell whether it is an RDB file, and of which version of the format.
    """

    arn: str
    region: str | None = None
    exists: bool | None = None
    encryption: str | None = None
    size: int | None = None
    start: bytes | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether it is encrypted with a key of KMS, which ElastiCache does not read."""
        return (self.encryption or "").startswith("aws:kms")


@dataclass(frozen=True)
class Source:
    """`snapshot` is None where there is none of the name, `region` the one of the group to be, `reserved_percent` the
    part of a node's memory that its parameter group reserves. `unread`: sentences on what could not be read."""

    snapshot: SnapshotState | None = None
    files: tuple[SnapshotFile, ...] = ()
    region: str = ""
    reserved_percent: int = RESERVED_PERCENT
    unread: tuple[str, ...] = ()


INHERITED = (
    "engine",
    "engine_version",
    "node_type",
    "cluster_mode",
    "num_node_groups",
    "automatic_failover_enabled",
    "multi_az_enabled",
    "port",
)
"""Options that a new group takes from its snapshot where they are not given; files tell none of them."""


def with_inheritance(spec: ReplicationGroupSpec, source: Source | None) -> ReplicationGroupSpec:
    """The Spec of the group as it will be, with what the snapshot brings."""
    snapshot = source.snapshot if source else None
    if spec.snapshot_option is None or snapshot is None:
        return spec
    has_shards = snapshot.cluster_mode and not snapshot.serverless
    told: dict[str, Any] = {
        "engine": snapshot.engine,
        "engine_version": nameable_version(snapshot) if spec.engine in (None, snapshot.engine) else None,
        "node_type": snapshot.node_type,
        "cluster_mode": "enabled" if snapshot.cluster_mode else None,
        "num_node_groups": snapshot.num_node_groups if has_shards else None,
        "port": snapshot.port,
        **unprotected(snapshot.cluster_mode or spec.is_clustered),
    }
    return replace(spec, **{name: told[name] for name in INHERITED if getattr(spec, name) is None})


def unprotected(is_clustered: bool) -> dict[str, Any]:
    """Off unless asked for, as with any other new group. The service would take Multi-AZ over from the snapshot's
    source, of which no read tells it, and refuse the group where it has no replicas (terraform-provider-aws #49428).
    Cluster mode is never without automatic failover."""
    return {"multi_az_enabled": False, "automatic_failover_enabled": None if is_clustered else False}


def nameable_version(snapshot: SnapshotState) -> str | None:
    """The snapshot's version as a request may name it: `7.1.0` → `7.1`, but `5.0.6` as it is. None for a serverless
    one, which tells the major version alone."""
    if snapshot.serverless:
        return None
    key = version_key(snapshot.engine_version)
    last_engine, last_major = PATCHES_NAMED_UNTIL
    if not key or (snapshot.engine == last_engine and key[0] <= last_major):
        return snapshot.engine_version or None
    return ".".join(map(str, key[:2]))
