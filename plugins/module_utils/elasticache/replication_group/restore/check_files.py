# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether RDB files on S3 can become the group that is asked for. Each rule is one function. Pure.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-seeding-redis.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....reconcile.compare import version_key
from ..spec import ReplicationGroupSpec
from .memory import memory_problem
from .source import SnapshotFile, Source

SLOTS = 16384
START_BYTES = 9
START = re.compile(rb"(?:REDIS(\d{4})|VALKEY(\d{3}))")
"""How an RDB file begins: the engine's name and the version of the format."""

NEWEST_FORMAT = (
    ("redis", (4, 0), 8),
    ("redis", (5, 0), 9),
    ("redis", (7, 0), 10),
    ("redis", (7, 1), 11),
    ("valkey", (7, 2), 11),
    ("valkey", (9, 0), 80),
)
"""Engine, version from which on, newest version of the format that it loads: RDB_VERSION in the engine's rdb.h. That
ElastiCache's own Redis 7.1 loads version 11 follows from the rollback from Valkey 7.2."""

REDIS_ONLY = range(12, 80)
"""What Valkey refuses whatever its version: RDB_FOREIGN_VERSION_MIN and _MAX of its rdb.h."""


def file_problems(spec: ReplicationGroupSpec, source: Source) -> Iterator[str]:
    for file in source.files:
        for rule in RULES:
            yield from rule(spec, source, file)
    if len(source.files) > 1 and not spec.is_clustered:
        yield f"snapshot_arns: a group without cluster mode is restored from one file, not from {len(source.files)}."
    sizes = [file.size for file in source.files]
    if None not in sizes:
        # What is unpacked into memory is never smaller than its file, so this is the least that a node has to hold.
        share = sum(size or 0 for size in sizes) // (spec.num_node_groups or 1)
        yield from memory_problem(spec, source, share, "the share of a shard in the files")


def location(_spec: ReplicationGroupSpec, source: Source, file: SnapshotFile) -> Iterator[str]:
    if file.region is not None and file.region != source.region:
        yield (
            f"snapshot_arns: {file.arn} is in {file.region}, and a group in {source.region} reads files of its own "
            "region only; copy it to a bucket there."
        )


def existence(_spec: ReplicationGroupSpec, _source: Source, file: SnapshotFile) -> Iterator[str]:
    if file.exists is False:
        yield f"snapshot_arns: {file.arn} does not exist; check bucket and key."


def encryption(_spec: ReplicationGroupSpec, _source: Source, file: SnapshotFile) -> Iterator[str]:
    if file.is_sealed:
        yield (
            f"snapshot_arns: {file.arn} is encrypted with a KMS key ({file.encryption}), which ElastiCache does not "
            "read; copy it within the bucket with the encryption AES256."
        )


def contents(spec: ReplicationGroupSpec, _source: Source, file: SnapshotFile) -> Iterator[str]:
    if file.start is None:
        return
    version = format_version(file.start)
    if version is None:
        yield f"snapshot_arns: {file.arn} does not begin as an RDB file does."
    elif not is_loadable(spec.engine or "redis", spec.engine_version, version):
        named = f"{spec.engine or 'redis'} {spec.engine_version or ''}".strip()
        yield f"snapshot_arns: {file.arn} is in version {version} of the RDB format, which {named} does not load."


def format_version(start: bytes) -> int | None:
    found = START.match(start)
    return int(found[1] or found[2]) if found else None


def is_loadable(engine: str, engine_version: str | None, version: int) -> bool:
    """By the newest release of the engine where no version is named."""
    if engine == "valkey" and version in REDIS_ONLY:
        return False
    key = version_key(engine_version or "")[:2]
    known = [limit for name, first, limit in NEWEST_FORMAT if name == engine and (not key or first[: len(key)] <= key)]
    return not known or version <= max(known)


RULES = (location, existence, encryption, contents)


def slots_by_shard(shards: int) -> list[str]:
    """All slots, spread evenly, as a request wants them: `0-8191`, `8192-16383`."""
    edges = [SLOTS * number // shards for number in range(shards + 1)]
    return [f"{edges[number]}-{edges[number + 1] - 1}" for number in range(shards)]
