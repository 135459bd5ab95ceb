# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.places import Places
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.staging import Swap


def test_what_another_restore_moved_aside_is_left_alone(tmp_path: Path) -> None:
    """Undoing a swap that could not begin puts nothing back, and does not fail for what it has not made."""
    data, aside, folder = tmp_path / "data", tmp_path / "data/replaced", tmp_path / "folder"
    for each in (data, aside, folder):
        each.mkdir()
    (aside / "dump.rdb").write_text("of another restore")
    (data / "dump.rdb").write_text("present")
    swap = Swap(Places(str(data), "dump.rdb", "appendonlydir", "appendonly.aof", appends=False), str(aside))
    with pytest.raises(FileExistsError):
        swap.do(str(folder))
    swap.undo()
    assert (data / "dump.rdb").read_text() == "present"
    assert (aside / "dump.rdb").read_text() == "of another restore"
