# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes real seconds (starting engines, moving slots), kept away from the lock that requests need."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Condition
from typing import Protocol

from tests.standin.core.clock import Clock

log = logging.getLogger(__name__)

Work = Callable[[], None]
Then = Callable[[Exception | None], None]


class Background(Protocol):
    """Runs `work`, then `then(error)` under the world's lock; works of one `key` run in the order they came."""

    def run(self, key: str, work: Work, then: Then) -> None: ...

    def wait_idle(self, timeout: float) -> bool: ...

    def stop(self) -> None: ...


class Inline:
    """Everything at once in the caller's thread: for stepped clocks, where a test wants no other threads."""

    def run(self, key: str, work: Work, then: Then) -> None:  # the key orders works, and here they are in order
        then(_outcome(work))

    def wait_idle(self, timeout: float) -> bool:
        return True

    def stop(self) -> None:
        return None


class Threads:
    """A few worker threads; `work` runs without the lock, so requests are answered meanwhile.

    `then` goes through the clock as an action that is due at once, so that all changes happen in one order.
    """

    def __init__(self, clock: Clock, count: int = 4) -> None:
        self._clock = clock
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="standin-work")
        self._waiting: dict[str, deque[tuple[Work, Then]]] = {}
        self._idle = Condition()

    def run(self, key: str, work: Work, then: Then) -> None:
        with self._idle:
            queue = self._waiting.setdefault(key, deque())
            queue.append((work, then))
            if len(queue) == 1:
                self._pool.submit(self._drain, key)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is under way, not holding the lock; False when `timeout` real seconds were not enough."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._waiting, timeout)

    def stop(self) -> None:
        """Drop what has not begun, and wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _drain(self, key: str) -> None:
        while True:
            with self._idle:
                work, then = self._waiting[key][0]
            error = _outcome(work)
            self._clock.after(0, partial(then, error), f"after the work of {key}")
            try:
                self._clock.run_due()
            except Exception:
                log.exception("an action of the clock failed")
            with self._idle:
                self._waiting[key].popleft()
                if not self._waiting[key]:
                    del self._waiting[key]
                    self._idle.notify_all()
                    return


def _outcome(work: Work) -> Exception | None:
    try:
        work()
    except Exception as error:
        log.warning("work failed: %s", error)
        return error
    return None
