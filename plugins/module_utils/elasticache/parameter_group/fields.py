# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a parameter group."""

from __future__ import annotations

from ...reconcile.field import Field, Fields
from ...reconcile.plan import Disruption
from .values import plain_parameters

FIELDS = Fields(
    (
        Field(
            "parameter_group_name",
            {"type": "str", "required": True, "aliases": ["name"]},
            "CacheParameterGroupName",
            parse=str.lower,
        ),
        Field(
            "family",
            {"type": "str"},
            "CacheParameterGroupFamily",
            on_change=Disruption.REPLACEMENT,
            parse=str.lower,
        ),
        Field("description", {"type": "str"}, "Description", on_change=Disruption.REPLACEMENT),
        Field("parameters", {"type": "dict"}, parse=plain_parameters),
    )
)
IMMUTABLE = ("family", "description")
"""Fixed at creation, and required for it: no call changes them.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheParameterGroup.html"""
