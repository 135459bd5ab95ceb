# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failover came to, as the module returns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ...reconcile.plan import Change, Disruption, Plan
from ...reconcile.problems import Failure
from ...redis.writing.judgment import Judgment
from .aim import PRIMARY, Aim
from .events import Event
from .measurement import Measurement


@dataclass(frozen=True)
class Measured:
    """Dates of the machine that the client ran on. `unread` is why what was written could not be read back."""

    judgment: Judgment
    interrupted_from: datetime | None
    interrupted_until: datetime | None
    first_refused: datetime | None
    unread: str | None = None

    @classmethod
    def of(cls, measurement: Measurement) -> Measured:
        judgment, unread = measurement.conclude()
        gap = judgment.interruption
        return cls(
            judgment,
            measurement.moment(gap.began) if gap else None,
            measurement.moment(gap.ended) if gap and gap.is_over else None,
            None if judgment.first_refused is None else measurement.moment(judgment.first_refused),
            unread,
        )

    def as_dict(self) -> dict[str, Any]:
        told = self.judgment
        return {
            "interruption_seconds": round(told.interruption.seconds, 3) if told.interruption else None,
            "interrupted_from": shown(self.interrupted_from),
            "interrupted_until": shown(self.interrupted_until),
            "first_refused": shown(self.first_refused),
            "longest_error": told.longest_error,
            "writes": {
                "attempted": told.attempted,
                "acknowledged": told.acknowledged,
                "refused": told.refused,
                "lost": told.lost,
                "confirmed": told.confirmed,
                "lost_confirmed": told.lost_confirmed,
                "acknowledged_before_failover": told.acknowledged_before_failover,
                "lost_before_failover": told.lost_before_failover,
            },
        }


UNMEASURED: Mapping[str, Any] = {
    "interruption_seconds": None,
    "interrupted_from": None,
    "interrupted_until": None,
    "first_refused": None,
    "longest_error": None,
    "writes": None,
}


@dataclass(frozen=True)
class Outcome:
    """`plan` is what was to be done; an empty one was done before. `previous`, `new`: the primaries, where known."""

    name: str
    aim: Aim
    plan: Plan
    previous: str | None
    new: str | None = None
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None = None
    measured: Measured | None = None
    events: Sequence[Event] = ()
    warnings: tuple[str, ...] = ()

    @property
    def changes(self) -> Plan:
        """The plan with the primaries as they came out: with several candidates, the service has chosen."""
        if self.new is None or self.plan.is_empty:
            return self.plan
        return replace(self.plan, changes=(Change(PRIMARY, self.previous, self.new, Disruption.FAILOVER),))

    def warn(self, *warnings: str) -> Outcome:
        return replace(self, warnings=(*self.warnings, *warnings))

    def as_dict(self) -> dict[str, Any]:
        return {
            "node_group_id": self.aim.node_group_id,
            "kind": self.aim.kind,
            "candidates": list(self.aim.candidates),
            "calls_left": self.aim.calls_left,
            "previous_primary": self.previous,
            "new_primary": self.new,
            "started": shown(self.started),
            "finished": shown(self.finished),
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            **(self.measured.as_dict() if self.measured else UNMEASURED),
            "events": [event.as_dict() for event in self.events],
        }


class Unfinished(Failure):
    """The service was asked, and something went wrong after that. `outcome` is what was seen until then."""

    def __init__(self, cause: Failure, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(
            f"{cause} The failover was asked for. A further run would ask for another one: wait until the group is "
            "available, and see by its events how this one has ended."
        )


def losses(measured: Measured) -> tuple[str, ...]:
    """Lost writes in words that nobody can overlook."""
    told = measured.judgment
    if measured.unread:
        return (f"what was written could not be read back, so whether writes are lost is not known: {measured.unread}",)
    if not told.lost:
        return ()
    warning = (
        f"{told.lost} of {told.acknowledged} acknowledged writes are lost, {told.lost_before_failover} of them from "
        "before the interruption. Replication is asynchronous: what a primary had not passed on is gone with it."
    )
    if not told.lost_confirmed:
        return (warning,)
    return (
        warning,
        f"{told.lost_confirmed} of the lost writes had been confirmed by every replica, which asynchronous replication "
        "does not explain. Look at evictions (maxmemory-policy), FLUSHALL and FLUSHDB, and at who else deletes keys.",
    )


def shown(moment: datetime | None) -> str | None:
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds") if moment else None
