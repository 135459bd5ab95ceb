# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.disk import DataFiles, find_commands, holds_data

AUXILIARY = (
    b"\xfa\x09redis-ver\x067.0.15"  # a short length
    b"\xfa\x0aredis-bits\xc0\x40"  # an integer of one byte
    b"\xfa\x05ctime\xc2\x00\x00\x00\x00"  # of four
    b"\xfa\x04long\x40\x03abc\xfa\x01b\x80\x00\x00\x00\x01b"  # lengths of 14 and of 32 bits
)
END = b"\xff" + b"\0" * 8


@pytest.mark.parametrize(
    ("content", "has_data"),
    [
        (b"", False),
        (b"REDIS0010" + AUXILIARY + END, False),
        (b"VALKEY080" + AUXILIARY + END, False),
        (b"REDIS0010" + AUXILIARY + b"\xfe\x00\xfb\x01\x00" + END, True),
        (b"REDIS0010" + AUXILIARY + b"\xf5\x03lib" + END, True),
        (b"REDIS0010" + AUXILIARY, True),  # cut off
        (b"REDIS0010\xfa\xc3\x01" + END, True),  # compressed
        (b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n", True),
    ],
)
def test_whether_a_file_holds_data(tmp_path: Path, content: bytes, has_data: bool) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(content)
    assert holds_data(path) is has_data


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert not holds_data(tmp_path / "dump.rdb")


def files(tmp_path: Path) -> DataFiles:
    settings = {"dir": str(tmp_path), "dbfilename": "dump.rdb", "appenddirname": "aofs", "appendfilename": "a.aof"}
    return DataFiles.of(settings)


def test_the_aof_is_what_the_manifest_lists(tmp_path: Path) -> None:
    """Trap 3: since 7.0 it is a directory; what a rewrite has replaced is history."""
    (tmp_path / "aofs").mkdir()
    manifest = ["file a.aof.2.base.rdb seq 2 type b", "file a.aof.1.incr.aof seq 1 type h"]
    manifest += ['file "a.aof.2.incr.aof" seq 2 type i startoffset 0']
    (tmp_path / "aofs" / "a.aof.manifest").write_text("\n".join(manifest) + "\n")
    assert [path.name for path in files(tmp_path).aof] == ["a.aof.2.base.rdb", "a.aof.2.incr.aof"]
    assert not files(tmp_path).aof_has_data
    (tmp_path / "aofs" / "a.aof.2.incr.aof").write_bytes(b"*1\r\n$8\r\nFLUSHALL\r\n")
    assert files(tmp_path).aof_has_data


def test_the_aof_of_before_7(tmp_path: Path) -> None:
    assert files(tmp_path).aof == []
    (tmp_path / "a.aof").write_bytes(b"*1\r\n")
    assert files(tmp_path).aof == [tmp_path / "a.aof"]
    old = DataFiles.of({"dir": str(tmp_path), "dbfilename": "dump.rdb", "appendfilename": "a.aof"})
    assert old.aof == [tmp_path / "a.aof"]


def test_commands_in_an_aof(tmp_path: Path) -> None:
    """Trap 10: whatever their case, but not as part of other words."""
    path, empty = tmp_path / "incr.aof", tmp_path / "empty.aof"
    empty.touch()
    path.write_bytes(
        b"*1\r\n$8\r\nflushall\r\n*2\r\n$6\r\nNOTDEL\r\n$3\r\nDEL\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n"
    )
    names = {"FLUSHALL", "DEL", "SET", "old-flushall"}
    assert find_commands([path, empty], names) == {"FLUSHALL", "SET"}
    assert find_commands([path], ()) == frozenset()
