# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first signal that asks a run to end becomes an exception, so that what costs money is removed before the end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """No Exception: botocore takes those for failures of the connection, and tries again."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class Interruption:
    """Handles a signal by raising Stopped: once, and not any more when `hold` was called."""

    def __init__(self) -> None:
        self._is_held = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if not self._is_held:
            self._is_held = True
            raise Stopped(signal.Signals(number).name)

    def hold(self) -> None:
        self._is_held = True


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """A signal that is ignored stays so: nohup and shells do that for runs that are to go on.

    Only the main thread may handle signals; in any other, nothing ever calls what is yielded.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in heeded}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
