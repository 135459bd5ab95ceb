# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, on a clock that is handed in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import TypeVar

from ..reconcile.plan import Plan
from ..reconcile.problems import Failure
from .session import Session

Found = TypeVar("Found")

FIRST_DELAY = 1.0
"""Seconds between the first two looks. It grows by half each time: short work is seen soon, long work is cheap."""
LONGEST_DELAY = 15.0
"""Seconds; the interval of botocore's own ElastiCache waiters."""


class WaitTimeout(Failure):
    """A condition did not come true in time. The service works on: a further run picks up where this one ended."""

    def __init__(self, what: str, seconds: float, last_seen: str) -> None:
        super().__init__(
            f"{what} did not come true within {seconds:g} seconds; last seen: {last_seen}. "
            "The service keeps working on it: run again to go on, with a larger `wait_timeout` if needed."
        )


def delays() -> Iterator[float]:
    """Growing delays with a tenth of jitter, so that many caches do not ask in step."""
    delay = FIRST_DELAY
    while True:
        yield delay * random.uniform(0.9, 1.0)
        delay = min(delay * 1.5, LONGEST_DELAY)


def wait_until(session: Session, what: str, timeout: float, probe: Callable[[], tuple[Found | None, str]]) -> Found:
    """Return the first thing that `probe` finds.

    `probe` returns (found or None, what it saw). Raises WaitTimeout after `timeout` seconds, and what `probe` raises.
    """
    started = session.clock.now()
    told = ""
    for delay in delays():
        found, seen = probe()
        if found is not None:
            return found
        if seen != told:
            session.progress(f"waiting for {what}: {seen}")
            told = seen
        if session.clock.now() - started + delay > timeout:
            raise WaitTimeout(what, timeout, seen)
        session.clock.sleep(delay)
    raise AssertionError("delays never end")


LATE_READS = 60.0
"""Seconds for which a read may still show what was before a change; after that a difference is taken at its word."""


def back_off(session: Session, conflict: int) -> None:
    """Doubling pauses, a minute in all for the engine's five conflicts: as long as a read may lag behind."""
    session.clock.sleep(min(2.0**conflict, 2 * LONGEST_DELAY))


def wait_confirmed(session: Session, what: str, observe: Callable[[], Found], plan: Callable[[Found], Plan]) -> Found:
    """The State as soon as it confirms the Spec, or as it is after `LATE_READS`: the engine reports what differs."""
    started = session.clock.now()
    for delay in delays():
        state = observe()
        if not plan(state).unsettled or session.clock.now() - started > LATE_READS:
            return state
        session.progress(f"waiting for {what} to show its new values")
        session.clock.sleep(delay)
    raise AssertionError("delays never end")
