# SPDX-License-Identifier: GPL-3.0-or-later
"""What events tell: calls and how many are left, old and new primary, recovery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.events import (
    SHARDS_PER_DAY,
    calls_left,
    completed_among,
    has_recovered,
    next_call_at,
    since_call,
)

from tests.unit.plugins.module_utils.operations.failover.samples import NOON, called, completed, event

MEMBERS = ("phb-001", "phb-002")


def test_a_call_names_its_shard() -> None:
    assert called("0007").called_for == "0007"
    assert event("Finished recovery for cache nodes 0001").called_for is None


@pytest.mark.parametrize(("calls", "left"), [(0, 15), (1, 14), (15, 0), (17, 0)])
def test_calls_left(calls: int, left: int) -> None:
    assert calls_left([called()] * calls) == left


def test_the_next_call_is_free_when_the_fifteenth_last_is_a_day_old() -> None:
    calls = [called(minutes=60 * (20 - number)) for number in range(SHARDS_PER_DAY + 2)]
    assert next_call_at(calls) == calls[2].at + timedelta(hours=24)


def test_old_and_new_primary_of_the_last_failover_of_the_shard() -> None:
    story = [
        called(),
        completed("phb-001", "phb-002", 5),
        completed("phb-002", "phb-001", 1),
        completed("phb-0002-001", "phb-0002-002"),
    ]
    assert completed_among(story, MEMBERS) == ("phb-002", "phb-001")
    assert completed_among(story[:1], MEMBERS) is None


def test_a_primary_was_called_a_master_once() -> None:
    story = [event("Failover from master node phb-001 to replica node phb-002 completed")]
    assert completed_among(story, MEMBERS) == ("phb-001", "phb-002")


def test_a_failover_that_was_told_of_late_is_not_the_one_that_was_called_for() -> None:
    late = [completed("phb-002", "phb-001", 5), completed("phb-0002-001", "phb-0002-002")]
    assert since_call([*late, called("0002", 4)], "0001") == []
    assert since_call([late[0], called("0001", 3)], "0001") == [called("0001", 3)]
    story = [called("0001", 3), completed("phb-001", "phb-002", 3)]
    assert since_call([late[0], *story], "0001") == story


def test_recovery_is_that_of_one_member() -> None:
    story = [event("Finished recovery for cache nodes 0001", source="phb-001")]
    assert has_recovered(story, "phb-001")
    assert not has_recovered(story, "phb-002")
    assert not has_recovered([event("Recovering cache nodes 0001", source="phb-001")], "phb-001")


def test_events_are_told_with_their_date() -> None:
    assert called().as_dict() == {
        "at": NOON.isoformat(),
        "source": "phb",
        "message": "Test Failover API called for node group 0001",
    }
