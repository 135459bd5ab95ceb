# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash slots of shards: how they are written, spread and moved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tests.standin.core.errors import invalid_value
from tests.standin.engines.plan import SLOT_COUNT, SlotRange

Slots = tuple[SlotRange, ...]

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


def split_evenly(shard_count: int) -> list[Slots]:
    """Consecutive ranges, the first ones a slot larger where it does not divide."""
    sizes = _even_sizes(shard_count)
    starts = [sum(sizes[:index]) for index in range(shard_count)]
    return [((start, start + size - 1),) for start, size in zip(starts, sizes, strict=True)]


def show_slots(slots: Slots) -> str:
    """As the API writes them: "0-5461" or "0-100,200-300"."""
    return ",".join(f"{first}-{last}" for first, last in slots)


def parse_slots(text: str) -> Slots:
    """Of a NodeGroupConfiguration. Raises InvalidParameterValue."""
    ranges: list[SlotRange] = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first = int(match[1]) if match else -1
        last = int(match[2] or match[1]) if match else -1
        if not 0 <= first <= last < SLOT_COUNT:
            raise invalid_value(f"Invalid slots {text}. Slots are ranges startkey-endkey within 0-{SLOT_COUNT - 1}.")
        ranges.append((first, last))
    return tuple(sorted(ranges))


def require_complete(layout: Iterable[Slots]) -> None:
    """Every slot exactly once. Raises InvalidParameterValue."""
    position = 0
    for first, last in sorted(slot_range for slots in layout for slot_range in slots):
        if first != position:
            raise invalid_value(f"Slots must cover 0-{SLOT_COUNT - 1} without gaps or overlaps; see slot {position}.")
        position = last + 1
    if position != SLOT_COUNT:
        raise invalid_value(f"Slots must cover 0-{SLOT_COUNT - 1} without gaps or overlaps; see slot {position}.")


def rebalance(owned: Mapping[str, Slots], shards: Sequence[str]) -> dict[str, Slots]:
    """Spread all slots evenly over `shards`, moving no more of them than that takes.

    `owned` is what each shard has now; those not in `shards` give everything away.
    """
    kept = {shard: _numbers(owned.get(shard, ())) for shard in shards}
    by_size = sorted(shards, key=lambda shard: -len(kept[shard]))
    wanted = dict(zip(by_size, _even_sizes(len(shards)), strict=True))
    free = [slot for shard, slots in owned.items() if shard not in kept for slot in _numbers(slots)]
    for shard, slots in kept.items():
        free.extend(slots[wanted[shard] :])
        del slots[wanted[shard] :]
    free.sort()
    for shard, slots in kept.items():
        missing = wanted[shard] - len(slots)
        slots.extend(free[:missing])
        del free[:missing]
    return {shard: _ranges(slots) for shard, slots in kept.items()}


def _even_sizes(count: int) -> list[int]:
    each, rest = divmod(SLOT_COUNT, count)
    return [each + 1] * rest + [each] * (count - rest)


def _numbers(slots: Slots) -> list[int]:
    return [slot for first, last in slots for slot in range(first, last + 1)]


def _ranges(numbers: list[int]) -> Slots:
    ranges: list[SlotRange] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)
