# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery tests of a cache as a chart: recovery time above, recovery point below, against the objectives. Pure.

The drawing takes the color of its text from the page, and its other colors have a contrast of more than 3 to both white
and near-black, so that it can be read on a light and on a dark page (WCAG 2.2, 1.4.11). A failed test is a cross, not
only another color. Everything is in attributes: a style element would hold for the page around it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from .durations import spell_seconds, tick_seconds

WIDTH, LEFT, RIGHT = 720, 76, 16
PANEL_HEIGHT, PANEL_GAP, TOP, BOTTOM = 130, 64, 40, 40
FAILED = "#d93a2b"
MARK = 4.5
HEADROOM = 1.05
"""So that nothing is at the upper edge."""
LABEL_WIDTH = 74
Drill = Mapping[str, Any]
"""As elasticache_recovery_test returns it."""


@dataclass(frozen=True)
class Series:
    key: str
    heading: str
    color: str
    top: int


SERIES = (
    Series("recovery_time_seconds", "Recovery time (RTO)", "#1f7fd4", TOP),
    Series("recovery_point_seconds", "Recovery point (RPO)", "#b4620a", TOP + PANEL_HEIGHT + PANEL_GAP),
)
HEIGHT = SERIES[-1].top + PANEL_HEIGHT + BOTTOM


@dataclass(frozen=True)
class Scale:
    """From a number of seconds, and from the place in the row of tests, to a point of the drawing."""

    top: int
    largest: int
    tests: int

    def x(self, index: float) -> float:
        room = WIDTH - LEFT - RIGHT
        return round(LEFT + room * (index + 0.5) / self.tests, 1)

    def y(self, seconds: float) -> float:
        return round(self.top + PANEL_HEIGHT * (1 - seconds / self.largest), 1)


def draw_chart(history: Iterable[Drill], title: str, newest: int) -> str:
    """SVG text. `history` in any order, of which the `newest` tests are shown."""
    drills = sorted(history, key=lambda drill: str(drill["started"]))[-newest:]
    told = describe(drills)
    chart = begin(title, told)
    if not drills:
        write(chart, WIDTH / 2, HEIGHT / 2, told, anchor="middle")
    for series in SERIES if drills else ():
        draw_series(chart, series, drills)
    return ET.tostring(chart, encoding="unicode")


def begin(title: str, told: str) -> ET.Element:
    """Named by its title and described by its contents, under ids that no other chart of the page has."""
    mark = f"recovery-{sha256(f'{title} {told}'.encode()).hexdigest()[:8]}"
    chart = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "role": "img",
            "aria-labelledby": f"{mark}-title {mark}-description",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "width": str(WIDTH),
            "height": str(HEIGHT),
            "font-family": "system-ui, sans-serif",
            "font-size": "12",
            "fill": "currentColor",
        },
    )
    ET.SubElement(chart, "title", {"id": f"{mark}-title"}).text = title
    ET.SubElement(chart, "desc", {"id": f"{mark}-description"}).text = told
    return chart


def describe(drills: Sequence[Drill]) -> str:
    """The chart in words."""
    if not drills:
        return "No recovery test yet."
    failed = sum(not drill["passed"] for drill in drills)
    last = drills[-1]
    times = "; ".join(f"{series.heading} {tell(last, series.key)}" for series in SERIES)
    return f"Recovery tests: {len(drills)}, of which {failed} failed. The last, of {day_of(last)}: {times}."


def tell(drill: Drill, key: str) -> str:
    """One measured time with its objective."""
    objective = drill["objectives"][key]
    wanted = f"the objective is {spell_seconds(objective)}" if objective else "without an objective"
    return f"{'not reached' if drill[key] is None else spell_seconds(drill[key])}, {wanted}"


def day_of(drill: Drill) -> str:
    return str(drill["started"])[:10]


def label_of(drill: Drill, days: Sequence[str]) -> str:
    """The day, as long as each has one test; then month, day and time."""
    if len(set(days)) == len(days):
        return day_of(drill)
    return str(drill["started"])[5:16].replace("T", " ")


def is_missed(drill: Drill, key: str) -> bool:
    """Whether this time is what a test failed for."""
    value, objective = drill[key], drill["objectives"][key]
    return value is None or bool(objective and value > objective)


