# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a subnet group."""

from __future__ import annotations

from ...reconcile.compare import same_set
from ...reconcile.field import Field, Fields, unique

FIELDS = Fields(
    (
        Field(
            "subnet_group_name",
            {"type": "str", "required": True, "aliases": ["name"]},
            "CacheSubnetGroupName",
            parse=str.lower,
        ),
        Field("description", {"type": "str"}, "CacheSubnetGroupDescription"),
        Field(
            "subnet_ids",
            {"type": "list", "elements": "str"},
            "SubnetIds",
            same=same_set,
            parse=unique,
            encode=list,
        ),
    )
)
COMPARED = ("description", "subnet_ids")
