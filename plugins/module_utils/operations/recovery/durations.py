# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as people say them, and as an axis counts them. Pure."""

from __future__ import annotations

UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds between two ticks of an axis; beyond, whole days that double."""
MOST_TICKS = 4


def spell_seconds(seconds: float) -> str:
    """The two largest units: 486.9 → `8 min 7 s`, 86400 → `1 d`; below ten seconds with a decimal: `1.2 s`."""
    if seconds < 10:
        return f"{round(seconds, 1):g} s"
    left = round(seconds)
    parts = []
    for size, unit in UNITS:
        count, left = divmod(left, size)
        parts.append((count, unit))
    first = next(index for index, (count, _unit) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def tick_seconds(largest: float) -> list[int]:
    """Ticks from 0 to at least `largest`, a few of them."""
    step = next((each for each in STEPS if largest <= each * MOST_TICKS), STEPS[-1])
    while largest > step * MOST_TICKS:
        step *= 2
    return [step * number for number in range(max(1, -int(-largest // step)) + 1)]
