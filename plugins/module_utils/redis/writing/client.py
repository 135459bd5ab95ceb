# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client as an application has one: it writes numbered keys, and after an error it connects anew and goes on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType

from ..failures import CheckError, RedirectError
from ..keyspace.nodes import ClosableSession
from ..waiting import Clock
from .journal import Acknowledgment, Journal, Refusal
from .names import KeyNames
from .routes import Route

PAUSE = 0.02
"""Seconds between two writes. An interruption that is not longer than this and CONFIRMATION_PATIENCE cannot be seen."""
PAUSE_AFTER_ERROR = 0.05
CONFIRMATION_INTERVAL = 1.0
CONFIRMATION_PATIENCE = 50
"""Milliseconds for which the primary may hold up the writes to hear from its replicas."""

_NO_CONFIRMATIONS = ("NOPERM", "SERVER_ERROR")


@dataclass(frozen=True)
class WritingTask:
    """`seconds_to_live` of each key, should nobody remove it. `replicas`: how many confirm a write, 0 for nobody."""

    names: KeyNames
    seconds_to_live: int
    replicas: int = 0


class WritingClient:
    """Writes in a thread of its own as long as the context lasts."""

    def __init__(self, route: Route, task: WritingTask, clock: Clock = time) -> None:
        self.journal = Journal()
        self._route = route
        self._task = task
        self._clock = clock
        self._session: ClosableSession | None = None
        self._first_of_session = 0
        self._confirms = task.replicas > 0
        self._confirmation_due = clock.monotonic()
        self._acknowledged = threading.Condition()
        self._stopping = threading.Event()
        self._mistake: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="writing client", daemon=True)

    def __enter__(self) -> WritingClient:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """After the write that is under way. Raises what ended the thread, if that was a mistake of its own."""
        self._stopping.set()
        self._thread.join()
        self._drop()
        if self._mistake is not None:
            raise self._mistake

    def await_acknowledged(self, count: int, seconds: float) -> bool:
        """Whether so many writes are acknowledged, now or within `seconds`. Raises what ended the thread."""
        with self._acknowledged:
            self._acknowledged.wait_for(lambda: self._mistake or len(self.journal.acknowledgments) >= count, seconds)
        if self._mistake is not None:
            raise self._mistake
        return len(self.journal.acknowledgments) >= count

    def write(self) -> bool:
        """The next number; whether it was acknowledged."""
        journal = self.journal
        journal.attempted += 1
        number, began = journal.attempted, self._clock.monotonic()
        try:
            self._send(number)
        except CheckError as error:
            journal.refusals.append(Refusal(number, began, self._clock.monotonic(), error.code))
            if isinstance(error, RedirectError):
                self._route.redirect(error)
            self._drop()
            return False
        with self._acknowledged:
            journal.acknowledgments.append(Acknowledgment(number, self._clock.monotonic()))
            self._acknowledged.notify_all()
        self._confirm(number)
        return True

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                pause = PAUSE if self.write() else PAUSE_AFTER_ERROR
                self._stopping.wait(pause)
        except BaseException as mistake:  # told in the thread that others look at
            with self._acknowledged:
                self._mistake = mistake
                self._acknowledged.notify_all()

    def _send(self, number: int) -> None:
        if self._session is None:
            self._session = self._route.open()
            self._first_of_session = number
        self._session.command("SET", self._task.names.of(number), number, "EX", self._task.seconds_to_live)

    def _confirm(self, number: int) -> None:
        """Now and then. It holds for the writes of this session: earlier ones may have gone to another primary."""
        now = self._clock.monotonic()
        if not self._confirms or now < self._confirmation_due or self._session is None:
            return
        self._confirmation_due = now + CONFIRMATION_INTERVAL
        try:
            confirmed_by = self._session.command("WAIT", self._task.replicas, CONFIRMATION_PATIENCE)
        except CheckError as error:
            self._confirms = error.code not in _NO_CONFIRMATIONS
            if self._confirms:
                self._drop()
            return
        if isinstance(confirmed_by, int) and confirmed_by >= self._task.replicas:
            self.journal.confirmed[self._first_of_session] = number

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
