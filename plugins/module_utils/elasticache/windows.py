# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance and snapshot windows: their forms, lengths, and whether they meet. All times are UTC.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
SHORTEST = 60
"""Minutes that either window must last."""
LONGEST_MAINTENANCE = DAY

TIME = r"([01]\d|2[0-3]):([0-5]\d)"
MAINTENANCE = re.compile(rf"({'|'.join(DAYS)}):{TIME}-({'|'.join(DAYS)}):{TIME}")
SNAPSHOT = re.compile(rf"{TIME}-{TIME}")


@dataclass(frozen=True)
class Window:
    """Minutes: `start` from Monday 00:00 (maintenance) or from midnight (snapshots, daily), and how long it lasts."""

    start: int
    length: int


def normalize_window(window: str) -> str:
    """The service answers in lower case."""
    return window.strip().lower()


def parse_maintenance(window: str) -> Window | None:
    """`sun:05:00-sun:06:00`; None when it has another form. It may run over the end of the week."""
    found = MAINTENANCE.fullmatch(normalize_window(window))
    if found is None:
        return None
    first, hour, minute, last, end_hour, end_minute = found.groups()
    start = DAYS.index(first) * DAY + int(hour) * 60 + int(minute)
    end = DAYS.index(last) * DAY + int(end_hour) * 60 + int(end_minute)
    return Window(start, (end - start) % WEEK)


def parse_snapshot(window: str) -> Window | None:
    """`05:00-09:00`; None when it has another form. It may run over midnight."""
    found = SNAPSHOT.fullmatch(normalize_window(window))
    if found is None:
        return None
    hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
    start = hour * 60 + minute
    return Window(start, (end_hour * 60 + end_minute - start) % DAY)


def maintenance_problems(window: str | None) -> list[str]:
    if window is None:
        return []
    parsed = parse_maintenance(window)
    if parsed is None:
        return [
            f"preferred_maintenance_window: {window!r} has not the form ddd:hh:mm-ddd:hh:mm, as in sun:05:00-sun:06:00."
        ]
    if not SHORTEST <= parsed.length <= LONGEST_MAINTENANCE:
        return [f"preferred_maintenance_window: {window!r} lasts {parsed.length} minutes, not 60 minutes to 24 hours."]
    return []


def snapshot_problems(window: str | None) -> list[str]:
    if window is None:
        return []
    parsed = parse_snapshot(window)
    if parsed is None:
        return [f"snapshot_window: {window!r} has not the form hh:mm-hh:mm, as in 03:00-05:00."]
    if parsed.length < SHORTEST:
        return [f"snapshot_window: {window!r} lasts {parsed.length} minutes, it must be at least 60."]
    return []


def overlap_problems(maintenance: str | None, snapshot: str | None) -> list[str]:
    """The two may touch, not overlap: a rule that also holds against a window that the service picked by itself."""
    if maintenance is None or snapshot is None:
        return []
    weekly, daily = parse_maintenance(maintenance), parse_snapshot(snapshot)
    if (
        weekly is None
        or daily is None
        or not any(meets(weekly, Window(daily.start + day * DAY, daily.length)) for day in range(7))
    ):
        return []
    return [f"snapshot_window: {snapshot} overlaps with preferred_maintenance_window {maintenance}; move one of them."]


def meets(first: Window, second: Window) -> bool:
    """Whether two windows of a week that repeats share a minute."""
    return (second.start - first.start) % WEEK < first.length or (first.start - second.start) % WEEK < second.length
