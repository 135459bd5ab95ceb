# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server does in the background to have its data on the disk, asked for and awaited."""

from __future__ import annotations

from pathlib import Path

from ...reconcile.problems import Failure
from ..local import LocalServer
from ..patience import Patience

LOG_BYTES = 4096
_CHILDREN = ("loading", "rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled")


def await_idle(server: LocalServer, patience: Patience) -> None:
    """Neither loading, nor saving, nor rewriting: only one of them is done at a time."""
    patience.await_persistence(
        server,
        lambda told: all(told.get(name, "0") == "0" for name in _CHILDREN),
        "loads its data, saves or rewrites",
    )


def await_save(server: LocalServer, began: float, patience: Patience) -> str:
    """When the save ended, as the server tells it. Raises Failure if it did not succeed; the server then tells why in
    its log only. `began` in seconds since 1970."""
    told = patience.await_persistence(server, lambda told: told["rdb_bgsave_in_progress"] == "0", "saves (BGSAVE)")
    succeeded = told["rdb_last_bgsave_status"] == "ok" and int(told["rdb_last_save_time"]) >= int(began)
    if not succeeded:
        raise Failure(
            "BGSAVE failed, so there is no backup, and with save points the server refuses writes (MISCONF) until a "
            f"save succeeds{_words_of_log(server)}"
        )
    return told["rdb_last_save_time"]


def _words_of_log(server: LocalServer) -> str:
    """The last warnings of the server's log file, where it has one that can be read here."""
    path = Path(server.configuration.last("logfile") or "/dev/null")
    if not path.is_absolute() or not path.is_file():
        return ". Its log says why"
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - LOG_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
    warnings = [line.split(" # ", 1)[1] for line in lines if " # " in line]
    return f". Its log ends with: {'; '.join(warnings[-3:])}"
