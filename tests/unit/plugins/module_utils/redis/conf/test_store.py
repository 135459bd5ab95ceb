# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.store import (
    Owner,
    Snapshot,
    make_directory,
    write,
)

OWN = Owner(0o640, os.geteuid(), os.getegid())


def test_a_file_is_put_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "redis.conf"
    content = b"port 1\r\n# no UTF-8: \xff\n"
    path.write_bytes(content)
    path.chmod(0o604)
    snapshot = Snapshot.take(str(path))
    write(str(path), "port 2\n", OWN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    snapshot.restore()
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_file_that_was_not_there_goes_again(tmp_path: Path) -> None:
    path = tmp_path / "live.conf"
    snapshot = Snapshot.take(str(path))
    snapshot.restore()
    write(str(path), "hz 20\n", OWN)
    snapshot.restore()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_write_that_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        write(str(tmp_path), "text", OWN)
    path = tmp_path / "taken"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write(str(path), "text", OWN)
    assert list(tmp_path.iterdir()) == [path]


def test_directories(tmp_path: Path) -> None:
    path = tmp_path / "redisops" / "default"
    make_directory(str(path), Owner(0o750, OWN.uid, OWN.gid))
    path.chmod(0o700)
    make_directory(str(path), Owner(0o750, OWN.uid, OWN.gid))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o055 == 0o055


def test_owners_that_have_no_name() -> None:
    assert str(Owner(0o640, 4_000_000, 4_000_001)) == "0640 4000000:4000001"


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file, link = tmp_path / "elsewhere/redis.conf", tmp_path / "redis.conf"
    file.write_text("port 1\n")
    link.symlink_to(file)
    write(str(link), "port 2\n", OWN)
    assert link.is_symlink()
    assert file.read_text() == "port 2\n"
