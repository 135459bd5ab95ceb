# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting on a clock that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import (
    FIRST_DELAY,
    LATE_READS,
    LONGEST_DELAY,
    WaitTimeout,
    back_off,
    delays,
    wait_confirmed,
    wait_until,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import CONFLICTS_BORNE
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Plan

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession


def seen_after(looks: int) -> Callable[[], tuple[str | None, str]]:
    """A probe that finds something at look number `looks`."""
    count = iter(range(1, 10_000))

    def probe() -> tuple[str | None, str]:
        return ("found", "available") if next(count) >= looks else (None, "modifying")

    return probe


def test_delays_grow_up_to_a_limit_and_never_fall_in_step() -> None:
    found = list(islice(delays(), 20))
    assert 0.9 * FIRST_DELAY <= found[0] <= FIRST_DELAY
    assert all(delay <= LONGEST_DELAY for delay in found)
    assert all(delay >= 0.9 * LONGEST_DELAY for delay in found[10:])
    assert found != list(islice(delays(), 20))


def test_what_is_there_at_once_costs_no_time() -> None:
    stubbed = StubbedSession()
    assert wait_until(stubbed.session, "it", 10, seen_after(1)) == "found"
    assert stubbed.clock.naps == []
    assert stubbed.told == []


def test_it_is_looked_for_until_it_is_there() -> None:
    stubbed = StubbedSession()
    assert wait_until(stubbed.session, "it", 100, seen_after(4)) == "found"
    assert len(stubbed.clock.naps) == 3


def test_progress_is_told_when_it_changes() -> None:
    stubbed = StubbedSession()
    seen = iter([(None, "creating"), (None, "creating"), (None, "modifying"), (True, "available")])
    wait_until(stubbed.session, "the group", 100, lambda: next(seen))
    assert stubbed.told == ["waiting for the group: creating", "waiting for the group: modifying"]


def test_a_timeout_says_what_was_seen_last_and_is_kept() -> None:
    stubbed = StubbedSession()
    with pytest.raises(WaitTimeout, match=r"the group did not come true within 60 seconds; last seen: modifying"):
        wait_until(stubbed.session, "the group", 60, seen_after(1000))
    assert stubbed.clock.time <= 60


def test_there_is_one_look_without_any_time() -> None:
    stubbed = StubbedSession()
    assert wait_until(stubbed.session, "it", 0, seen_after(1)) == "found"
    with pytest.raises(WaitTimeout):
        wait_until(stubbed.session, "it", 0, seen_after(2))
    assert stubbed.clock.naps == []


def test_what_a_probe_raises_ends_the_waiting() -> None:
    def probe() -> tuple[str | None, str]:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        wait_until(StubbedSession().session, "it", 10, probe)


def differing(is_late: bool) -> Plan:
    return Plan("modify", (Change("size", 1, 2),)) if is_late else Plan()


def test_a_late_read_is_waited_out() -> None:
    stubbed = StubbedSession()
    reads = iter([True, True, False])
    assert wait_confirmed(stubbed.session, "the group", lambda: next(reads), differing) is False
    assert len(stubbed.clock.naps) == 2
    assert stubbed.told == ["waiting for the group to show its new values"] * 2


def test_a_difference_that_stays_is_handed_to_the_caller() -> None:
    stubbed = StubbedSession()
    assert wait_confirmed(stubbed.session, "the group", lambda: True, differing) is True
    assert LATE_READS < stubbed.clock.time < LATE_READS + 2 * LONGEST_DELAY


def test_what_nobody_can_read_back_is_not_waited_for() -> None:
    stubbed = StubbedSession()
    unseen = Plan("modify", (Change("token", None, "x", observable=False),))
    wait_confirmed(stubbed.session, "the group", lambda: True, lambda state: unseen)
    assert stubbed.clock.naps == []


def test_conflicts_are_given_as_long_as_a_read_may_be_late() -> None:
    stubbed = StubbedSession()
    for conflict in range(1, CONFLICTS_BORNE + 1):
        back_off(stubbed.session, conflict)
    assert stubbed.clock.naps == sorted(stubbed.clock.naps)
    assert stubbed.clock.time >= LATE_READS
