# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what is written gets to the disk."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..conf.disk import DataFiles
from ..keys import KEY_SECONDS
from ..waiting import wait_until
from .rows import Row, judge
from .subject import Subject

AOF_SECONDS = 5.0
"""A write reaches the file before it is answered, or within a second while the disk is busy: this is far more."""

_FILES = {"dir": "", "dbfilename": "dump.rdb", "appenddirname": "appendonlydir", "appendfilename": "appendonly.aof"}
"""The settings that name the files, with the server's own defaults."""


def check_persistence(subject: Subject) -> Iterator[Row]:
    info = subject.info
    wanted = subject.configuration.last("appendonly", "no")
    found = "yes" if info["aof_enabled"] == "1" else "no"
    yield judge(
        "persistence.appendonly",
        f"{wanted}, as configured",
        found,
        found == wanted,
        "the switch of appendonly, which has to be made on the running server before the files say so",
    )
    yield judge(
        "persistence.loading",
        "loaded",
        "loading" if info["loading"] == "1" else "loaded",
        info["loading"] == "0",
        "INFO persistence, loading_eta_seconds",
    )
    statuses = {"rdb_last_bgsave_status": "the server's log; disk space and permissions of its directory"}
    if found == "yes":
        statuses |= {
            "aof_last_write_status": "the server's log; disk space of its directory",
            "aof_last_bgrewrite_status": "the server's log; disk space, vm.overcommit_memory",
        }
    for name, look_at in statuses.items():
        yield judge(f"persistence.{name}", "ok", info[name], info[name] == "ok", look_at)
    if found == "yes":
        yield _growth(subject)


def _growth(subject: Subject) -> Row:
    name, expected = "persistence.aof_on_disk", "grows with a write"
    if not subject.may_write:
        return judge(name, expected, "check mode writes nothing", None, "")
    if subject.info["role"] != "master":
        return judge(name, expected, "a replica takes no writes", None, "")
    files = DataFiles.of({each: subject.setting(each, default) for each, default in _FILES.items()}).aof
    before = _size(files)
    key = f"{subject.wanted.key_prefix}{uuid.uuid4().hex}"
    subject.connected.command("SET", key, uuid.uuid4().hex, "EX", KEY_SECONDS)
    try:
        after, _attempts = wait_until(lambda: _size(files), lambda size: size > before, AOF_SECONDS, subject.clock)
    finally:
        subject.connected.command("DEL", key)
    return judge(
        name,
        expected,
        f"{after - before} bytes more",
        after > before,
        f"{', '.join(map(str, files)) or 'no file of an AOF is there'}: are these the files that it writes?",
    )


def _size(files: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.exists())
