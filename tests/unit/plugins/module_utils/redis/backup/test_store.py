# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept, what ends, and what is none of our business."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import Contents, Manifest, Source
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.store import (
    TIME_FORMAT,
    Retention,
    Store,
    require_name,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CONFIG = "/etc/redis/redis.conf"


def backup(days: float, name: str | None = None, config_file: str = CONFIG) -> Manifest:
    """One that was made so many days ago."""
    created = (NOW - timedelta(days=days)).strftime(TIME_FORMAT)
    source = Source("host", config_file, "redis", "7.0.15")
    return Manifest(name or f"before-{days:g}", created, "rdb", source, 10, (), Contents({}))


@pytest.mark.parametrize(
    ("retention", "ended"),
    [
        (Retention(), []),
        (Retention(keep=2), [5, 9]),
        (Retention(keep=9), []),
        (Retention(days=5), [9]),
        (Retention(days=0.5), [1, 5, 9]),
        (Retention(keep=3, days=2), [5, 9]),
    ],
)
def test_what_ends(retention: Retention, ended: list[int]) -> None:
    backups = [backup(days) for days in (5, 1, 9, 0)]
    assert [each.name for each in retention.ends(backups, NOW)] == [f"before-{days}" for days in ended]


def test_the_newest_one_stays_whatever_its_age() -> None:
    assert [each.name for each in Retention(days=1).ends([backup(40), backup(50)], NOW)] == ["before-50"]


def written(path: Path, manifest: Manifest) -> None:
    (path / manifest.name).mkdir(parents=True)
    (path / manifest.name / "manifest.json").write_text(manifest.to_json())


def test_only_whole_backups_of_the_server_are_found(tmp_path: Path) -> None:
    written(tmp_path, backup(1, "ours"))
    written(tmp_path, backup(1, "others", "/etc/redis/redis-other.conf"))
    (tmp_path / "no-manifest").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/manifest.json").write_text("{}")
    (tmp_path / ".partial-x").mkdir()
    (tmp_path / "file").touch()
    assert [each.name for each in Store(str(tmp_path)).backups(CONFIG)] == ["ours"]


def test_a_copy_under_another_name_is_never_taken_for_the_original(tmp_path: Path) -> None:
    """Removing by the name in the manifest would remove something else."""
    written(tmp_path, backup(1, "original"))
    (tmp_path / "original").rename(tmp_path / "copy")
    (tmp_path / "original").mkdir()
    assert Store(str(tmp_path)).backups(CONFIG) == []


def test_there_is_no_directory_yet(tmp_path: Path) -> None:
    assert Store(str(tmp_path / "none")).backups(CONFIG) == []


def test_one_run_at_a_time(tmp_path: Path) -> None:
    lock = os.open(tmp_path / ".lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with pytest.raises(Failure, match="another run"), Store(str(tmp_path)).locked():
            raise AssertionError("both are at work")
    finally:
        os.close(lock)


def test_a_backup_in_the_making_is_gone_after_a_failure(tmp_path: Path) -> None:
    store = Store(str(tmp_path))

    def be_interrupted() -> None:
        with store.partial() as folder:
            (Path(folder) / "dump.rdb").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", ".hidden", "-rf", "a b", "x" * 129])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Refused):
        require_name(name)


@pytest.mark.parametrize("name", ["20260131T020000Z", "before-8.0", "a_b"])
def test_names(name: str) -> None:
    require_name(name)
