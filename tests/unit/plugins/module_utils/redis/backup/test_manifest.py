# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written is read again, and nothing else is taken for a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import (
    Contents,
    CopiedFile,
    Count,
    Manifest,
    Sample,
    Source,
    read_manifest,
)

KEY_OF_ANY_BYTES = b"\xff\x00 key".decode(errors="surrogateescape")
MANIFEST = Manifest(
    name="first",
    created="2026-01-31T02:00:00Z",
    kind="rdb",
    source=Source("host", "/etc/redis/redis.conf", "redis", "7.0.15"),
    rdb_version=10,
    files=(CopiedFile("dump.rdb", 9, "0" * 64),),
    contents=Contents(
        {0: Count(10, 1), 3: Count(1, 0)}, (Sample(0, KEY_OF_ANY_BYTES, "string", "1" * 64, 1800000000000),), 2
    ),
)


def test_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(MANIFEST.to_json())
    assert read_manifest(str(tmp_path)) == MANIFEST


def test_the_summary_names_no_key() -> None:
    summary = json.dumps(MANIFEST.summary())
    assert "key" not in summary.replace('"keys"', "")
    assert MANIFEST.summary()["databases"] == {"0": {"keys": 10, "expires": 1}, "3": {"keys": 1, "expires": 0}}
    assert MANIFEST.summary()["samples"] == 1


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        del document[name]

    return change


def setting(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document[name] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("files"),
        without("contents"),
        setting("writer", "somebody else"),
        setting("format", 1),
        setting("source", {"host": "host"}),
        setting("files", [{"name": "../../etc/shadow", "size": 1, "sha256": ""}]),
        setting("files", [{"name": "/etc/shadow", "size": 1, "sha256": ""}]),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(MANIFEST.to_json())
    change(document)
    (tmp_path / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match="is not a manifest that this version reads"):
        read_manifest(str(tmp_path))


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_what_is_no_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ValueError, match="is not a manifest"):
        read_manifest(str(tmp_path))


def test_a_count_of_the_file_settles_doubts_about_a_single_database() -> None:
    doubtful = Contents({2: Count(10, 1)}, uncertainty=5)
    assert doubtful.counted(Count(12, 1)) == Contents({2: Count(12, 1)})


def test_a_count_of_the_file_tells_nothing_of_several_databases() -> None:
    doubtful = Contents({0: Count(10, 1), 1: Count(1, 0)}, uncertainty=5)
    assert doubtful.counted(Count(12, 1)) == doubtful
