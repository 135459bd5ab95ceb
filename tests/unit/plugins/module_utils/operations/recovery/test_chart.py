# SPDX-License-Identifier: GPL-3.0-or-later
"""The chart: well-formed, named, true to its numbers, and safe to put into a page."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.chart import (
    FAILED,
    HEIGHT,
    SERIES,
    WIDTH,
    draw_chart,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.durations import (
    MOST_TICKS,
    spell_seconds,
    tick_seconds,
)
from hypothesis import given
from hypothesis import strategies as st

SVG = "{http://www.w3.org/2000/svg}"


def entry(day: int = 1, time: float | None = 600.0, point: float = 28800.0, **more: Any) -> dict[str, Any]:
    return {
        "started": f"2026-11-{day:02}T10:00:00+00:00",
        "passed": True,
        "recovery_time_seconds": time,
        "recovery_point_seconds": point,
        "objectives": {"recovery_time_seconds": 1800, "recovery_point_seconds": 86400},
        **more,
    }


def drawn(history: list[dict[str, Any]], title: str = "phb", newest: int = 24) -> ET.Element:
    return ET.fromstring(draw_chart(history, title, newest))


def found(chart: ET.Element, tag: str, **attributes: str) -> list[ET.Element]:
    elements = chart.iter(SVG + tag)
    return [each for each in elements if all(each.get(name) == value for name, value in attributes.items())]


def texts(chart: ET.Element, tag: str = "text") -> list[str]:
    return [each.text or "" for each in chart.iter(SVG + tag)]


class TestName:
    def test_it_has_a_title_and_a_description(self) -> None:
        chart = drawn([entry(1), entry(2, passed=False)])
        assert chart.get("role") == "img"
        named = [chart.find(f".//*[@id='{mark}']") for mark in (chart.get("aria-labelledby") or "").split()]
        title, description = [each.text if each is not None else None for each in named]
        assert title == "phb"
        assert description == (
            "Recovery tests: 2, of which 1 failed. The last, of 2026-11-02: Recovery time (RTO) 10 min, the objective "
            "is 30 min; Recovery point (RPO) 8 h, the objective is 1 d."
        )

    def test_two_charts_of_a_page_have_ids_of_their_own(self) -> None:
        assert drawn([entry()]).get("aria-labelledby") != drawn([entry()], "orders").get("aria-labelledby")

    def test_a_title_is_text_and_nothing_else(self) -> None:
        assert texts(drawn([entry()], "<script>&"), "title")[0] == "<script>&"
        assert "<script>" not in draw_chart([entry()], "<script>&", 24)


class TestMarks:
    def test_one_for_each_test_and_series(self) -> None:
        chart = drawn([entry(day) for day in range(1, 13)])
        assert [len(found(chart, "circle", fill=series.color)) for series in SERIES] == [12, 12]
        assert len(found(chart, "polyline")) == 2

    def test_what_was_missed_is_a_cross_and_what_was_not_a_ring(self) -> None:
        chart = drawn([entry(1), entry(2, time=2400.0, passed=False), entry(3)])
        assert [len(found(chart, "circle", fill=series.color)) for series in SERIES] == [2, 2]
        assert len(found(chart, "line", stroke=FAILED)) == 2
        assert len(found(chart, "circle", stroke=FAILED)) == 1
        assert "2026-11-02, failed: 40 min, the objective is 30 min" in texts(chart, "title")

    def test_a_test_that_failed_otherwise_is_a_ring_in_both(self) -> None:
        chart = drawn([entry(1), entry(2, passed=False)])
        assert len(found(chart, "circle", stroke=FAILED)) == 2
        assert found(chart, "line", stroke=FAILED) == []

    def test_two_of_a_day_are_told_apart(self) -> None:
        assert "2026-11-01" in texts(drawn([entry(1), entry(2)]))
        assert "11-01 10:00" in texts(drawn([entry(1), entry(1)]))

    def test_a_test_without_a_read_breaks_the_line(self) -> None:
        history = [entry(1), entry(2), entry(3, time=None, passed=False), entry(4), entry(5)]
        chart = drawn(history)
        assert len(found(chart, "polyline", stroke=SERIES[0].color)) == 2
        assert texts(chart).count("not reached") == 1
        assert found(chart, "line", stroke=FAILED) == []
        assert "2026-11-03, failed: not reached, the objective is 30 min" in texts(chart, "title")

    def test_longer_is_lower(self) -> None:
        first, second = found(drawn([entry(1, 600), entry(2, 1200)]), "circle", fill=SERIES[0].color)
        assert float(first.get("cy") or 0) > float(second.get("cy") or 0)
        assert float(first.get("cx") or 0) < float(second.get("cx") or 0)

    def test_order_and_number_are_by_time(self) -> None:
        chart = drawn([entry(3, 300), entry(1, 100), entry(2, 200)], newest=2)
        titles = [each for each in texts(chart, "title") if each.startswith("2026")]
        assert [each[:10] for each in titles] == ["2026-11-02", "2026-11-03"] * 2


class TestObjectives:
    def test_one_line_as_long_as_it_held(self) -> None:
        other = {"recovery_time_seconds": 1200, "recovery_point_seconds": 86400}
        chart = drawn([entry(1), entry(2), entry(3, objectives=other)])
        assert len(found(chart, "line", **{"stroke-dasharray": "6 4"})) == 3

    def test_none_where_there_was_none(self) -> None:
        none = {"recovery_time_seconds": None, "recovery_point_seconds": None}
        chart = drawn([entry(1, objectives=none)])
        assert found(chart, "line", **{"stroke-dasharray": "6 4"}) == []
        assert not any("dashed" in each for each in texts(chart))


def test_without_tests_it_says_so() -> None:
    chart = drawn([])
    assert texts(chart) == ["No recovery test yet."]


@given(st.lists(st.tuples(st.floats(0, 1e7) | st.none(), st.floats(0, 1e8), st.booleans()), min_size=1, max_size=30))
def test_everything_stays_within_the_drawing(measured: list[tuple[float | None, float, bool]]) -> None:
    history = [entry(day % 28 + 1, time, point, passed=passed) for day, (time, point, passed) in enumerate(measured)]
    chart = drawn(history)
    for each in chart.iter():
        for names, limit in ((("x", "x1", "x2", "cx"), WIDTH), (("y", "y1", "y2", "cy"), HEIGHT)):
            assert all(0 <= float(each.get(name) or 0) <= limit for name in names)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (1.24, "1.2 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (486.9, "8 min 7 s"),
        (3605, "1 h"),
        (41822, "11 h 37 min"),
        (86400, "1 d"),
        (90000, "1 d 1 h"),
    ],
)
def test_times_are_told_as_people_tell_them(seconds: float, told: str) -> None:
    assert spell_seconds(seconds) == told


@given(st.floats(0.001, 1e9))
def test_an_axis_reaches_beyond_what_it_shows(largest: float) -> None:
    ticks = tick_seconds(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest
    assert 2 <= len(ticks) <= MOST_TICKS + 1
