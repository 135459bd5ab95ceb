# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every Spec and every State, found out by generating them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import Terms, reconcile
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Disruption, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Interrupted, Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import describe_plan, report
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.reconcile.toy import COMPARED, Toy, ToySpec, ToyState, build, plan_toy

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=4),
    "size": st.integers(0, 3),
    "zones": st.lists(st.sampled_from("abc"), max_size=3),
    "version": st.sampled_from(["7", "7.1", "7.1.0", "7.2", "6.x"]),
    "token": st.just(TOKEN),
}
SPECS = st.fixed_dictionaries({}, optional=VALUES).map(build)
STATES = st.builds(
    ToyState,
    text=VALUES["text"],
    size=VALUES["size"],
    zones=VALUES["zones"].map(tuple),
    version=st.sampled_from(["7.1.0", "7.2.5", "6.2.6"]),
    pending=st.fixed_dictionaries({}, optional={"size": VALUES["size"]}),
)
ALLOWED = Terms(allowed=Disruption.DATA_MOVEMENT)


def set_options(spec: ToySpec) -> set[str]:
    return {each.name for each in fields(spec) if getattr(spec, each.name) is not None} - {"is_wanted"}


@given(SPECS, st.none() | STATES)
def test_a_run_converges_and_a_repeat_does_nothing(spec: ToySpec, state: ToyState | None) -> None:
    toy = Toy(replace(spec, token=None), state)
    reconcile(toy, ALLOWED)
    assert not reconcile(toy, Terms()).changed


@given(SPECS, STATES)
def test_an_unset_option_is_in_no_plan(spec: ToySpec, state: ToyState) -> None:
    plan = plan_toy(spec, state)
    assert {change.field for change in plan.changes} <= set_options(spec)
    assert {name for step in plan.steps for name in step.because} <= set_options(spec)


@given(STATES)
def test_a_state_asked_for_as_it_is_makes_an_empty_plan(state: ToyState) -> None:
    described = {name: value for name, value in asdict(state).items() if name in COMPARED}
    assert plan_toy(ToySpec(**described), state).is_empty


@given(SPECS, st.none() | STATES)
def test_nothing_that_is_shown_holds_a_secret(spec: ToySpec, state: ToyState | None) -> None:
    plan = plan_toy(spec, state)
    assert TOKEN not in json.dumps(describe_plan(plan))
    assert TOKEN not in repr(plan) + repr(spec)


@given(SPECS, st.none() | STATES)
def test_a_plan_survives_being_written_down(spec: ToySpec, state: ToyState | None) -> None:
    described = describe_plan(plan_toy(spec, state))
    assert json.loads(json.dumps(described)) == described


@given(SPECS, st.none() | STATES, st.sampled_from(list(Disruption)))
def test_check_mode_foretells_the_run(spec: ToySpec, state: ToyState | None, allowed: Disruption) -> None:
    def ending(check: bool) -> Any:
        try:
            return report(reconcile(Toy(spec, state), Terms(check=check, allowed=allowed)))
        except Refused as refused:
            return refused.problems

    assert ending(check=True) == ending(check=False)


@given(SPECS, STATES, st.sampled_from(list(Disruption)))
def test_nothing_is_sent_that_disturbs_more_than_allowed(spec: ToySpec, state: ToyState, allowed: Disruption) -> None:
    toy = Toy(spec, state)
    if toy.plan(state).disruption.rank > allowed.rank:
        with pytest.raises(Refused):
            reconcile(toy, Terms(allowed=allowed))
        assert toy.sent == []
    else:
        reconcile(toy, Terms(allowed=allowed))


@given(SPECS, st.none() | STATES, st.integers(0, 4))
def test_a_run_that_was_cut_off_is_completed_by_the_next(spec: ToySpec, state: ToyState | None, lasting: int) -> None:
    def cut(toy: Toy, _step: Step) -> None:
        if len(toy.sent) == lasting:
            raise Failure("connection lost")

    interrupted = Toy(replace(spec, token=None), state, before_step=cut)
    whole = Toy(replace(spec, token=None), state)
    with suppress(Interrupted):
        reconcile(interrupted, ALLOWED)
    interrupted.before_step = lambda toy, step: None
    assert reconcile(interrupted, ALLOWED).after == reconcile(whole, ALLOWED).after
