# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node types: their names, and what AWS documents about their families and no request tells."""

from __future__ import annotations

import re

FORM = re.compile(r"cache\.([a-z0-9]+)\.([a-z0-9]+)")

BURSTABLE = frozenset({"t1", "t2", "t3", "t4g"})
"""Families on CPU credits; they can neither tier data nor join a global datastore.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html"""

DATA_TIERING = frozenset({"r6gd"})
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html"""

RETIRED = frozenset({"c1", "m1", "m2", "m3", "r3", "t1", "t2"})
"""Families of which no new node can be had; existing ones run on.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html and the API model, 2026."""

OLDEST_REDIS = {
    "m6g": "5.0.6",
    "r6g": "5.0.6",
    "t4g": "5.0.6",
    "c7gn": "6.2",
    "m7g": "6.2",
    "r6gd": "6.2",
    "r7g": "6.2",
}
VALKEY_ONLY = frozenset({"c8gn", "m8g", "r8g"})
"""Which engine a family takes at least. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html,
read 2026-04-13."""


def family_and_size(node_type: str | None) -> tuple[str, str]:
    """`cache.t3.micro` → t3, micro; empty where the name has another form."""
    found = FORM.fullmatch(node_type or "")
    return (found[1], found[2]) if found else ("", "")