def draw_series(chart: ET.Element, series: Series, drills: Sequence[Drill]) -> None:
    objectives = [drill["objectives"][series.key] for drill in drills]
    values = [drill[series.key] for drill in drills]
    ticks = tick_seconds(HEADROOM * max([1, *filter(None, objectives), *filter(None, values)]))
    scale = Scale(series.top, ticks[-1], len(drills))
    panel = ET.SubElement(chart, "g")
    draw_heading(panel, series, any(objectives))
    draw_axes(panel, scale, ticks, drills)
    draw_objectives(panel, scale, objectives)
    draw_line(panel, scale, values, series.color)
    for index, drill in enumerate(drills):
        draw_mark(panel, scale, index, drill, series)


def draw_heading(panel: ET.Element, series: Series, has_objective: bool) -> None:
    y = series.top - 16
    heading = write(panel, LEFT, y, series.heading)
    heading.set("font-weight", "600")
    write(
        panel,
        WIDTH - RIGHT,
        y,
        f"{'dashed: objective, ' if has_objective else ''}cross: missed, ring: failed otherwise",
        anchor="end",
    )


def draw_axes(panel: ET.Element, scale: Scale, ticks: Sequence[int], drills: Sequence[Drill]) -> None:
    for tick in ticks:
        y = scale.y(tick)
        line(panel, (LEFT, y), (WIDTH - RIGHT, y), {"stroke": "currentColor", "stroke-opacity": "0.2"})
        write(panel, LEFT - 8, y + 4, spell_seconds(tick) if tick else "0", anchor="end")
    every = max(1, -(-len(drills) * LABEL_WIDTH // (WIDTH - LEFT - RIGHT)))
    days = [day_of(drill) for drill in drills]
    for index in range(len(drills) - 1, -1, -every):
        label = label_of(drills[index], days)
        write(panel, scale.x(index), scale.top + PANEL_HEIGHT + 18, label, anchor="middle")


def draw_objectives(panel: ET.Element, scale: Scale, objectives: Sequence[int | None]) -> None:
    """Each as long as it held."""
    pen = {"stroke": "currentColor", "stroke-width": "1.5", "stroke-dasharray": "6 4"}
    first = 0
    for objective, tests in groupby(objectives):
        after = first + len(list(tests))
        if objective:
            y = scale.y(objective)
            line(panel, (scale.x(first - 0.5), y), (scale.x(after - 0.5), y), pen)
        first = after


def draw_line(panel: ET.Element, scale: Scale, values: Sequence[float | None], color: str) -> None:
    """Broken where a test measured nothing."""
    pieces: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{scale.x(index)},{scale.y(value)}")
    for points in pieces:
        if len(points) > 1:
            ET.SubElement(
                panel, "polyline", {"points": " ".join(points), "fill": "none", "stroke": color, "stroke-width": "2"}
            )


def draw_mark(panel: ET.Element, scale: Scale, index: int, drill: Drill, series: Series) -> None:
    """A disk for a test that passed, a cross where this time was missed, a ring where the test failed for another
    reason; words, upright, where nothing was measured."""
    mark = ET.SubElement(panel, "g")
    verdict = "passed" if drill["passed"] else "failed"
    ET.SubElement(mark, "title").text = f"{day_of(drill)}, {verdict}: {tell(drill, series.key)}"
    value, x = drill[series.key], scale.x(index)
    if value is None:
        write_upright(mark, x + MARK, scale.top + PANEL_HEIGHT - MARK, "not reached")
        return
    y = scale.y(value)
    if not drill["passed"] and is_missed(drill, series.key):
        pen = {"stroke": FAILED, "stroke-width": "3", "stroke-linecap": "round"}
        line(mark, (x - MARK, y - MARK), (x + MARK, y + MARK), pen)
        line(mark, (x - MARK, y + MARK), (x + MARK, y - MARK), pen)
        return
    pen = {"fill": series.color} if drill["passed"] else {"fill": "none", "stroke": FAILED, "stroke-width": "2"}
    ET.SubElement(mark, "circle", {"cx": str(x), "cy": str(y), "r": str(MARK), **pen})


def write_upright(parent: ET.Element, x: float, y: float, text: str) -> None:
    """From that place up, so that the words of neighbors do not meet."""
    found = write(parent, x, y, text)
    found.set("transform", f"rotate(-90 {x:g} {y:g})")
    found.set("fill", FAILED)


def line(parent: ET.Element, start: tuple[float, float], end: tuple[float, float], pen: Mapping[str, str]) -> None:
    places = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
    ET.SubElement(parent, "line", {**{name: f"{value:g}" for name, value in places}, **pen})


def write(parent: ET.Element, x: float, y: float, text: str, anchor: str = "start") -> ET.Element:
    found = ET.SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor})
    found.text = text
    return found
