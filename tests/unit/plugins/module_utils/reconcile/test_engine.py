# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in which every resource is made what its Spec says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import (
    CONFLICTS_BORNE,
    Outcome,
    Terms,
    guard,
    reconcile,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption, Plan, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import (
    Conflict,
    Failure,
    Interrupted,
    NotConverged,
    Refused,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import report
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import Secret

from tests.unit.plugins.module_utils.reconcile.toy import Toy, ToySpec, ToyState

TOKEN = Secret("Zw8kQ2vXr5Lm9TnB4yHd")
ANYTHING = Terms(allowed=Disruption.DATA_MOVEMENT)
Hook = Callable[[Toy, Step], None]


def failing(at: int, error: Exception, meanwhile: Callable[[Toy], None] = lambda toy: None) -> Hook:
    """Before the call number `at` (from 0): something happens to the resource, and the call is answered by `error`."""
    calls = iter(range(1000))

    def before_step(toy: Toy, _step: Step) -> None:
        if next(calls) == at:
            meanwhile(toy)
            raise error

    return before_step


def sent(toy: Toy) -> list[str]:
    return [f"{step.operation}({','.join(step.because)})" for step in toy.sent]


# --- plain runs


def test_nothing_is_sent_where_nothing_differs() -> None:
    toy = Toy(ToySpec(text="a", zones=("b", "a")), ToyState(text="a"))
    outcome = reconcile(toy, Terms())
    assert not outcome.changed
    assert outcome.before == outcome.after == ToyState(text="a")
    assert toy.log == ["settle(check=False)"]


def test_a_resource_is_created_changed_and_deleted() -> None:
    created = reconcile(Toy(ToySpec(text="a")), Terms())
    assert (created.plan.action, created.before, created.after) == ("create", None, ToyState(text="a"))
    modified = reconcile(Toy(ToySpec(text="b"), ToyState(text="a")), Terms())
    assert (modified.plan.action, modified.after) == ("modify", ToyState(text="b"))
    deleted = reconcile(Toy(ToySpec(is_wanted=False), ToyState()), Terms())
    assert (deleted.plan.action, deleted.after) == ("delete", None)
    assert created.changed
    assert modified.changed
    assert deleted.changed


def test_what_is_gone_stays_gone() -> None:
    assert not reconcile(Toy(ToySpec(is_wanted=False)), Terms()).changed


def test_every_step_settles_before_the_next() -> None:
    toy = Toy(ToySpec(text="a", size=2), ToyState())
    reconcile(toy, Terms())
    assert toy.log == ["settle(check=False)", "modify(text)", "wait(text)", "modify(size)", "wait(size)", "converge"]


def test_not_waiting_leaves_out_the_last_wait_alone() -> None:
    toy = Toy(ToySpec(text="a", size=2), ToyState(), forgets=frozenset({"size"}))
    outcome = reconcile(toy, Terms(wait=False))
    assert toy.log == ["settle(check=False)", "modify(text)", "wait(text)", "modify(size)", "observe"]
    assert outcome.after == ToyState(text="a")


def test_a_step_that_settles_at_once_is_not_waited_for() -> None:
    toy = Toy(ToySpec(text="a"))
    reconcile(toy, Terms())
    assert toy.log == ["settle(check=False)", "create(state)", "converge"]


def test_warnings_of_settling_and_of_the_plan_are_told() -> None:
    class Warned(Toy):
        def plan(self, state: ToyState | None) -> Plan:
            return replace(super().plan(state), warnings=("from the plan",))

    outcome = reconcile(Warned(ToySpec(), ToyState(), settle_warnings=("from settling",)), Terms())
    assert outcome.warnings == ("from settling", "from the plan")


# --- check mode


@pytest.mark.parametrize("state", [None, ToyState(), ToyState(text="a", size=3)])
def test_check_mode_sends_nothing_and_tells_the_same(state: ToyState | None) -> None:
    spec = ToySpec(text="a", size=3, token=TOKEN)
    checked, done = Toy(spec, state), Toy(spec, state)
    foretold, happened = reconcile(checked, Terms(check=True)), reconcile(done, Terms())
    assert checked.log == ["settle(check=True)"]
    assert foretold.plan == happened.plan
    assert report(foretold) == report(happened)
    assert foretold.after == foretold.before == state


def test_check_mode_refuses_as_the_run_does() -> None:
    toy = Toy(ToySpec(version="7.2"), ToyState())
    with pytest.raises(Refused, match="version"):
        reconcile(toy, Terms(check=True))


# --- the guard


@pytest.mark.parametrize("allowed", list(Disruption))
def test_a_change_above_what_is_allowed_is_refused(allowed: Disruption) -> None:
    plan = Plan("modify", (Change("version", "7.1", "7.2", Disruption.CONNECTIONS),))
    if allowed.rank >= Disruption.CONNECTIONS.rank:
        guard(plan, allowed)
        return
    with pytest.raises(Refused) as refused:
        guard(plan, allowed)
    assert refused.value.plan is plan
    assert "`allow_disruption: connections` lets it happen" in str(refused.value)


def test_all_that_speaks_against_a_plan_is_said_at_once() -> None:
    toy = Toy(ToySpec(version="7.2", size=1, text="a", home="there"), ToyState(size=2))
    with pytest.raises(Refused) as refused:
        reconcile(toy, Terms())
    told = [problem.partition(":")[0] for problem in refused.value.problems]
    assert sorted(told) == ["home", "size", "version"]
    assert toy.sent == []


def test_a_replacement_is_refused_whatever_is_allowed() -> None:
    toy = Toy(ToySpec(home="there"), ToyState())
    with pytest.raises(Refused, match="nobody moves"):
        reconcile(toy, Terms(allowed=Disruption.REPLACEMENT))
    assert toy.sent == []


# --- conflicts


def test_after_a_conflict_the_plan_is_made_anew() -> None:
    def by_another_hand(toy: Toy) -> None:
        toy.state = ToyState(text="a", zones=("x",))

    toy = Toy(
        ToySpec(text="a", size=2, zones=("a", "b")), ToyState(), before_step=failing(0, Conflict(), by_another_hand)
    )
    outcome = reconcile(toy, Terms())
    assert sent(toy) == ["modify(size)", "modify(zones)"]
    assert outcome.after == ToyState(text="a", size=2)


def test_a_conflict_that_left_nothing_to_do_is_success() -> None:
    def done_already(toy: Toy) -> None:
        toy.state = ToyState(text="a")

    toy = Toy(ToySpec(text="a"), before_step=failing(0, Conflict("exists"), done_already))
    outcome = reconcile(toy, Terms())
    assert toy.sent == []
    assert outcome.plan.action == "create"
    assert outcome.after == ToyState(text="a")


def test_a_resource_that_vanished_is_created() -> None:
    def vanish(toy: Toy) -> None:
        toy.state = None

    toy = Toy(ToySpec(text="a"), ToyState(), before_step=failing(0, Conflict("not found"), vanish))
    reconcile(toy, Terms())
    assert sent(toy) == ["create(state)"]


def test_a_new_plan_may_not_disturb_more_than_the_first() -> None:
    def grow(toy: Toy) -> None:
        toy.state = ToyState(size=5)

    toy = Toy(ToySpec(text="a", size=2), ToyState(size=1), before_step=failing(1, Conflict(), grow))
    with pytest.raises(Interrupted, match="data_movement") as interrupted:
        reconcile(toy, Terms())
    assert [step.because for step in interrupted.value.done] == [("text",)]
    assert sent(toy) == ["modify(text)"]


def test_a_secret_is_not_sent_again_after_a_conflict() -> None:
    """Nobody can read it back, so that a new plan would always hold it."""
    toy = Toy(ToySpec(text="a", token=TOKEN), ToyState(), before_step=failing(2, Conflict()))
    toy.spec = replace(toy.spec, size=2)
    reconcile(toy, Terms())
    assert sent(toy) == ["modify(text)", "modify(size)", "modify(token)"]
    again = Toy(ToySpec(token=TOKEN), ToyState(), before_step=failing(1, Conflict()))
    reconcile(again, Terms())
    assert sent(again) == ["modify(token)"]


def test_conflicts_without_end_are_reported() -> None:
    def always(_toy: Toy, _step: Step) -> None:
        raise Conflict("somebody else is faster")

    toy = Toy(ToySpec(text="a"), ToyState(), before_step=always)
    with pytest.raises(Interrupted, match="somebody else is faster") as interrupted:
        reconcile(toy, Terms())
    assert isinstance(interrupted.value.cause, Conflict)
    assert toy.log.count("settle(check=False)") == 1 + CONFLICTS_BORNE
    paused = [line for line in toy.log if line.startswith("back_off")]
    assert paused == [f"back_off({number})" for number in range(1, CONFLICTS_BORNE + 1)]


# --- interruptions


@pytest.mark.parametrize("at", range(3))
def test_an_interrupted_run_tells_what_was_done_and_the_next_completes_it(at: int) -> None:
    spec = ToySpec(text="a", size=2, zones=("x",))
    toy = Toy(spec, ToyState(), before_step=failing(at, Failure("connection lost")))
    with pytest.raises(Interrupted, match="connection lost") as interrupted:
        reconcile(toy, Terms())
    assert list(interrupted.value.done) == toy.sent
    assert [step.because[0] for step in toy.sent] == ["text", "size", "zones"][:at]
    toy.before_step = lambda toy, step: None
    assert reconcile(toy, Terms()).after == ToyState(text="a", size=2, zones=("x",))
    assert not reconcile(toy, Terms()).changed


def test_an_interrupt_from_the_keyboard_is_not_swallowed() -> None:
    def interrupt(_toy: Toy, _step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(Toy(ToySpec(text="a"), ToyState(), before_step=interrupt), Terms())


def test_a_failed_wait_is_an_interruption_too() -> None:
    class Stuck(Toy):
        def wait(self, step: Step) -> None:
            raise Failure("still modifying")

    with pytest.raises(Interrupted, match="still modifying") as interrupted:
        reconcile(Stuck(ToySpec(text="a"), ToyState()), Terms())
    assert [step.because for step in interrupted.value.done] == [("text",)]


# --- confirmation


def test_what_the_service_did_not_keep_is_an_error() -> None:
    toy = Toy(ToySpec(text="a", size=2), ToyState(), forgets=frozenset({"size"}))
    with pytest.raises(NotConverged, match="size is 1 instead of 2"):
        reconcile(toy, Terms())


def test_a_secret_needs_no_confirmation() -> None:
    toy = Toy(ToySpec(token=TOKEN), ToyState())
    outcome = reconcile(toy, Terms())
    assert isinstance(outcome, Outcome)
    assert outcome.changed


def test_a_new_reason_for_refusal_is_an_error_afterwards() -> None:
    class Moving(Toy):
        def converge(self) -> ToyState | None:
            return ToyState(text="a", home="elsewhere")

    with pytest.raises(NotConverged, match="nobody moves"):
        reconcile(Moving(ToySpec(text="a", home="here"), ToyState()), Terms())


def operations(steps: Sequence[Step]) -> list[str]:
    return [step.operation for step in steps]


def test_a_waited_deletion_is_confirmed() -> None:
    class Undead(Toy):
        def converge(self) -> ToyState | None:
            return ToyState()

    undead = Undead(ToySpec(is_wanted=False), ToyState())
    with pytest.raises(NotConverged, match="state is 'present' instead of 'absent'"):
        reconcile(undead, Terms())
    assert operations(undead.sent) == ["delete"]
