# SPDX-License-Identifier: GPL-3.0-or-later
"""Weekly maintenance windows and daily snapshot windows, all in UTC.

A maintenance window is "ddd:hh24:mi-ddd:hh24:mi", 60 minutes to 24 hours; a snapshot window is
"hh24:mi-hh24:mi", at least 60 minutes; the two must not overlap, whoever chose them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.standin.core.errors import invalid_value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_HOUR = 60
_BLOCK_HOURS = 8

_CLOCK_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_MAINTENANCE = re.compile(rf"({'|'.join(DAYS)}):{_CLOCK_TIME}-({'|'.join(DAYS)}):{_CLOCK_TIME}")
_SNAPSHOT = re.compile(rf"{_CLOCK_TIME}-{_CLOCK_TIME}")

# First hour of the eight-hour block that a window is drawn from (user guide, "Managing maintenance").
_BLOCK_START = {
    "us-east-1": 3, "us-east-2": 4, "us-west-1": 6, "us-west-2": 6, "ca-central-1": 3, "sa-east-1": 1,
    "eu-west-1": 22, "eu-west-2": 23, "eu-west-3": 23, "eu-central-1": 23,
    "ap-northeast-1": 13, "ap-northeast-2": 12, "ap-southeast-1": 14, "ap-southeast-2": 12,
}  # fmt: skip
_OTHER_BLOCK_START = 3


def normalize_maintenance(text: str) -> str:
    """Lower case and checked; raises InvalidParameterValue."""
    start, length = _maintenance(text)
    if not _HOUR <= length <= _DAY:
        raise invalid_value("Maintenance window must be at least 60 minutes and at most 24 hours.")
    return _maintenance_text(start, length)


def normalize_snapshot(text: str) -> str:
    """Checked; raises InvalidParameterValue."""
    start, length = _snapshot(text)
    if length < _HOUR:
        raise invalid_value("Snapshot window must be at least 60 minutes.")
    return _snapshot_text(start, length)


def overlap(maintenance: str, snapshot: str) -> bool:
    """Whether the daily snapshot window meets the weekly maintenance window on any day."""
    start, length = _maintenance(maintenance)
    daily, daily_length = _snapshot(snapshot)
    # One day before the week to one after it, so that windows across Sunday's midnight are seen.
    return any(
        day * _DAY + daily < start + length and start < day * _DAY + daily + daily_length for day in range(-1, 9)
    )


def require_no_overlap(maintenance: str, snapshot: str) -> None:
    """Refuse overlapping windows in the service's way."""
    if overlap(maintenance, snapshot):
        raise invalid_value("The snapshot window and maintenance window must not overlap.")


def draw_maintenance(region: str, seed: str, snapshot: str | None = None) -> str:
    """The hour that the service picks when none is asked for; `seed` (the id) makes it the same every time.

    A snapshot window that was asked for is avoided.
    """
    number = _number(f"maintenance {seed}")
    day, turn = number % 7, number // 7
    windows = (_maintenance_text(day * _DAY + hour * _HOUR, _HOUR) for hour in _hours(region, turn))
    return _first(window for window in windows if snapshot is None or not overlap(window, snapshot))


def draw_snapshot(region: str, seed: str, maintenance: str) -> str:
    """The daily hour that the service picks; never in the maintenance window."""
    windows = (_snapshot_text(hour * _HOUR, _HOUR) for hour in _hours(region, _number(f"snapshot {seed}")))
    return _first(window for window in windows if not overlap(maintenance, window))


def next_maintenance(maintenance: str, now: datetime) -> datetime:
    """When the window opens next; `now` itself while it is open."""
    start, length = _maintenance(maintenance)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=now.weekday())
    for week in (-1, 0, 1):
        opening = monday + timedelta(weeks=week, minutes=start)
        if now < opening + timedelta(minutes=length):
            return max(opening, now)
    raise AssertionError("a weekly window opens within two weeks")


def next_snapshot(snapshot: str, now: datetime) -> datetime:
    """When the daily window opens next, strictly later than `now`."""
    start, _other = _snapshot(snapshot)
    opening = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=start)
    return opening if opening > now else opening + timedelta(days=1)


def is_snapshot_time(snapshot: str, now: datetime) -> bool:
    """Whether the daily window is open."""
    start, length = _snapshot(snapshot)
    return (now.hour * _HOUR + now.minute - start) % _DAY < length


def _maintenance(text: str) -> tuple[int, int]:
    """Start in minutes of the week, and length in minutes."""
    match = _MAINTENANCE.fullmatch(text.strip().lower())
    if match is None:
        raise invalid_value(f"The maintenance window {text} is not valid; expected ddd:hh24:mi-ddd:hh24:mi.")
    first_day, first_hour, first_minute, last_day, last_hour, last_minute = match.groups()
    start = DAYS.index(first_day) * _DAY + int(first_hour) * _HOUR + int(first_minute)
    end = DAYS.index(last_day) * _DAY + int(last_hour) * _HOUR + int(last_minute)
    return start, (end - start) % _WEEK


def _snapshot(text: str) -> tuple[int, int]:
    """Start in minutes of the day, and length in minutes."""
    match = _SNAPSHOT.fullmatch(text.strip())
    if match is None:
        raise invalid_value(f"The snapshot window {text} is not valid; expected hh24:mi-hh24:mi.")
    hour, minute, last_hour, last_minute = (int(part) for part in match.groups())
    start = hour * _HOUR + minute
    return start, (last_hour * _HOUR + last_minute - start) % _DAY


def _maintenance_text(start: int, length: int) -> str:
    return "-".join(f"{DAYS[at // _DAY]}:{_time(at)}" for at in (start % _WEEK, (start + length) % _WEEK))


def _snapshot_text(start: int, length: int) -> str:
    return f"{_time(start)}-{_time(start + length)}"


def _time(minutes: int) -> str:
    return f"{minutes % _DAY // _HOUR:02d}:{minutes % _HOUR:02d}"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _hours(region: str, turn: int) -> list[int]:
    """The hours of a region's block, beginning with the `turn`th, then the rest of the day."""
    first = _BLOCK_START.get(region, _OTHER_BLOCK_START)
    block = [(first + (turn + step) % _BLOCK_HOURS) % 24 for step in range(_BLOCK_HOURS)]
    return [*block, *(hour for hour in range(24) if hour not in block)]


def _first(windows: Iterable[str]) -> str:
    for window in windows:
        return window
    raise invalid_value("The given window leaves no free hour for the other one.")
