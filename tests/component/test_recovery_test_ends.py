# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery tests that are stopped or killed: sooner or later nothing is left that costs money."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Clock, Session

from tests.component.recovery_drills import GROUP, TEMPORARY, Drills
from tests.component.replication_group.survival import QUICK
from tests.component.runs import Cloud, Killed
from tests.standin.control import Control


@pytest.fixture
def drills(cloud: Cloud) -> Drills:
    found = Drills(cloud)
    found.prepare()
    cloud.standin.control.set_durations(**QUICK)
    return found


@dataclass
class DisturbedClock:
    """`on_sleep` is called with the number of each sleep, before it."""

    clock: Clock
    on_sleep: Callable[[int], None]
    naps: int = 0

    def now(self) -> float:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.on_sleep(self.naps)
        self.clock.sleep(seconds)


def disturbed(drills: Drills, on_sleep: Callable[[int], None]) -> Session:
    return Session(drills.cloud.client, DisturbedClock(drills.cloud.clock, on_sleep))


def add_stale_reads(control: Control) -> None:
    """The next two looks at groups see what was before the next change."""
    control.add_fault("stale", "DescribeReplicationGroups", times=2)


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_test_that_is_stopped_removes_what_it_made(self, drills: Drills, number: signal.Signals) -> None:
        session = disturbed(drills, lambda nap: send(number) if nap == 1 else None)
        found, _outlook = drills.run_with(session)
        assert (found.interrupted_by, found.removed, found.passed) == (number.name, True, False)
        assert found.problems == [f"the test was interrupted by {number.name}."]
        assert [each.name for each in found.phases] == ["prepare", "restore", "remove"]
        assert drills.groups() == {GROUP: "available"}

    def test_it_is_not_stopped_from_removing_it(self, drills: Drills) -> None:
        """Every sleep is hit, also those that wait for the end of the creation, before which nothing can be deleted."""
        found, _outlook = drills.run_with(disturbed(drills, lambda _nap: send(signal.SIGTERM)))
        assert (found.interrupted_by, found.removed) == ("SIGTERM", True)
        assert drills.groups() == {GROUP: "available"}

    def test_while_the_creation_is_on_its_way(self, drills: Drills) -> None:
        """The group is there, and cannot be seen yet."""
        control = drills.cloud.standin.control

        def connect(service: str) -> Any:
            events = (client := drills.cloud.client(service)).meta.events
            events.register("before-call.*.CreateReplicationGroup", lambda **_event: add_stale_reads(control))
            events.register("after-call.*.CreateReplicationGroup", lambda **_event: send(signal.SIGTERM))
            return client

        found, _outlook = drills.run_with(Session(connect, drills.cloud.clock))
        assert (found.interrupted_by, found.removed) == ("SIGTERM", True)
        assert control.faults() == [], "not all stale reads were read"
        assert drills.groups() == {GROUP: "available"}

    def test_while_a_leftover_is_removed(self, drills: Drills) -> None:
        """What was begun is ended: nothing stays behind that the result calls removed."""
        with pytest.raises(Killed):
            drills.run_with(drills.cloud.mortal_session(1))
        found, _outlook = drills.run_with(disturbed(drills, lambda nap: send(signal.SIGTERM) if nap == 1 else None))
        assert [each.name for each in found.phases] == ["prepare", "remove_leftover", "remove"]
        assert (found.interrupted_by, found.removed) == ("SIGTERM", True)
        assert drills.groups() == {GROUP: "available"}

    def test_a_test_that_was_over_is_none_that_was_interrupted(self, drills: Drills) -> None:
        """Its last sleeps are those of the removal."""
        is_over = []
        drills.source.on_read = lambda: is_over.append(True)
        found, _outlook = drills.run_with(disturbed(drills, lambda _nap: send(signal.SIGTERM) if is_over else None))
        assert (found.passed, found.interrupted_by, found.removed) == (True, "", True)
        assert drills.groups() == {GROUP: "available"}

    def test_while_the_cache_is_read(self, drills: Drills) -> None:
        drills.source.on_read = lambda: send(signal.SIGTERM)
        found = drills.run()
        assert (found.interrupted_by, found.removed) == ("SIGTERM", True)
        assert found.recovery_time_seconds is not None
        assert drills.groups() == {GROUP: "available"}


def mortal(drills: Drills, lives: int) -> Session:
    """Killed when the answer to its call number `lives` has come, reads included."""
    calls = itertools.count(1)

    def die(**_event: Any) -> None:
        if next(calls) == lives:
            raise Killed

    def connect(service: str) -> Any:
        client = drills.cloud.client(service)
        client.meta.events.register("after-call", die)
        return client

    return Session(connect, drills.cloud.clock)


class TestKills:
    @pytest.mark.parametrize("lives", [1, 2])
    def test_after_each_change(self, drills: Drills, lives: int) -> None:
        with pytest.raises(Killed):
            drills.run_with(drills.cloud.mortal_session(lives))
        assert TEMPORARY in drills.groups()
        assert drills.run().passed
        assert drills.groups() == {GROUP: "available"}

    def test_after_each_request(self, drills: Drills) -> None:
        """Whatever a run leaves, the next one ends with nothing left. What check mode asks comes before all that."""
        drills.cloud.standin.control.clear_calls()
        drills.foretell()
        left = set()
        for lives in itertools.count(len(drills.cloud.calls())):
            try:
                drills.run_with(mortal(drills, lives))
            except Killed:
                left.add(drills.groups().get(TEMPORARY, "nothing"))
                found = drills.run()
                assert (found.passed, found.removed) == (True, True)
                assert drills.groups() == {GROUP: "available"}
            else:
                break
        assert left == {"nothing", "creating", "available", "deleting"}


def test_a_group_that_was_made_and_cannot_be_seen_yet_is_removed(drills: Drills, pauses: list[float]) -> None:
    """Its creation had an answer, the look after it is refused, and the next ones still see what was before it."""
    control = drills.cloud.standin.control

    def hide(**_event: Any) -> None:
        add_stale_reads(control)

    def refuse(**_event: Any) -> None:
        control.add_fault("error", "DescribeReplicationGroups", times=1, code="AccessDenied", message="no", status=403)

    def connect(service: str) -> Any:
        events = (client := drills.cloud.client(service)).meta.events
        events.register("before-call.*.CreateReplicationGroup", hide)
        events.register("after-call.*.CreateReplicationGroup", refuse)
        return client

    found, _outlook = drills.run_with(Session(connect, drills.cloud.clock))
    assert (found.passed, found.removed) == (False, True)
    assert control.faults() == [], "not all stale reads were read"
    assert drills.groups() == {GROUP: "available"}
