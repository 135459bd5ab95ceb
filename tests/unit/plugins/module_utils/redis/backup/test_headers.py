# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads whose files."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.headers import (
    Header,
    objection,
    read_header,
)


@pytest.mark.parametrize(
    ("begins", "header"),
    [
        (b"REDIS0010", Header("redis", 10)),
        (b"REDIS0012", Header("redis", 12)),
        (b"VALKEY080", Header("valkey", 80)),
    ],
)
def test_it_is_read(tmp_path: Path, begins: bytes, header: Header) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(begins + b"\xfa\x09redis-ver")
    assert read_header(str(path)) == header


@pytest.mark.parametrize("begins", [b"", b"REDIS", b"REDIS00x0", b"*1\r\n$4\r\nPING", b"VALKEY08"])
def test_anything_else_is_no_rdb_file(tmp_path: Path, begins: bytes) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(begins)
    with pytest.raises(ValueError, match="does not begin as an RDB file does"):
        read_header(str(path))


@pytest.mark.parametrize("version", [12, 13, 79])
def test_valkey_refuses_what_is_redis_own(version: int) -> None:
    """Trap 33."""
    assert "Redis' own" in (objection(Header("redis", version), "valkey") or "")
    assert objection(Header("redis", version), "redis") is None


@pytest.mark.parametrize("version", [80, 81])
def test_redis_refuses_what_is_valkeys_own(version: int) -> None:
    """Trap 33."""
    assert "Valkey's own" in (objection(Header("valkey", version), "redis") or "")
    assert objection(Header("valkey", version), "valkey") is None


@pytest.mark.parametrize("version", [1, 9, 11])
@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_what_both_read(version: int, engine: str) -> None:
    assert objection(Header("redis", version), engine) is None
