# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making sure that what is in memory is on disk, before something relies on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...reconcile.problems import Failure, Refused
from ..local import LocalServer
from ..patience import Patience
from ..waiting import wait_until
from .disk import DataFiles, find_commands
from .observe import count_keys


@dataclass(frozen=True)
class AofSwitch:
    """Keys by database, when the AOF was asked for and when it was complete."""

    keys_before: Mapping[str, int]
    keys_after: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        return {"keys_before": dict(self.keys_before), "keys_after": dict(self.keys_after)}


def switch_aof_on(server: LocalServer, patience: Patience) -> AofSwitch:
    """The one way that keeps the data: a server that starts with an AOF loads nothing else (Redis persistence page).

    Raises Failure, with the AOF off again, when it could not be written.
    """
    before = count_keys(server.info("keyspace"))
    server.command("CONFIG", "SET", "appendonly", "yes")
    try:
        _await_aof(server, patience)
        if any(before.values()) and not DataFiles.of(server.settings()).aof_has_data:
            raise Failure("the server says that its AOF is complete, yet there is nothing in it")
    except Failure as failure:
        server.command("CONFIG", "SET", "appendonly", "no")
        raise Failure(f"{failure}. The AOF is off again, nothing else was changed") from failure
    return AofSwitch(before, count_keys(server.info("keyspace")))


def save_snapshot(server: LocalServer, patience: Patience) -> None:
    """Make the RDB file as new as the memory. Raises Failure."""
    _await_idle(server, patience, "snapshot")
    server.command("BGSAVE")
    told = _await_idle(server, patience, "snapshot")
    if told["rdb_last_bgsave_status"] != "ok":
        raise Failure("the snapshot failed: see the server's log, and the free space of its directory")


def rewrite_aof_without(server: LocalServer, names: Collection[str], patience: Patience) -> None:
    """Let the AOF forget commands that are about to lose their names. Raises Refused when they are still in it."""
    server.command("BGREWRITEAOF")
    _await_aof(server, patience)
    left = find_commands(DataFiles.of(server.settings()).aof, names)
    if left:
        why = "the AOF has them even after a BGREWRITEAOF, so the server would not start with the new names"
        again = "somebody uses them right now, or aof-use-rdb-preamble is off"
        raise Refused([f"{', '.join(sorted(left))}: {why} ({again})"])


def _await_aof(server: LocalServer, patience: Patience) -> None:
    told = _await_idle(server, patience, "AOF")
    if told["aof_last_bgrewrite_status"] != "ok":
        raise Failure("the AOF could not be written: see the server's log, and the free space of its directory")


def _await_idle(server: LocalServer, patience: Patience, what: str) -> Mapping[str, str]:
    told, _attempts = wait_until(lambda: server.info("persistence"), _is_idle, patience.seconds, patience.clock)
    if not _is_idle(told):
        raise Failure(f"the {what} was not complete after {patience.seconds:g} seconds (wait_timeout)")
    return told


def _is_idle(told: Mapping[str, str]) -> bool:
    busy = ("rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled")
    return all(told.get(name, "0") == "0" for name in busy)
