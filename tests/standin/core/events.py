# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened, as DescribeEvents tells it: kept for 14 days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

SourceType = Literal[
    "cache-cluster",
    "cache-parameter-group",
    "cache-security-group",
    "cache-subnet-group",
    "replication-group",
    "serverless-cache",
    "serverless-cache-snapshot",
    "user",
    "user-group",
]
SOURCE_TYPES: tuple[str, ...] = get_args(SourceType)
KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Event:
    source_identifier: str
    source_type: SourceType
    message: str
    date: datetime


class EventLog:
    """Oldest first, as they were added."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._events: list[Event] = []

    def add(self, source_identifier: str, source_type: SourceType, message: str) -> None:
        """Record something that happens now."""
        self._events.append(Event(source_identifier, source_type, message, self._now()))

    def select(
        self,
        start: datetime,
        end: datetime,
        source_type: str | None = None,
        source_identifier: str | None = None,
    ) -> list[Event]:
        """Events of `start` <= date <= `end`; what is older than 14 days is gone."""
        oldest = self._now() - KEPT
        self._events = [event for event in self._events if event.date >= oldest]
        return [
            event
            for event in self._events
            if start <= event.date <= end
            and source_type in (None, event.source_type)
            and source_identifier in (None, event.source_identifier)
        ]
