# SPDX-License-Identifier: GPL-3.0-or-later
"""What is returned, and the losses that nobody shall overlook."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.aim import plan_failover, take_aim
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import Facts
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.outcome import (
    UNMEASURED,
    Measured,
    Outcome,
    losses,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.judgment import Gap, Judgment

from tests.unit.plugins.module_utils.operations.failover.samples import NOON, group, spec


def measured(**changes: Any) -> Measured:
    judgment: dict[str, Any] = {
        "attempted": 100,
        "acknowledged": 90,
        "refused": 10,
        "lost": 0,
        "confirmed": 80,
        "lost_confirmed": 0,
        "acknowledged_before_failover": 40,
        "lost_before_failover": 0,
        "interruption": Gap(10.0, 12.3456),
        "first_refused": 10.1,
        "longest_error": "gone",
    }
    unread = changes.pop("unread", None)
    return Measured(Judgment(**{**judgment, **changes}), NOON, NOON + timedelta(seconds=2), NOON, unread)


def outcome(**changes: Any) -> Outcome:
    found = group()
    aim = take_aim(spec(), Facts(found), found)
    return Outcome("phb", aim, plan_failover(spec(), aim), **{"previous": "phb-001", **changes})


def test_all_keys_are_there_whether_measured_or_not() -> None:
    with_writes, without = outcome(measured=measured()).as_dict(), outcome().as_dict()
    assert with_writes.keys() == without.keys()
    assert {name: without[name] for name in UNMEASURED} == dict(UNMEASURED)
    assert with_writes["interruption_seconds"] == 2.346
    assert with_writes["interrupted_until"] == "2026-11-20T12:00:02.000+00:00"


def test_the_diff_has_the_primary_that_the_service_chose() -> None:
    (foretold,), (done,) = outcome().changes.changes, outcome(new="phb-003").changes.changes
    assert (foretold.before, foretold.after) == ("phb-001", "one of phb-002, phb-003")
    assert (done.before, done.after) == ("phb-001", "phb-003")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"lost": 7, "lost_before_failover": 5}, ["7 of 90 acknowledged writes are lost, 5 of them from before"]),
        (
            {"lost": 7, "lost_before_failover": 5, "lost_confirmed": 2},
            ["7 of 90", "2 of the lost writes had been confirmed by every replica"],
        ),
        ({"lost": None, "unread": "it timed out"}, ["whether writes are lost is not known: it timed out"]),
    ],
)
def test_losses_are_told(changes: dict[str, Any], words: list[str]) -> None:
    warnings = losses(measured(**changes))
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))


def test_no_password_in_what_is_shown() -> None:
    assert "Zw8kQ2vXr5Lm9TnB4yHd" not in repr(spec(password="Zw8kQ2vXr5Lm9TnB4yHd"))
