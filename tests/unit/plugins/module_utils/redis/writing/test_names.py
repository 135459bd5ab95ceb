# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of keys that all hash to one shard."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.names import new_names, slot_of, slot_ranges


@pytest.mark.parametrize(("hashed", "slot"), [("123456789", 0x31C3), ("foo", 12182), ("", 0)])
def test_slots_are_those_of_the_specification(hashed: str, slot: int) -> None:
    assert slot_of(hashed) == slot


@pytest.mark.parametrize(
    ("slots", "ranges"), [("0-16383", [(0, 16383)]), ("0-1,5,100-101", [(0, 1), (5, 5), (100, 101)])]
)
def test_ranges_as_the_service_writes_them(slots: str, ranges: list[tuple[int, int]]) -> None:
    assert list(slot_ranges(slots)) == ranges


@pytest.mark.parametrize("slots", ["0-8191", "8192-16383", "77", "1-2,16383"])
def test_all_keys_are_in_a_slot_of_the_shard(slots: str) -> None:
    names = new_names("drill:", slots)
    tags = {names.of(number).partition("{")[2].partition("}")[0] for number in range(5)}
    assert len({names.of(number) for number in range(5)}) == 5
    assert len(tags) == 1
    assert any(first <= slot_of(tags.pop()) <= last for first, last in slot_ranges(slots))


def test_no_run_shares_names_with_another() -> None:
    first, second = new_names("drill:"), new_names("drill:")
    assert first.of(1).startswith("drill:")
    assert first.of(1) != second.of(1)
