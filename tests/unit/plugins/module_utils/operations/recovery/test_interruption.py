# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals while a drill runs."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.interruption import (
    SIGNALS,
    Stopped,
    interruptible,
)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_stops(number: signal.Signals) -> None:
    with interruptible(), pytest.raises(Stopped) as stopped:
        os.kill(os.getpid(), number)
    assert stopped.value.name == number.name


def test_a_second_one_does_not() -> None:
    with interruptible():
        with pytest.raises(Stopped):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)


def test_none_does_while_they_are_held() -> None:
    with interruptible() as interruption:
        interruption.hold()
        os.kill(os.getpid(), signal.SIGINT)


def test_what_was_before_is_afterwards() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with interruptible():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_signal_that_is_ignored_stays_so() -> None:
    """nohup ignores SIGHUP, a shell ignores SIGINT for what is in the background: such runs outlive terminals."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def look() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]
