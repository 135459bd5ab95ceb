# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples that are kept, and counts that allow for nothing but what may have happened."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.contents import (
    Standing,
    counts,
    remember,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import Count, Sample


def test_counts_come_from_databases_alone() -> None:
    told = {"db0": "keys=3,expires=1,avg_ttl=0", "db11": "keys=4,expires=0,avg_ttl=0,subexpiry=0", "dbsize": "keys=9"}
    told.pop("dbsize")
    assert counts({**told, "redis_version": "7.0.15"}) == {0: Count(3, 1), 11: Count(4, 0)}


def standing(**others: Any) -> Standing:
    given: dict[str, Any] = {"changes": 10, "removed": 3, "saved_at": "1", "not_loaded": 0, **others}
    return Standing({0: Count(5, 1)}, **given)


@pytest.mark.parametrize(
    ("later", "changes"),
    [
        (standing(), 0),
        (standing(changes=14), 4),
        (standing(changes=14, removed=5), 6),
        (standing(changes=2), None),  # a save set it back
        (standing(saved_at="2", changes=11), None),
        (standing(removed=0), None),  # CONFIG RESETSTAT
    ],
)
def test_changes_while_the_copy_was_fixed(later: Standing, changes: int | None) -> None:
    assert remember(standing(), later, {}, {}).uncertainty == changes


def sample(digest: str = "d", expires_at: int | None = None) -> Sample:
    return Sample(0, "key", "string", digest, expires_at)


@pytest.mark.parametrize(
    ("first", "second", "is_kept"),
    [
        (sample(), sample(), True),
        (sample(), sample("e"), False),
        (sample(), sample(expires_at=5), False),
        (sample(expires_at=10_000), sample(expires_at=11_000), True),
        (sample(expires_at=10_000), sample(expires_at=19_000), False),
        (sample(), None, False),
    ],
)
def test_a_sample_that_changed_meanwhile_is_dropped(first: Sample, second: Sample | None, is_kept: bool) -> None:
    again = {(0, "key"): second} if second else {}
    assert bool(remember(standing(), standing(), {(0, "key"): first}, again).samples) is is_kept
