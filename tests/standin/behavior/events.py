# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened: an hour back unless told, 14 days at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.events import KEPT, SOURCE_TYPES
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World

_USUAL_MINUTES = 60


@operation("DescribeEvents")
def describe(world: World, request: Request) -> dict[str, Any]:
    source_type = request.get("SourceType")
    if source_type is not None and source_type not in SOURCE_TYPES:
        raise invalid_value(f"Invalid source type {source_type}. Valid values are: {', '.join(SOURCE_TYPES)}")
    identifier = request.get("SourceIdentifier")
    start, end = _period(request, world.clock.now())
    found = world.events.select(start, end, source_type, identifier.lower() if identifier else None)
    return {
        "Events": [
            {
                "SourceIdentifier": event.source_identifier,
                "SourceType": event.source_type,
                "Message": event.message,
                "Date": event.date,
            }
            for event in found
        ]
    }


def _period(request: Request, now: datetime) -> tuple[datetime, datetime]:
    """A duration (minutes) reaches back from the end, or onward from a given start."""
    start, end, minutes = request.get("StartTime"), request.get("EndTime"), request.get("Duration")
    if None not in (start, end, minutes):
        raise invalid_combination("Duration cannot be used together with both StartTime and EndTime.")
    length = timedelta(minutes=_USUAL_MINUTES if minutes is None else minutes)
    if not timedelta(0) < length <= KEPT:
        raise invalid_value(f"The duration {minutes} must be between 1 and {int(KEPT.total_seconds() // 60)} minutes.")
    if start is None:
        end = end or now
        return end - length, end
    if start < now - KEPT:
        raise invalid_value("The start time must be within the last 14 days.")
    end = end or (now if minutes is None else start + length)
    if end < start:
        raise invalid_combination("The end time must be later than the start time.")
    return start, end
