# SPDX-License-Identifier: GPL-3.0-or-later
"""Measured times against objectives, and what of a drill is shown."""

from __future__ import annotations

from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.comparison import Comparison
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outcome import (
    Drill,
    Objectives,
    Phase,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict

from tests.unit.plugins.module_utils.aws.fakes import FreeClock
from tests.unit.plugins.module_utils.operations.recovery.samples import drill


def concluded(time: float | None, age: float, time_objective: int | None, point_objective: int | None) -> Drill:
    found = drill(recovery_point_seconds=age, objectives=Objectives(time_objective, point_objective))
    found.recovery_time_seconds = time
    found.conclude()
    return found


def test_what_is_just_reached_is_reached() -> None:
    found = concluded(1800, 86400, 1800, 86400)
    assert (found.passed, found.problems) == (True, [])


def test_each_missed_objective_is_a_problem() -> None:
    found = concluded(1800.5, 86400.5, 1800, 86400)
    assert found.passed is False
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "recovery_time_objective",
        "recovery_point_objective",
    ]


def test_without_objectives_times_are_only_measured() -> None:
    assert concluded(1e6, 1e9, None, None).passed is True


def test_a_snapshot_that_is_too_old_is_told_even_if_nothing_could_be_read() -> None:
    assert len(concluded(None, 86401, 1800, 86400).problems) == 1


def test_a_difference_fails_the_drill() -> None:
    found = drill(comparison=Comparison("counts", False, 2, 1, 0, "why", "one key is missing."))
    found.conclude()
    assert (found.passed, found.problems) == (False, ["one key is missing."])


def test_the_removal_of_a_leftover_is_no_part_of_the_recovery() -> None:
    found = drill(phases=[Phase("prepare", 1.5), Phase("remove_leftover", 600), Phase("restore", 300)])
    found.note_first_read()
    assert found.recovery_time_seconds == 301.5


def test_a_phase_is_timed_however_it_ends() -> None:
    clock, found = FreeClock(), drill()
    try:
        with found.phase("restore", clock):
            clock.sleep(12)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert found.phases == [Phase("restore", 12)]


def test_what_is_for_the_module_alone_is_not_in_the_result() -> None:
    shown = as_dict(drill(warnings=["w"], comparison=Comparison("counts", False, 2, 1, 0, "why", "problem")))
    assert not {"warnings", "interrupted_by"} & shown.keys()
    assert "problem" not in shown["comparison"]
