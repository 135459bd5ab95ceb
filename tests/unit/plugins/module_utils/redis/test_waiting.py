# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.redisops.cache.plugins.module_utils.redis.waiting import wait_until

from tests.unit.plugins.module_utils.redis.fakes import SteppedClock


def test_without_time_there_is_one_attempt() -> None:
    clock = SteppedClock()
    assert wait_until(lambda: "no", lambda outcome: False, 0, clock) == ("no", 1)
    assert clock.pauses == []


def test_the_first_final_outcome_ends_it() -> None:
    clock = SteppedClock()
    outcomes = iter(["no", "no", "yes", "never asked"])
    assert wait_until(lambda: next(outcomes), lambda outcome: outcome == "yes", 60, clock) == ("yes", 3)
    assert clock.pauses == [0.5, 1.0]


def test_pauses_grow_to_a_limit_and_the_last_attempt_is_at_the_end() -> None:
    clock = SteppedClock()
    outcome, attempts = wait_until(lambda: clock.now, lambda outcome: False, 40, clock)
    assert clock.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 4.5]
    assert (outcome, attempts) == (1040.0, 9)
