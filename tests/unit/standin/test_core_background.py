# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Event, current_thread, main_thread

import pytest

from tests.standin.core.background import Inline, Threads
from tests.standin.core.clock import Clock

PATIENCE = 10.0


@pytest.fixture
def clock() -> Clock:
    return Clock.real()


@pytest.fixture
def threads(clock: Clock) -> Iterator[Threads]:
    background = Threads(clock, count=2)
    yield background
    background.stop()


def fail() -> None:
    raise RuntimeError("no engine")


def test_inline_work_is_done_at_once() -> None:
    seen: list[object] = []
    Inline().run("group", lambda: seen.append("work"), seen.append)
    assert seen == ["work", None]
    assert Inline().wait_idle(0)


def test_inline_work_that_fails_hands_its_error_on() -> None:
    seen: list[Exception | None] = []
    Inline().run("group", fail, seen.append)
    assert [str(error) for error in seen] == ["no engine"]


def test_the_lock_is_free_while_work_runs(clock: Clock, threads: Threads) -> None:
    began, may_end = Event(), Event()

    def work() -> None:
        began.set()
        assert may_end.wait(PATIENCE)

    threads.run("group", work, lambda error: None)
    assert began.wait(PATIENCE)
    with clock.lock:
        may_end.set()
    assert threads.wait_idle(PATIENCE)


def test_what_follows_runs_under_the_lock_in_another_thread(clock: Clock, threads: Threads) -> None:
    seen: list[bool] = []

    def then(error: Exception | None) -> None:
        seen.append(current_thread() is not main_thread())

    with clock.lock:
        threads.run("group", lambda: None, then)
        assert not threads.wait_idle(0.05)
        assert seen == []
    assert threads.wait_idle(PATIENCE)
    assert seen == [True]


def test_works_of_one_key_keep_their_order(threads: Threads) -> None:
    seen: list[int] = []
    for number in range(20):
        threads.run("group", partial(seen.append, number), lambda error: None)
    assert threads.wait_idle(PATIENCE)
    assert seen == list(range(20))


def test_works_of_different_keys_do_not_wait_for_each_other(threads: Threads) -> None:
    first_may_end, second_ended = Event(), Event()

    def wait() -> None:
        assert first_may_end.wait(PATIENCE)

    threads.run("first", wait, lambda error: None)
    threads.run("second", second_ended.set, lambda error: None)
    assert second_ended.wait(PATIENCE)
    first_may_end.set()
    assert threads.wait_idle(PATIENCE)


def test_a_failure_is_handed_on_and_later_works_go_on(threads: Threads) -> None:
    errors: list[Exception | None] = []
    threads.run("group", fail, errors.append)
    threads.run("group", lambda: None, errors.append)
    assert threads.wait_idle(PATIENCE)
    assert [str(error) if error else None for error in errors] == ["no engine", None]


def test_what_follows_may_fail_without_stopping_the_works(threads: Threads) -> None:
    def then(error: Exception | None) -> None:
        raise RuntimeError("behavior is broken")

    seen: list[int] = []
    threads.run("group", lambda: None, then)
    threads.run("group", lambda: seen.append(1), lambda error: None)
    assert threads.wait_idle(PATIENCE)
    assert seen == [1]
