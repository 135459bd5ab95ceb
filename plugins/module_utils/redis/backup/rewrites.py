# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping the server from rewriting its append-only file, which would need the disk twice while a copy is made."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..failures import CheckError
from ..local import LocalServer
from .disk import write_text

SETTING = "auto-aof-rewrite-percentage"
NEVER = "0"
_RECORD = ".rewrite-held-"
_NOT_OURS_TO_CHANGE = {"COMMAND_REMOVED", "NOPERM"}


@contextlib.contextmanager
def held(server: LocalServer, folder: str, instance: str) -> Iterator[str | None]:
    """Gives why rewrites could not be held, None if they are. However the block ends, the old value is given back.

    The value is also kept in `folder`, so that the next run gives it back for one that was killed.
    """
    record = Path(folder, f"{_RECORD}{instance}")
    try:
        _give_back(server, record)
        before = server.settings(SETTING)[SETTING]
    except CheckError as error:
        if error.code not in _NOT_OURS_TO_CHANGE:
            raise
        yield f"automatic rewrites went on meanwhile, since they could not be held: {error.detail}"
        return
    if before == NEVER:
        yield None
        return
    write_text(str(record), before)
    try:
        server.command("CONFIG", "SET", SETTING, NEVER)
        yield None
    finally:
        _give_back(server, record)


def _give_back(server: LocalServer, record: Path) -> None:
    if record.exists():
        before = record.read_text(encoding="utf-8")
        if before:  # a full disk or a power cut leaves it empty, and then nothing had been held yet
            server.command("CONFIG", "SET", SETTING, before)
        os.unlink(record)
