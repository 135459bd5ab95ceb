# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on hash slots. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.standin.engines.plan import SLOT_COUNT, SlotRange


@dataclass(frozen=True)
class Move:
    """`slots` go from one shard to another; `source` is None for slots that nobody holds."""

    source: str | None
    target: str
    slots: tuple[int, ...]


def expand(ranges: Iterable[SlotRange]) -> set[int]:
    return {slot for first, last in ranges for slot in range(first, last + 1)}


def compress(slots: Iterable[int]) -> tuple[SlotRange, ...]:
    ranges: list[SlotRange] = []
    for slot in sorted(slots):
        if ranges and ranges[-1][1] == slot - 1:
            ranges[-1] = (ranges[-1][0], slot)
        else:
            ranges.append((slot, slot))
    return tuple(ranges)


def plan_moves(current: Mapping[str, set[int]], wanted: Mapping[str, set[int]]) -> list[Move]:
    """Find what makes `current` into `wanted`, both by shard."""
    owners = {slot: shard for shard, slots in current.items() for slot in slots}
    by_route: dict[tuple[str | None, str], list[int]] = {}
    for target, slots in wanted.items():
        for slot in sorted(slots):
            source = owners.get(slot)
            if source != target:
                by_route.setdefault((source, target), []).append(slot)
    return [Move(source, target, tuple(slots)) for (source, target), slots in by_route.items()]


def check_cover(ranges_by_shard: Mapping[str, Iterable[SlotRange]]) -> str | None:
    """Say what is wrong with a distribution of all slots over shards, or None."""
    owners: dict[int, str] = {}
    for shard, ranges in ranges_by_shard.items():
        for slot in expand(ranges):
            if not 0 <= slot < SLOT_COUNT:
                return f"slot {slot} of shard {shard} does not exist"
            if slot in owners:
                return f"slot {slot} belongs to shards {owners[slot]} and {shard}"
            owners[slot] = shard
    missing = compress(set(range(SLOT_COUNT)) - owners.keys())
    return f"no shard has slots {missing}" if missing else None
