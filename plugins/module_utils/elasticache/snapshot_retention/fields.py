# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a retention rule."""

from __future__ import annotations

from collections.abc import Iterable

from ...reconcile.field import Field, Fields, unique

SOURCES = ("replication_group_id", "cache_cluster_id", "serverless_cache_name")
"""Whose snapshots are meant: exactly one is given."""


def lowered(names: Iterable[str]) -> tuple[str, ...]:
    return unique(str(name).lower() for name in names)


NAMES = {"type": "list", "elements": "str", "default": []}

FIELDS = Fields(
    (
        *(Field(name, {"type": "str"}, parse=str.lower) for name in SOURCES),
        Field("keep_last", {"type": "int", "default": 1}),
        Field("keep_days", {"type": "int"}),
        Field("name_prefixes", NAMES, parse=lowered),
        Field("names", NAMES, parse=lowered),
    )
)
