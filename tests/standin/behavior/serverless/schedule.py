# SPDX-License-Identifier: GPL-3.0-or-later
"""When automatic snapshots are taken, and how long they are kept."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tests.standin.behavior.replication_groups.schedule import require_retention
from tests.standin.behavior.serverless.state import Schedule
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.request import Request

USUAL_TIME = "00:00"
_DAILY_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def choose_schedule(request: Request) -> Schedule:
    """Of a CreateServerlessCache."""
    retention, daily_time = request.get("SnapshotRetentionLimit", 0), request.get("DailySnapshotTime")
    require_retention(retention)
    if daily_time is None:
        return Schedule(retention, USUAL_TIME)
    if not _DAILY_TIME.fullmatch(daily_time):
        raise invalid_value(f"Invalid daily snapshot time {daily_time}. Must be HH:MM, in UTC.")
    if retention == 0:
        raise invalid_combination("DailySnapshotTime requires a SnapshotRetentionLimit of at least 1 day.")
    return Schedule(retention, daily_time)


def next_daily(schedule: Schedule, now: datetime) -> datetime:
    """The next time of day that a snapshot is due, strictly later than `now`."""
    hour, minute = (int(part) for part in schedule.daily_time.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return due if due > now else due + timedelta(days=1)
