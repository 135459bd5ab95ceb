# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeing how a failover goes on: by the events that come after it was asked for, and by what the group says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ...aws.session import Session
from ...aws.waiting import LATE_READS, WaitTimeout, wait_until
from ...reconcile.problems import Failure
from .aim import Aim
from .events import Event, completed_among, has_recovered, read_story, since_call
from .facts import Group, read_group

Found = TypeVar("Found")


@dataclass(frozen=True)
class Roles:
    """The primary that was, where known, and the one that is."""

    previous: str | None
    new: str


@dataclass(frozen=True)
class Watch:
    """`known` are the events from before. The service's dates are not compared with those of this machine."""

    session: Session
    name: str
    aim: Aim
    known: frozenset[Event]
    timeout: float

    def group(self) -> Group:
        found = read_group(self.session, self.name)
        if found is None:
            raise Failure(f"replication group {self.name} has been deleted meanwhile.")
        return found

    def events(self, *members: str | None) -> list[Event]:
        """Those of the group and of these members since the failover was asked for, oldest first."""
        story = read_story(self.session, self.name, filter(None, members))
        return [event for event in story if event not in self.known]

    def require_unchanged(self) -> None:
        """Since the first look a client has got warm. Raises Failure when the group is not what it was then."""
        group = self.group()
        primary = group.primary_of(self.aim.members)
        seen = "; ".join(group.state.transitions)
        if not seen and primary is not None and primary != self.aim.primary:
            seen = f"{primary} is primary in place of {self.aim.primary}"
        if seen:
            raise Failure(f"{self.label} has changed while this run began ({seen}). No failover was asked for.")

    def has_begun(self) -> bool:
        """Whether the service shows that it was asked, by this run or by whoever came at the same time."""
        if self.aim.kind == "test":
            return any(event.called_for == self.aim.node_group_id for event in self.events())
        group = self.group()
        return self.aim.successor in (group.promoting, group.primary_of(self.aim.members))

    def await_beginning(self) -> bool:
        """Whether it shows within the time that reads may lag behind."""

        def probe() -> tuple[bool | None, str]:
            return (True, "") if self.has_begun() else (None, "nothing of it shows")

        try:
            return wait_until(self.session, "a sign of the failover", LATE_READS, probe)
        except WaitTimeout:
            return False

    def await_promotion(self) -> Roles:
        """Raises Failure."""

        def probe() -> tuple[Roles | None, str]:
            group = self.group()
            return self.roles(group), seen_of(group)

        return self.wait(f"another primary of {self.label}", probe)

    def roles(self, group: Group) -> Roles | None:
        """In cluster mode the events alone tell; elsewhere they may come later than the group's own word."""
        if self.aim.kind == "test":
            told = completed_among(since_call(self.events(), self.aim.node_group_id), self.aim.members)
            if told:
                return Roles(*told)
        primary = group.primary_of(self.aim.members)
        if primary is None or primary == self.aim.primary:
            return None
        return Roles(self.aim.primary, primary)

    def await_writable(self, why_not: Callable[[], str | None]) -> None:
        """Until clients write to the new primary. Raises Failure."""

        def probe() -> tuple[bool | None, str]:
            problem = why_not()
            return (True, "") if problem is None else (None, problem)

        self.wait(f"writes to {self.label}", probe)

    def await_replacement(self, previous: str | None) -> None:
        """Until the group is settled and has recovered the old primary, which the next test of the group has to wait
        for. Where the group is settled and no event tells of a recovery, it is believed after a while.
        """
        settled_since: list[float] = []

        def probe() -> tuple[bool | None, str]:
            group = self.group()
            if group.state.transitions:
                settled_since.clear()
                return None, seen_of(group)
            settled_since.append(self.session.clock.now())
            if self.is_recovered(previous) or settled_since[-1] - settled_since[0] >= LATE_READS:
                return True, ""
            return None, f"{previous} has not recovered yet"

        self.wait(f"{self.label} to be available again", probe)

    def is_recovered(self, previous: str | None) -> bool:
        """A promotion by name replaces nobody."""
        if self.aim.kind != "test" or previous is None:
            return True
        return has_recovered(self.events(previous), previous)

    def wait(self, what: str, probe: Callable[[], tuple[Found | None, str]]) -> Found:
        """As `wait_until`, whose advice to run again would be wrong here: that would be another failover."""
        seen = [""]

        def noted() -> tuple[Found | None, str]:
            found, seen[0] = probe()
            return found, seen[0]

        try:
            return wait_until(self.session, what, self.timeout, noted)
        except WaitTimeout as error:
            raise Failure(f"{what} did not come true within {self.timeout:g} seconds; last seen: {seen[0]}.") from error

    @property
    def label(self) -> str:
        return f"shard {self.aim.node_group_id} of {self.name}"


def await_settled(session: Session, name: str, timeout: float) -> None:
    """Until nothing of the group is in transition. Raises WaitTimeout."""

    def probe() -> tuple[bool | None, str]:
        group = read_group(session, name)
        if group is None:
            raise Failure(f"replication group {name} has been deleted meanwhile.")
        return (None, seen_of(group)) if group.state.transitions else (True, "")

    wait_until(session, f"replication group {name} to be available", timeout, probe)


def seen_of(group: Group) -> str:
    return "; ".join(group.state.transitions) or "the group is available"
