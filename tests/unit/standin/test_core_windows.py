# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin.core import windows
from tests.standin.core.errors import ApiError

DAYS = st.integers(0, 6)
HOURS = st.integers(0, 23)


def test_maintenance_windows_are_read_in_lower_case() -> None:
    assert windows.normalize_maintenance("Sun:23:30-Mon:00:30") == "sun:23:30-mon:00:30"


@pytest.mark.parametrize(
    "text", ["", "sun:05:00", "sun:05:00-06:00", "xyz:05:00-sun:06:00", "sun:24:00-mon:01:00", "sun:05:60-sun:07:00"]
)
def test_maintenance_windows_have_one_form(text: str) -> None:
    with pytest.raises(ApiError, match="ddd:hh24:mi"):
        windows.normalize_maintenance(text)


@pytest.mark.parametrize("text", ["sun:05:00-sun:05:59", "sun:05:00-mon:05:01", "sun:05:00-sun:05:00"])
def test_maintenance_windows_last_an_hour_to_a_day(text: str) -> None:
    with pytest.raises(ApiError, match="at least 60 minutes"):
        windows.normalize_maintenance(text)


@pytest.mark.parametrize("text", ["sun:05:00-sun:06:00", "sun:05:00-mon:05:00", "sun:23:00-mon:00:00"])
def test_the_bounds_are_allowed(text: str) -> None:
    assert windows.normalize_maintenance(text) == text


def test_snapshot_windows_go_over_midnight() -> None:
    assert windows.normalize_snapshot("23:30-00:30") == "23:30-00:30"


@pytest.mark.parametrize("text", ["05:00-05:59", "05:00-05:00", "5:00-6:00", "05:00", "25:00-26:00"])
def test_other_snapshot_windows_are_refused(text: str) -> None:
    with pytest.raises(ApiError):
        windows.normalize_snapshot(text)


@pytest.mark.parametrize(
    ("maintenance", "snapshot", "meet"),
    [
        ("sun:05:00-sun:06:00", "05:30-06:30", True),
        ("sun:05:00-sun:06:00", "06:00-07:00", False),
        ("sun:05:00-sun:06:00", "04:00-05:00", False),
        ("sun:05:00-sun:06:00", "04:00-05:01", True),
        ("sun:23:30-mon:00:30", "00:00-01:00", True),
        ("sun:23:30-mon:00:30", "22:30-23:30", False),
        ("mon:00:00-mon:01:00", "23:30-00:30", True),
        ("wed:12:00-thu:12:00", "03:00-04:00", True),
    ],
)
def test_overlap(maintenance: str, snapshot: str, meet: bool) -> None:
    assert windows.overlap(maintenance, snapshot) is meet
    if meet:
        with pytest.raises(ApiError, match="must not overlap"):
            windows.require_no_overlap(maintenance, snapshot)
    else:
        windows.require_no_overlap(maintenance, snapshot)


def _minutes(maintenance: str, snapshot: str) -> bool:
    """Overlap told minute by minute, as an oracle."""
    week = 7 * 24 * 60
    (start, end), (daily, daily_end) = (text.split("-") for text in (maintenance, snapshot))
    at = [windows.DAYS.index(text[:3]) * 1440 + int(text[4:6]) * 60 + int(text[7:]) for text in (start, end)]
    times = [int(text[:2]) * 60 + int(text[3:]) for text in (daily, daily_end)]
    weekly = {(at[0] + step) % week % 1440 for step in range((at[1] - at[0]) % week)}
    return bool(weekly & {(times[0] + step) % 1440 for step in range((times[1] - times[0]) % 1440)})


@settings(max_examples=60, deadline=None)
@given(DAYS, HOURS, st.integers(1, 24), HOURS, st.integers(1, 23))
def test_overlap_agrees_with_counting_minutes(day: int, hour: int, length: int, daily: int, daily_length: int) -> None:
    end_day, end_hour = (day + (hour + length) // 24) % 7, (hour + length) % 24
    maintenance = f"{windows.DAYS[day]}:{hour:02d}:00-{windows.DAYS[end_day]}:{end_hour:02d}:00"
    snapshot = f"{daily:02d}:00-{(daily + daily_length) % 24:02d}:00"
    assert windows.overlap(maintenance, snapshot) is _minutes(maintenance, snapshot)


@given(st.text(max_size=20), st.sampled_from(["us-east-1", "ap-southeast-1", "eu-west-1", "af-south-1"]))
def test_drawn_windows_are_valid_stable_and_apart(seed: str, region: str) -> None:
    maintenance = windows.draw_maintenance(region, seed)
    snapshot = windows.draw_snapshot(region, seed, maintenance)
    assert windows.draw_maintenance(region, seed) == windows.normalize_maintenance(maintenance)
    assert windows.draw_snapshot(region, seed, maintenance) == windows.normalize_snapshot(snapshot)
    assert not windows.overlap(maintenance, snapshot)


def test_windows_are_drawn_from_the_regions_block() -> None:
    hours = {int(windows.draw_maintenance("ap-southeast-1", str(seed))[4:6]) for seed in range(200)}
    assert hours == set(range(14, 22))


def test_a_window_that_was_asked_for_is_avoided() -> None:
    for seed in range(50):
        assert not windows.overlap(windows.draw_maintenance("us-east-1", str(seed), "03:00-09:00"), "03:00-09:00")


def test_no_hour_left_is_refused() -> None:
    with pytest.raises(ApiError, match="no free hour"):
        windows.draw_snapshot("us-east-1", "a", "mon:00:00-tue:00:00")


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), datetime(2026, 3, 4, 5, 0, tzinfo=UTC)),
        (datetime(2026, 3, 4, 5, 30, tzinfo=UTC), datetime(2026, 3, 4, 5, 30, tzinfo=UTC)),
        (datetime(2026, 3, 4, 6, 0, tzinfo=UTC), datetime(2026, 3, 11, 5, 0, tzinfo=UTC)),
    ],
)
def test_maintenance_opens_next_on_its_day(now: datetime, opening: datetime) -> None:
    assert windows.next_maintenance("wed:05:00-wed:06:00", now) == opening


def test_a_window_over_the_weeks_end_is_still_open_on_monday() -> None:
    now = datetime(2026, 3, 2, 0, 15, tzinfo=UTC)
    assert windows.next_maintenance("sun:23:30-mon:00:30", now) == now


def test_snapshots_are_daily() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert windows.next_snapshot("13:00-14:00", now) == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert windows.next_snapshot("12:00-13:00", now) == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
