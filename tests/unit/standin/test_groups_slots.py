# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin.behavior.replication_groups.slots import (
    Slots,
    parse_slots,
    rebalance,
    require_complete,
    show_slots,
    split_evenly,
)
from tests.standin.core.errors import ApiError
from tests.standin.engines.plan import SLOT_COUNT


def size(slots: Slots) -> int:
    return sum(last - first + 1 for first, last in slots)


@pytest.mark.parametrize(
    ("count", "ranges"),
    [
        (1, ["0-16383"]),
        (2, ["0-8191", "8192-16383"]),
        (3, ["0-5461", "5462-10922", "10923-16383"]),
    ],
)
def test_slots_are_split_in_order(count: int, ranges: list[str]) -> None:
    assert [show_slots(slots) for slots in split_evenly(count)] == ranges


@given(st.integers(1, 90))
def test_a_split_is_complete_and_even(count: int) -> None:
    layout = split_evenly(count)
    require_complete(layout)
    assert max(map(size, layout)) - min(map(size, layout)) <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12))
def test_rebalancing_moves_no_more_than_it_must(before: int, after: int) -> None:
    owned = {f"{number:04d}": slots for number, slots in enumerate(split_evenly(before), start=1)}
    target = [f"{number:04d}" for number in range(1, after + 1)]
    spread = rebalance(owned, target)
    require_complete(spread.values())
    assert max(map(size, spread.values())) - min(map(size, spread.values())) <= 1
    kept = sum(len(numbers(spread[shard]) & numbers(owned.get(shard, ()))) for shard in target)
    assert kept >= SLOT_COUNT * min(before, after) // max(before, after) - max(before, after)


def numbers(slots: Slots) -> set[int]:
    return {slot for first, last in slots for slot in range(first, last + 1)}


def test_slots_are_read_as_they_are_written() -> None:
    assert parse_slots("0-100, 200-300,7000") == ((0, 100), (200, 300), (7000, 7000))
    assert show_slots(((0, 100), (200, 300))) == "0-100,200-300"


@pytest.mark.parametrize("text", ["", "a-b", "5-3", "0-16384", "1-", "0-5;6-9"])
def test_slots_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ApiError, match="Invalid slots"):
        parse_slots(text)


@pytest.mark.parametrize("layout", [["0-100"], ["0-8191", "8193-16383"], ["0-8191", "8000-16383"], ["1-16383"]])
def test_a_layout_with_gaps_or_overlaps_is_refused(layout: list[str]) -> None:
    with pytest.raises(ApiError, match="without gaps or overlaps"):
        require_complete(parse_slots(text) for text in layout)
