# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service's events tell of failovers, in the words of its user guide ("Testing Multi-AZ").

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...aws.session import Session
from ...elasticache.api import describe_events

SHARDS_PER_DAY = 15
"""Shards of an account that may be failed over by a test within any 24 hours."""
DAY = 24 * 60
"""Minutes."""
RECENTLY = 60
"""Minutes within which a failover, with the replacement of the old primary, has come to its end."""

GROUP = "replication-group"
MEMBER = "cache-cluster"

_CALLED = re.compile(r"Test Failover API called for node group ([\w-]+)")
_COMPLETED = re.compile(r"Failover from (?:primary|master) node ([\w-]+) to replica node ([\w-]+) completed")
"""The API's reference said "master" before the user guide said "primary"."""
_RECOVERED = "Finished recovery for cache nodes"


@dataclass(frozen=True)
class Event:
    at: datetime
    source: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return {"at": self.at.isoformat(), "source": self.source, "message": self.message}

    @property
    def called_for(self) -> str | None:
        """The shard whose failover was asked for."""
        found = _CALLED.search(self.message)
        return found.group(1) if found else None

    @property
    def roles(self) -> tuple[str, str] | None:
        """The primary that was and the one that is, of a completed failover."""
        found = _COMPLETED.search(self.message)
        return (found.group(1), found.group(2)) if found else None


def read_events(session: Session, kind: str, identifier: str | None, minutes: int) -> list[Event]:
    """Oldest first. Needs `elasticache:DescribeEvents`."""
    found = describe_events(session, identifier, kind, minutes)
    return [Event(each["Date"], each.get("SourceIdentifier", ""), each.get("Message", "")) for each in found]


def read_calls(session: Session) -> list[Event]:
    """Test failovers of the last 24 hours in this region, oldest first."""
    return [event for event in read_events(session, GROUP, None, DAY) if event.called_for]


def read_story(session: Session, group: str, members: Iterable[str]) -> list[Event]:
    """Of the group and these members, for a day, oldest first."""
    story = read_events(session, GROUP, group, DAY)
    for member in members:
        story += read_events(session, MEMBER, member, DAY)
    return sorted(story, key=lambda event: event.at)


def calls_left(calls: Sequence[Event]) -> int:
    return max(0, SHARDS_PER_DAY - len(calls))


def next_call_at(calls: Sequence[Event]) -> datetime:
    """When a further shard may be tested, now that all calls are used up."""
    return calls[-SHARDS_PER_DAY].at + timedelta(minutes=DAY)


def since_call(events: Iterable[Event], node_group_id: str) -> list[Event]:
    """Those from the last call for that shard on: what comes before it, and was told of late, is another failover's."""
    told = list(events)
    calls = [event.at for event in told if event.called_for == node_group_id]
    return [event for event in told if calls and event.at >= calls[-1]]


def completed_among(events: Iterable[Event], members: Sequence[str]) -> tuple[str, str] | None:
    """Old and new primary of the failover that ended last within these members' shard."""
    told = [event.roles for event in events if event.roles and event.roles[1] in members]
    return told[-1] if told else None


def has_ended(call: Event, events: Iterable[Event]) -> bool:
    """Whether a replica has taken over since that call, and the primary of before has come back."""
    since = [event for event in events if event.at >= call.at]
    former = next((event.roles[0] for event in since if event.roles), None)
    return former is not None and has_recovered(since, former)


def has_recovered(events: Iterable[Event], member: str) -> bool:
    return any(event.source == member and _RECOVERED in event.message for event in events)
