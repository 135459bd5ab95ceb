# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a condition, with a clock that tests can step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Outcome = TypeVar("Outcome")

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0


class Clock(Protocol):
    """The module `time` is one."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float, /) -> None: ...


def wait_until(
    attempt: Callable[[], Outcome], is_final: Callable[[Outcome], bool], seconds: float, clock: Clock
) -> tuple[Outcome, int]:
    """The last outcome, and the number of attempts: one, and further ones until one is final or the time is up.

    Pauses double from FIRST_PAUSE to LONGEST_PAUSE; the last attempt is made when the time is up.
    """
    deadline = clock.monotonic() + seconds
    pause = FIRST_PAUSE
    attempts = 0
    while True:
        outcome = attempt()
        attempts += 1
        remaining = deadline - clock.monotonic()
        if is_final(outcome) or remaining <= 0:
            return outcome, attempts
        clock.sleep(min(pause, remaining))
        pause = min(pause * 2, LONGEST_PAUSE)
