# SPDX-License-Identifier: GPL-3.0-or-later
"""RDB files whose keys belong to several shards: each key goes to the shard that has its slot."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.standin.engines.cluster import require_one_database, slots_of
from tests.standin.engines.node import Node
from tests.standin.engines.plan import SLOT_COUNT
from tests.standin.engines.redis_process import RedisProcess
from tests.standin.engines.replication import NodeByShard
from tests.standin.engines.resp import Command

KEYS_AT_ONCE = 500


def key_slot(key: bytes) -> int:
    """The hash slot of a key: of what stands in its first braces, if anything does (Redis cluster specification)."""
    opening = key.find(b"{")
    closing = key.find(b"}", opening + 1) if opening >= 0 else -1
    hashed = key[opening + 1 : closing] if closing > opening + 1 else key
    return binascii.crc_hqx(hashed, 0) % SLOT_COUNT


def scatter_keys(files: Sequence[Path], scratch: RedisProcess, primaries: NodeByShard) -> None:
    """Load one file after the other into `scratch`, and bring its keys to their owners. Raises EngineError."""
    owners = {slot: node for node in primaries.values() for slot in slots_of(node)}
    try:
        for file in files:
            scratch.start({}, file)
            scratch.await_ready()
            require_one_database(scratch)
            for keys in _batches(scratch):
                _copy(keys, scratch, owners)
            scratch.kill()
    finally:
        scratch.kill()
        scratch.delete_files()


def _batches(scratch: RedisProcess) -> Iterator[list[bytes]]:
    cursor: bytes | int = 0
    while cursor != b"0":
        cursor, keys = scratch.call("SCAN", cursor, "COUNT", KEYS_AT_ONCE)
        yield keys


def _copy(keys: Sequence[bytes], scratch: RedisProcess, owners: Mapping[int, Node]) -> None:
    """By dump and restore, which keeps the time of expiry exactly; MIGRATE keeps what is left of it."""
    expiries = scratch.call_all("PEXPIRETIME", [(key,) for key in keys])
    payloads = scratch.call_all("DUMP", [(key,) for key in keys])
    restores: dict[Node, list[Command]] = {}
    for key, expiry, payload in zip(keys, expiries, payloads, strict=True):
        if payload is not None:  # else it has expired meanwhile
            restore = (key, max(expiry, 0), payload, "REPLACE", "ABSTTL")
            restores.setdefault(owners[key_slot(key)], []).append(restore)
    for owner, commands in restores.items():
        owner.process.call_all("RESTORE", commands)
