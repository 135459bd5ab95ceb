# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recovery test found: measured times held against the objectives, and everything else that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...aws.session import Clock
from ...reconcile.report import UNREPORTED
from .arguments import Request
from .comparison import Comparison

LEFTOVER = "remove_leftover"
"""The phase that no recovery in earnest would have: it does not count for the recovery time."""


@dataclass
class Phase:
    name: str
    seconds: float


@dataclass(frozen=True)
class Objectives:
    """In seconds; None: none was given."""

    recovery_time_seconds: int | None
    recovery_point_seconds: int | None


@dataclass
class Drill:
    """Grows while the test runs. `recovery_time_seconds` stays None when nothing could be read; `passed` and `removed`
    are None in check mode. `snapshot_created` and `started` are ISO 8601 in UTC."""

    replication_group_id: str
    temporary_group_id: str
    snapshot_name: str
    snapshot_created: str
    node_type: str
    started: str
    recovery_point_seconds: float
    objectives: Objectives
    phases: list[Phase] = field(default_factory=list)
    recovery_time_seconds: float | None = None
    comparison: Comparison | None = None
    passed: bool | None = None
    problems: list[str] = field(default_factory=list)
    removed: bool | None = None
    warnings: list[str] = field(default_factory=list, metadata=UNREPORTED)
    interrupted_by: str = field(default="", metadata=UNREPORTED)

    @contextmanager
    def phase(self, name: str, clock: Clock) -> Iterator[None]:
        """Its seconds are recorded however it ends."""
        began = clock.now()
        try:
            yield
        finally:
            self.phases.append(Phase(name, round(clock.now() - began, 3)))

    def note_first_read(self) -> None:
        """From the start of the run until now."""
        self.recovery_time_seconds = round(sum(each.seconds for each in self.phases if each.name != LEFTOVER), 3)

    def conclude(self) -> None:
        if self.comparison and self.comparison.problem:
            self.problems.append(self.comparison.problem)
        self.problems += missed_objectives(self)
        self.passed = not self.problems


def objectives_of(request: Request) -> Objectives:
    return Objectives(request.recovery_time_objective, request.recovery_point_objective)


def missed_objectives(drill: Drill) -> Iterator[str]:
    """A recovery that never came to a read has no time to hold against the objective, and a problem of its own."""
    wanted = drill.objectives
    measured = drill.recovery_time_seconds
    if wanted.recovery_time_seconds and measured is not None and measured > wanted.recovery_time_seconds:
        yield (
            f"recovery_time_objective: it took {measured:g} seconds to the first read, the objective is "
            f"{wanted.recovery_time_seconds}."
        )
    age = drill.recovery_point_seconds
    if wanted.recovery_point_seconds and age > wanted.recovery_point_seconds:
        yield (
            f"recovery_point_objective: the snapshot was {age:g} seconds old at the start, the objective is "
            f"{wanted.recovery_point_seconds}; have snapshots taken more often, and see whether the last one failed."
        )
