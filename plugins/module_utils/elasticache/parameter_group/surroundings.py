# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be known beyond the group itself, read only where a plan depends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .normalize import Table

DELETING = "deleting"


@dataclass(frozen=True)
class CacheUser:
    """A replication group, or a cluster that stands alone, that uses the parameter group."""

    identifier: str
    is_leaving: bool


@dataclass(frozen=True)
class Surroundings:
    """`defaults`: the family's table, before a creation and for resets. `families`: those that the region offers, read
    only when the wanted one is none of them. `users`: empty also where nothing depends on them; None: not readable."""

    defaults: Table = field(default_factory=dict)
    families: tuple[str, ...] = ()
    users: tuple[CacheUser, ...] | None = ()


def users_of(clusters: Sequence[Mapping[str, Any]], name: str) -> tuple[CacheUser, ...]:
    """Which of `clusters` (members included) use the parameter group, each replication group once."""
    using = [
        each for each in clusters if each.get("CacheParameterGroup", {}).get("CacheParameterGroupName", "") == name
    ]
    leaving: dict[str, bool] = {}
    for each in using:
        identifier = each.get("ReplicationGroupId") or each["CacheClusterId"]
        is_leaving = each.get("CacheClusterStatus") == DELETING
        leaving[identifier] = leaving.get(identifier, True) and is_leaving
    return tuple(CacheUser(identifier, is_leaving) for identifier, is_leaving in sorted(leaving.items()))
