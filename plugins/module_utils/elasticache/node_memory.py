# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much data a node holds: bytes by node type, which AWS documents and no request tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .node_types import DATA_TIERING, RETIRED, VALKEY_ONLY, family_and_size

GIB = 2**30

MAXMEMORY = {
    "cache.t3.micro": 536870912,
    "cache.t3.small": 1471026299,
    "cache.t3.medium": 3317862236,
    "cache.t4g.micro": 536870912,
    "cache.t4g.small": 1471026299,
    "cache.t4g.medium": 3317862236,
    "cache.c7gn.large": 3317862236,
    "cache.m5.large": 6854542746,
    "cache.m6g.large": 6854542746,
    "cache.m6g.xlarge": 13891921715,
    "cache.m6g.2xlarge": 27966669210,
    "cache.m7g.large": 6854542746,
    "cache.m7g.xlarge": 13891921715,
    "cache.m7g.2xlarge": 27966669210,
    "cache.m8g.large": 7294178820,
    "cache.r5.large": 14037181030,
    "cache.r6g.large": 14037181030,
    "cache.r6g.xlarge": 28261849702,
    "cache.r6g.2xlarge": 56711183565,
    "cache.r6g.4xlarge": 113609865216,
    "cache.r7g.large": 14037181030,
    "cache.r7g.xlarge": 28261849702,
    "cache.r7g.2xlarge": 56711183565,
    "cache.r7g.4xlarge": 113609865216,
    "cache.r8g.large": 15222495510,
}
"""Bytes of `maxmemory`, before `reserved-memory-percent` takes its part.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html, read mid 2026."""

RESERVED_MEMORY_ADVICE = {"micro": 50, "small": 30}
"""Percent that the user guide advises to reserve on small nodes; the default is 25.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html"""

RESERVED_PERCENT = 25
"""What `reserved-memory-percent` is unless a parameter group says otherwise. Same page."""


def usable_memory(node_type: str, reserved_percent: int = RESERVED_PERCENT) -> int | None:
    """Bytes that data may fill; None for node types that are not documented, and for those that tier data to disk."""
    found = MAXMEMORY.get(node_type)
    return None if found is None else found * (100 - reserved_percent) // 100


def smallest_node_type(
    bytes_needed: int, like: str, offered: Iterable[str], reserved_percent: int = RESERVED_PERCENT
) -> str | None:
    """The smallest of `offered` that holds the data: of the family of `like` if one does, else of any family that runs
    what `like` runs. None where none does, or the memory of none is known."""
    own = family_and_size(like)[0]
    memory = {each: usable_memory(each, reserved_percent) for each in replacements(like, offered)}
    fitting = {each: size for each, size in memory.items() if size is not None and size >= bytes_needed}
    return min(fitting, key=lambda each: (family_and_size(each)[0] != own, fitting[each], each), default=None)


def replacements(like: str, offered: Iterable[str]) -> Iterator[str]:
    """Those of `offered` that can be had anew and run what `like` runs: tiered data stays on families that tier, and a
    family for Valkey alone takes the place of no other."""
    own = family_and_size(like)[0]
    for each in offered:
        family = family_and_size(each)[0]
        is_alike = (family in DATA_TIERING) == (own in DATA_TIERING) and family not in VALKEY_ONLY
        if family not in RETIRED and (family == own or is_alike):
            yield each
