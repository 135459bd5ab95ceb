# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a server's data stood still between two looks at INFO. Pure, but for the look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .rounds import KeyspaceSession

_DATABASE = re.compile(r"^db(\d+):keys=(\d+),expires=(\d+)", re.MULTILINE)

# What a server does by itself. The names of expired hash fields are Redis' and Valkey's.
_COUNTERS = {
    "evicted_keys": "keys were evicted",
    "expired_fields": "hash fields expired",
    "expired_keys": "keys expired",
    "expired_subkeys": "hash fields expired",
}


@dataclass(frozen=True)
class Look:
    """`databases`: number to (keys, keys with an expiry). `facts`: INFO as it is; managed caches leave some out."""

    facts: Mapping[str, str]
    databases: Mapping[int, tuple[int, int]]

    @property
    def is_cluster_node(self) -> bool:
        return self.facts.get("cluster_enabled") == "1"


def look_at(session: KeyspaceSession) -> Look:
    return look_from(str(session.command("INFO")))


def look_from(info: str) -> Look:
    facts = dict(line.split(":", 1) for line in info.splitlines() if ":" in line and not line.startswith("#"))
    found = [tuple(map(int, match.groups())) for match in _DATABASE.finditer(info)]
    return Look(facts, {number: (keys, expires) for number, keys, expires in found})


def movements(before: Look, after: Look) -> list[str]:
    """What is known to have moved, or cannot be known to have stood still."""
    return [*_other_data(before, after), *_counts(before, after), *_counters(before, after), *_writes(before, after)]


def _other_data(before: Look, after: Look) -> Iterator[str]:
    if before.facts.get("run_id") != after.facts.get("run_id"):
        yield "the server was restarted"
    elif before.facts.get("master_replid") != after.facts.get("master_replid"):
        yield "the server got another replication id, and so perhaps other data"


def _counts(before: Look, after: Look) -> Iterator[str]:
    for number in sorted({*before.databases, *after.databases}):
        then, now = before.databases.get(number, (0, 0)), after.databases.get(number, (0, 0))
        if then != now:
            yield f"database {number} went from {then[0]} keys ({then[1]} with an expiry) to {now[0]} ({now[1]})"


def _counters(before: Look, after: Look) -> Iterator[str]:
    for name, what in _COUNTERS.items():
        grown = int(after.facts.get(name, 0)) - int(before.facts.get(name, 0))
        if grown:
            yield f"{what}: {grown}"


def _writes(before: Look, after: Look) -> Iterator[str]:
    """By the count of changes since the last save; where a save came between, or no count is told, by the offset.

    The offset of the replication stream also moves by the PINGs to replicas, and does not move at all in a server that
    never had one: so it is the second choice.
    """
    changes = [look.facts.get("rdb_changes_since_last_save") for look in (before, after)]
    saves = [look.facts.get("rdb_last_save_time") for look in (before, after)]
    offsets = [look.facts.get("master_repl_offset", "0") for look in (before, after)]
    if None not in changes and saves[0] == saves[1]:
        written = int(changes[1] or 0) - int(changes[0] or 0)
        if written:
            yield f"changes were made: {written}"
    elif offsets[0] != offsets[1]:
        yield "the replication stream moved, by changes or by PINGs"
    elif offsets[0] == "0":
        yield "the server does not tell whether anything was written"
