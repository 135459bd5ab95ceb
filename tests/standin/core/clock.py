# SPDX-License-Identifier: GPL-3.0-or-later
"""Service time: what the service would do minutes later happens when this clock gets there."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition, RLock
from typing import Literal

Kind = Literal["real", "accelerated", "stepped"]
Action = Callable[[], None]


@dataclass(order=True)
class Scheduled:
    """An action that waits for its time. `cancel()` keeps it from running. Copies of a record share it."""

    due: datetime
    number: int
    action: Action = field(compare=False)
    label: str = field(compare=False)
    canceled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.canceled = True

    def __deepcopy__(self, memo: dict[int, object]) -> Scheduled:
        return self


class Clock:
    """One clock for all worlds of a stand-in; `lock` guards it and everything that its actions touch.

    Actions run under `lock`, in the order of their times (first come, first served among equals), and while one
    runs on a stepped clock, `now()` is the time that it was due at, so that chains of actions keep exact times.
    `changed` is notified when something is scheduled; the hooks of `before_action` run before each action.
    """

    def __init__(self, kind: Kind, start: datetime, rate: float) -> None:
        self.kind: Kind = kind
        self.rate = rate
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.before_action: list[Action] = []
        self._real_start = datetime.now(UTC)
        self._service_start = start
        self._stepped_now = start
        self._queue: list[Scheduled] = []
        self._numbers = itertools.count()
        self._running = False

    @classmethod
    def real(cls) -> Clock:
        """The machine's time."""
        return cls("real", datetime.now(UTC), 1.0)

    @classmethod
    def accelerated(cls, rate: float) -> Clock:
        """Starts at the machine's time and runs `rate` times as fast."""
        if rate <= 0:
            raise ValueError(f"a clock's rate must be above 0, not {rate}")
        return cls("accelerated", datetime.now(UTC), rate)

    @classmethod
    def stepped(cls, start: datetime | None = None) -> Clock:
        """Stands still until `advance`."""
        return cls("stepped", start or datetime.now(UTC).replace(microsecond=0), 0.0)

    def now(self) -> datetime:
        """Aware, in UTC."""
        if self.kind == "stepped":
            return self._stepped_now
        elapsed = datetime.now(UTC) - self._real_start
        return self._service_start + elapsed * self.rate

    def after(self, seconds: float, action: Action, label: str) -> Scheduled:
        """Run `action` once `seconds` of service time have passed."""
        return self.at(self.now() + timedelta(seconds=seconds), action, label)

    def at(self, when: datetime, action: Action, label: str) -> Scheduled:
        """Run `action` at a service time; one in the past is due at once. `label` says what it is, for people."""
        with self.lock:
            scheduled = Scheduled(when, next(self._numbers), action, label)
            heapq.heappush(self._queue, scheduled)
            self.changed.notify_all()
            return scheduled

    def run_due(self) -> int:
        """Run what is due, including what becomes due by it; answers how many ran. Inside an action: nothing."""
        with self.lock:
            return self._run_until(self.now())

    def advance(self, seconds: float) -> int:
        """Move a stepped clock on, running everything on the way; answers how many actions ran."""
        if self.kind != "stepped":
            raise ValueError(f"only a stepped clock can be advanced, this one is {self.kind}")
        if seconds < 0:
            raise ValueError("a clock cannot be set back")
        with self.lock:
            target = self._stepped_now + timedelta(seconds=seconds)
            ran = self._run_until(target)
            self._stepped_now = max(target, self._stepped_now)
            return ran

    def clear(self) -> None:
        """Forget what waits: nothing of it will run."""
        with self.lock:
            self._queue.clear()

    def pending(self) -> list[Scheduled]:
        """What waits, soonest first."""
        with self.lock:
            return sorted(entry for entry in self._queue if not entry.canceled)

    def seconds_to_next(self) -> float | None:
        """Seconds of the machine's time until something is due; None when nothing waits or time stands still."""
        with self.lock:
            waiting = self.pending()
            if not waiting or self.kind == "stepped":
                return None
            return max(0.0, (waiting[0].due - self.now()).total_seconds() / self.rate)

    def _run_until(self, moment: datetime) -> int:
        if self._running:
            return 0
        ran = 0
        self._running = True
        try:
            while self._queue and self._queue[0].due <= moment:
                entry = heapq.heappop(self._queue)
                if entry.canceled:
                    continue
                if self.kind == "stepped":
                    self._stepped_now = max(self._stepped_now, entry.due)
                for hook in self.before_action:
                    hook()
                entry.action()
                ran += 1
        finally:
            self._running = False
        return ran
