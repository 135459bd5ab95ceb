# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the recovery report: what they take, and how they refuse the rest."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.redisops.cache.plugins.filter import recovery_report_chart, recovery_report_duration

DRILL = {
    "started": "2026-11-20T10:00:00+00:00",
    "passed": True,
    "recovery_time_seconds": 600.0,
    "recovery_point_seconds": 28800.0,
    "objectives": {"recovery_time_seconds": None, "recovery_point_seconds": None},
}
chart = recovery_report_chart.FilterModule().filters()["recovery_report_chart"]
duration = recovery_report_duration.FilterModule().filters()["recovery_report_duration"]


def test_a_chart_is_svg() -> None:
    assert chart([DRILL], title="phb").startswith("<svg ")


@pytest.mark.parametrize(
    "entry", [{}, {**DRILL, "objectives": None}, {**DRILL, "recovery_time_seconds": math.nan}, "drill"]
)
def test_something_else_than_a_drill_is_refused(entry: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="not what elasticache_recovery_test returns"):
        chart([entry])


def test_no_test_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(AnsibleFilterError, match="newest is 0"):
        chart([DRILL], newest=0)


def test_a_duration_in_words() -> None:
    assert (duration(486.9), duration(None), duration(None, "none")) == ("8 min 7 s", "-", "none")


@pytest.mark.parametrize("value", ["5", True, -1, math.nan, math.inf])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="is no number of seconds"):
        duration(value)
