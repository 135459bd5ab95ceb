# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The snapshot before a flush: its name, and whether one that is there already will do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from ...reconcile.problems import Refused

SUFFIX = "-before-flush"
LONGEST_STEM = 40 - len("-9999")
"""With a number of four digits a name is as long as the console lets the name of a backup be; the API takes more.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-manual.html"""
HASH_DIGITS = 8


@dataclass(frozen=True)
class SnapshotTold:
    """`is_new`: it is taken by this run. `path` is that of a backup on a host. `created`, ISO 8601 in UTC, is None
    for one that would be taken. `warnings` are for whoever reads the result."""

    name: str
    is_new: bool
    path: str | None = None
    created: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def cautions(self) -> tuple[str, ...]:
        """The warnings, and what a snapshot that was there already does not have."""
        if self.is_new:
            return self.warnings
        since = f", of {self.created}" if self.created else ""
        lost = "What was written since is in no snapshot, and the flush takes it away."
        return (*self.warnings, f"the snapshot {self.name} was there already{since}. {lost}")


class SnapshotBefore(Protocol):
    """Where the data that is to be flushed can be had again from."""

    def foresee(self) -> SnapshotTold:
        """What `take` will do. Changes nothing. Raises Refused with all that speaks against it."""

    def take(self) -> SnapshotTold:
        """To be called after `foresee`; returns when it is available. Raises Failure."""


def stem_of(cache: str) -> str:
    """`shop` → shop-before-flush. Long names are cut, and told apart by a hash of the whole."""
    if len(cache) + len(SUFFIX) <= LONGEST_STEM:
        return cache + SUFFIX
    digits = sha256(cache.encode()).hexdigest()[:HASH_DIGITS]
    kept = cache[: LONGEST_STEM - len(SUFFIX) - HASH_DIGITS - 1].rstrip("-")
    return f"{kept}-{digits}{SUFFIX}"


def next_name(stem: str, taken: Iterable[str]) -> str:
    """`stem` with the number after the highest that was given: what check mode foretells is what the run does."""
    numbered = re.compile(rf"{re.escape(stem)}-(\d{{1,9}})", re.IGNORECASE)
    numbers = [int(found[1]) for found in map(numbered.fullmatch, taken) if found]
    return f"{stem}-{max(numbers, default=0) + 1}"


def require_recent(name: str, created: str, max_age: int, now: datetime) -> None:
    """A snapshot that is there already stands for one that a run had taken before it was ended. Raises Refused.

    `created` is empty for one that is in the making.
    """
    if not created:
        return
    age = now - datetime.fromisoformat(created.replace("Z", "+00:00"))
    if age.total_seconds() > max_age:
        raise Refused(
            [
                f"snapshot_name: {name} is there already, of {created}. That is more than {max_age} seconds ago, and "
                "what was written since would be lost: give another name, or a larger snapshot_max_age."
            ]
        )
