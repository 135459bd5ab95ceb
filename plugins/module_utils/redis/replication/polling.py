# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting in short steps, where each second is one in which nobody can write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..waiting import Clock

Seen = TypeVar("Seen")

PAUSE = 0.05


def await_outcome(look: Callable[[], Seen], is_final: Callable[[Seen], bool], seconds: float, clock: Clock) -> Seen:
    """What was seen last: something final, or what there was when the time was up."""
    deadline = clock.monotonic() + seconds
    while True:
        seen = look()
        if is_final(seen) or clock.monotonic() >= deadline:
            return seen
        clock.sleep(PAUSE)
