# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging writes: gaps, what stood in the way, and what is lost."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.journal import (
    Acknowledgment,
    Journal,
    Refusal,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.judgment import judge, longest_error
from hypothesis import given
from hypothesis import strategies as st

REFUSED = "CONNECTION_REFUSED"


def journal(*acknowledged: float, refusals: tuple[tuple[float, float, str], ...] = ()) -> Journal:
    """Numbers in the order of time; refusals have numbers of their own, as they came."""
    happened = sorted([(at, None) for at in acknowledged] + [(began, (ended, code)) for began, ended, code in refusals])
    made = Journal()
    for number, (at, refusal) in enumerate(happened, 1):
        made.attempted = number
        if refusal is None:
            made.acknowledgments.append(Acknowledgment(number, at))
        else:
            made.refusals.append(Refusal(number, at, *refusal))
    return made


def everything(made: Journal) -> set[int]:
    return {each.number for each in made.acknowledgments}


def test_the_interruption_is_the_longest_gap_since_the_failover_was_asked_for() -> None:
    made = journal(0.0, 3.0, 3.1, 3.2, 5.2, 5.3, 6.3)
    found = judge(made, since=3.05, found=everything(made))
    assert found.interruption is not None
    assert (found.interruption.began, found.interruption.ended) == (3.2, 5.2)
    assert found.interruption.seconds == pytest.approx(2.0)
    assert found.acknowledged_before_failover == 4
    assert (found.lost, found.first_refused, found.longest_error) == (0, None, None)


def test_a_gap_that_had_begun_when_the_failover_was_asked_for_counts() -> None:
    found = judge(journal(1.0, 4.0, 4.1), since=2.0, found={1, 2, 3})
    assert found.interruption is not None
    assert found.interruption.began == 1.0


def test_first_failure_and_first_success() -> None:
    made = journal(
        1.0, 1.1, 4.0, 4.1, refusals=((1.2, 1.9, "CONNECTION_CLOSED"), (2.0, 3.5, REFUSED), (3.6, 3.7, REFUSED))
    )
    found = judge(made, since=1.1, found=everything(made))
    assert found.interruption is not None
    assert (found.first_refused, found.interruption.ended) == (1.2, 4.0)
    assert found.longest_error == "nothing listens at the address and port (CONNECTION_REFUSED), for 1.7 seconds"
    assert (found.attempted, found.acknowledged, found.refused) == (7, 4, 3)


def test_failures_outside_the_interruption_are_counted_and_do_not_begin_it() -> None:
    made = journal(1.0, 1.3, 5.0, refusals=((1.1, 1.2, "NOREPLICAS"), (2.0, 2.1, REFUSED)))
    found = judge(made, since=0.5, found=everything(made))
    assert (found.refused, found.first_refused) == (2, 2.0)


def test_an_interruption_without_an_end() -> None:
    found = judge(journal(1.0, 1.1, refusals=((1.2, 9.0, REFUSED),)), since=1.0, found=None)
    assert found.interruption is not None
    assert not found.interruption.is_over
    assert found.interruption.seconds == pytest.approx(7.9)
    assert (found.lost, found.lost_confirmed, found.lost_before_failover) == (None, None, None)


def test_nothing_at_all() -> None:
    found = judge(Journal(), since=1.0, found=set())
    assert (found.interruption, found.attempted, found.lost, found.longest_error) == (None, 0, 0, None)


def test_what_is_lost() -> None:
    made = journal(1.0, 1.1, 1.2, 5.0, 5.1)
    made.confirmed = {1: 2}
    found = judge(made, since=1.0, found={1, 5})
    assert (found.lost, found.lost_before_failover, found.lost_confirmed) == (3, 2, 1)
    assert found.confirmed == 2


def test_a_write_that_was_refused_is_never_lost() -> None:
    made = journal(1.0, 3.0, refusals=((2.0, 2.1, REFUSED),))
    assert judge(made, since=1.0, found={1, 3}).lost == 0


def test_the_longest_error_is_the_longest_row_and_not_the_most_frequent_word() -> None:
    rows = [Refusal(1, 0.0, 0.1, REFUSED), Refusal(2, 0.2, 0.3, REFUSED), Refusal(3, 0.4, 2.4, "ANSWER_TIMEOUT")]
    told = longest_error(rows)
    assert told is not None
    assert "(ANSWER_TIMEOUT), for 2.0 seconds" in told


@given(st.lists(st.floats(min_value=0, max_value=1000), min_size=2, unique=True), st.data())
def test_no_gap_is_longer_and_every_loss_is_counted(times: list[float], data: st.DataObject) -> None:
    made = journal(*times)
    found = data.draw(st.sets(st.sampled_from(sorted(everything(made)))))
    judged = judge(made, since=0.0, found=found)
    assert judged.interruption is not None
    ordered = sorted(times)
    assert judged.interruption.seconds == max(second - first for first, second in itertools.pairwise(ordered))
    assert judged.lost == len(times) - len(found)
    assert judged.lost_before_failover is not None
    assert judged.lost_before_failover <= judged.lost
    assert judged.lost_before_failover <= judged.acknowledged_before_failover < judged.acknowledged
