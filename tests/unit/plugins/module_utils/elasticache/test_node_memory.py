# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.node_memory import (
    GIB,
    smallest_node_type,
    usable_memory,
)

T_SIZES = ("cache.t3.small", "cache.t3.medium", "cache.t3.micro")
R_SIZES = ("cache.r7g.xlarge", "cache.r7g.large", "cache.r6g.large", "cache.r8g.large", "cache.r6gd.xlarge")


def test_a_part_of_the_memory_is_reserved() -> None:
    assert usable_memory("cache.t3.micro") == 402653184
    assert usable_memory("cache.t3.micro", reserved_percent=50) == 268435456
    assert usable_memory("cache.t3.micro", reserved_percent=0) == 536870912


@pytest.mark.parametrize("name", ["cache.r6gd.xlarge", "cache.q9.large", ""])
def test_what_is_not_documented_is_not_known(name: str) -> None:
    assert usable_memory(name) is None


@pytest.mark.parametrize(
    ("needed", "like", "found"),
    [
        (0, "cache.t3.medium", "cache.t3.micro"),
        (402653184, "cache.t3.medium", "cache.t3.micro"),
        (402653185, "cache.t3.medium", "cache.t3.small"),
        (3 * GIB, "cache.t3.medium", "cache.r6g.large"),
        (3 * GIB, "cache.r7g.xlarge", "cache.r7g.large"),
        (11 * GIB, "cache.r6g.large", "cache.r7g.xlarge"),
        (1, "cache.r8g.xlarge", "cache.r8g.large"),
        (1, "cache.t2.micro", "cache.t3.micro"),
        (1, "cache.r6gd.xlarge", None),
        (100 * GIB, "cache.t3.medium", None),
    ],
)
def test_the_smallest_node_that_holds_the_data(needed: int, like: str, found: str | None) -> None:
    assert smallest_node_type(needed, like, (*R_SIZES, *T_SIZES, "cache.t2.small", "cache.q9.large")) == found


def test_nothing_is_offered() -> None:
    assert smallest_node_type(1, "cache.t3.micro", ()) is None
