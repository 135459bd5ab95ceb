# SPDX-License-Identifier: GPL-3.0-or-later
"""Digests that are equal for equal values, and counts that allow for nothing but what may have happened."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.contents import (
    Standing,
    counts,
    digest,
    remember,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import Count, Sample


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("hash", [b"a", b"1", b"b", b"2"], [b"b", b"2", b"a", b"1"]),
        ("set", [b"a", b"b"], [b"b", b"a"]),
        ("zset", [b"a", b"0.10000000000000001", b"b", b"2"], [b"a", b"0.1", b"b", b"2"]),
    ],
)
def test_order_and_form_make_no_difference(kind: str, one: Any, other: Any) -> None:
    assert digest(kind, one) == digest(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("string", b"a", b"b"),
        ("string", b"\xff", b"\xfe"),
        ("list", [b"a", b"b"], [b"b", b"a"]),
        ("list", [b"a", b"bc"], [b"ab", b"c"]),
        ("hash", [b"a", b"1", b"b", b"2"], [b"a", b"2", b"b", b"1"]),
        ("zset", [b"a", b"1", b"b", b"2"], [b"a", b"2", b"b", b"1"]),
        ("stream", [[b"1-1", [b"f", b"v"]]], [[b"1-1", [b"f", b"w"]]]),
    ],
)
def test_other_values_have_other_digests(kind: str, one: Any, other: Any) -> None:
    assert digest(kind, one) != digest(kind, other)


def test_values_of_other_types_have_other_digests() -> None:
    assert digest("list", [b"a"]) != digest("set", [b"a"])


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
