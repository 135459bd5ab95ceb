# SPDX-License-Identifier: GPL-3.0-or-later
"""Slot arithmetic, and what a node says about its cluster."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standin.engines.cluster_view import Seen, parse_view
from tests.standin.engines.plan import SLOT_COUNT, SlotRange
from tests.standin.engines.slots import Move, check_cover, compress, expand, plan_moves

SLOTS = st.sets(st.integers(0, SLOT_COUNT - 1), max_size=60)
Slots = dict[str, set[int]]
SHARDS = ("0001", "0002", "0003")


@given(SLOTS)
def test_ranges_hold_exactly_the_slots_that_they_were_made_of(slots: set[int]) -> None:
    ranges = compress(slots)
    assert expand(ranges) == slots
    assert all(last + 1 < first for (_other1, last), (first, _other2) in pairwise(ranges))


@st.composite
def distributions(draw: st.DrawFn) -> Slots:
    """Some slots, each at one of the shards or at none."""
    owners = draw(st.dictionaries(st.integers(0, 40), st.sampled_from([*SHARDS, None])))
    return {shard: {slot for slot, owner in owners.items() if owner == shard} for shard in SHARDS}


@given(distributions(), distributions())
def test_moves_lead_from_one_distribution_to_another(current: Slots, wanted: Slots) -> None:
    moves = plan_moves(current, wanted)
    reached = {shard: set(slots) for shard, slots in current.items()}
    for move in moves:
        if move.source is not None:
            assert set(move.slots) <= reached[move.source]
            reached[move.source] -= set(move.slots)
        reached[move.target] |= set(move.slots)
    unwanted = set().union(*current.values()) - set().union(*wanted.values())
    assert {shard: slots - unwanted for shard, slots in reached.items()} == wanted
    assert sum(len(move.slots) for move in moves) == sum(len(wanted[shard] - current[shard]) for shard in SHARDS)


def test_moves_are_one_per_route() -> None:
    current = {"0001": {1, 2, 3, 4}, "0002": {5, 6}}
    wanted = {"0001": {1}, "0002": {5, 2}, "0003": {3, 4, 6, 7}}
    assert plan_moves(current, wanted) == [
        Move("0001", "0002", (2,)),
        Move("0001", "0003", (3, 4)),
        Move("0002", "0003", (6,)),
        Move(None, "0003", (7,)),
    ]


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        ({"0001": [(0, 16383)]}, None),
        ({"0001": [(0, 99), (200, 16383)], "0002": [(100, 199)]}, None),
        ({"0001": [(0, 99)], "0002": [(150, 16383)]}, "no shard has slots ((100, 149),)"),
        ({"0001": [(0, 100)], "0002": [(100, 16383)]}, "slot 100 belongs to shards 0001 and 0002"),
        ({"0001": [(0, 16384)]}, "slot 16384 of shard 0001 does not exist"),
    ],
)
def test_cover_is_checked(ranges: dict[str, list[SlotRange]], problem: str | None) -> None:
    assert check_cover(ranges) == problem


def test_view_is_read_from_what_redis_answers() -> None:
    view = parse_view(
        "aaaa 127.77.0.4:6379@21001 myself,master - 0 1795166688000 1 connected 0-99 200 300-400 [500->-bbbb]\n"
        "bbbb 127.77.0.5:6379@21001 master,fail? - 0 1795166687742 2 connected\n"
        "cccc 127.77.0.6:6379@21001,host.example slave aaaa 0 1795166688749 1 connected\n"
        "dddd 127.77.0.7:6379@21001 slave bbbb 0 1795166688749 2 disconnected\n"
    )
    assert view.own == Seen(None, ((0, 99), (200, 200), (300, 400)))
    assert view.nodes == {
        "aaaa": view.own,
        "bbbb": Seen(None, (), is_settled=False),
        "cccc": Seen("aaaa", ()),
        "dddd": Seen("bbbb", (), is_settled=False),
    }
