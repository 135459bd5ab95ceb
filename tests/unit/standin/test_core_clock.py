# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from tests.standin.core.clock import Clock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_stepped_clock_stands_still_until_it_is_advanced() -> None:
    clock = Clock.stepped(START)
    assert clock.now() == START
    clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)


def test_actions_run_in_the_order_of_their_times_and_then_of_their_coming() -> None:
    clock, seen = Clock.stepped(START), []
    clock.after(20, lambda: seen.append("late"), "late")
    clock.after(10, lambda: seen.append("first"), "first")
    clock.after(10, lambda: seen.append("second"), "second")
    assert clock.advance(20) == 3
    assert seen == ["first", "second", "late"]


def test_an_action_sees_its_own_time_and_what_it_schedules_runs_in_the_same_advance() -> None:
    clock, seen = Clock.stepped(START), []

    def first() -> None:
        seen.append(clock.now())
        clock.after(5, lambda: seen.append(clock.now()), "second")

    clock.after(10, first, "first")
    clock.advance(60)
    assert seen == [START + timedelta(seconds=10), START + timedelta(seconds=15)]
    assert clock.now() == START + timedelta(seconds=60)


def test_what_lies_beyond_the_advance_waits() -> None:
    clock, seen = Clock.stepped(START), []
    clock.after(61, lambda: seen.append(1), "later")
    clock.advance(60)
    assert seen == []
    assert [entry.label for entry in clock.pending()] == ["later"]


def test_a_canceled_action_does_not_run() -> None:
    clock, seen = Clock.stepped(START), []
    clock.after(1, lambda: seen.append(1), "canceled").cancel()
    assert clock.pending() == []
    clock.advance(2)
    assert seen == []


def test_an_action_that_fails_is_gone_and_the_others_still_run() -> None:
    clock, seen = Clock.stepped(START), []

    def fail() -> None:
        raise ZeroDivisionError

    clock.after(1, fail, "fails")
    clock.after(2, lambda: seen.append(1), "runs")
    with pytest.raises(ZeroDivisionError):
        clock.advance(5)
    clock.advance(5)
    assert seen == [1]


def test_an_action_that_looks_for_due_ones_does_not_run_them_inside_itself() -> None:
    clock, seen = Clock.stepped(START), []

    def outer() -> None:
        clock.after(0, lambda: seen.append("inner"), "inner")
        assert clock.run_due() == 0
        seen.append("outer")

    clock.after(0, outer, "outer")
    clock.run_due()
    assert seen == ["outer", "inner"]


def test_hooks_run_before_each_action() -> None:
    clock, seen = Clock.stepped(START), []
    clock.before_action.append(lambda: seen.append("hook"))
    clock.after(1, lambda: seen.append("action"), "action")
    clock.advance(1)
    assert seen == ["hook", "action"]


def test_clearing_forgets_what_waits() -> None:
    clock, seen = Clock.stepped(START), []
    clock.after(1, lambda: seen.append(1), "forgotten")
    clock.clear()
    clock.advance(2)
    assert seen == []


@pytest.mark.parametrize("seconds", [-1, -0.5])
def test_no_clock_goes_back(seconds: float) -> None:
    with pytest.raises(ValueError, match="cannot be set back"):
        Clock.stepped(START).advance(seconds)


def test_only_a_stepped_clock_is_advanced() -> None:
    with pytest.raises(ValueError, match="only a stepped clock"):
        Clock.real().advance(1)


def test_a_rate_is_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Clock.accelerated(0)


def test_an_accelerated_clock_is_due_sooner() -> None:
    clock = Clock.accelerated(1000)
    clock.after(3600, lambda: None, "in an hour")
    seconds = clock.seconds_to_next()
    assert seconds is not None
    assert 0 < seconds <= 3.6


def test_nothing_is_due_on_a_stepped_clock_by_itself() -> None:
    clock = Clock.stepped(START)
    clock.after(1, lambda: None, "never by itself")
    assert clock.seconds_to_next() is None


def test_scheduling_wakes_who_waits() -> None:
    clock, woken = Clock.real(), Event()

    def wait() -> None:
        with clock.changed:
            if clock.changed.wait_for(lambda: bool(clock.pending()), timeout=10):
                woken.set()

    waiter = Thread(target=wait)
    waiter.start()
    clock.after(100, lambda: None, "something new")
    waiter.join()
    assert woken.is_set()
