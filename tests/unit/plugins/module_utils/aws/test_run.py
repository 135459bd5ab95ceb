# SPDX-License-Identifier: GPL-3.0-or-later
"""From a module object to the core and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws import run
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import (
    GUARD_SPEC,
    run_info,
    run_module,
    run_resource,
    session_of,
    terms_of,
)
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import WaitTimeout
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import Terms
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Disruption, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.reconcile.toy import Toy, ToySpec, ToyState, build

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"


class Ended(Exception):
    """A module ends its process; this module object raises instead."""


@dataclass
class FakeModule:
    params: dict[str, Any] = field(default_factory=dict)
    check_mode: bool = False
    debugged: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Mock:
        return Mock(service=service)

    def debug(self, message: str) -> None:
        self.debugged.append(message)

    def exit_json(self, **result: Any) -> None:
        self.result = {"failed": False, **result}
        raise Ended

    def fail_json(self, **result: Any) -> None:
        self.result = {"failed": True, **result}
        raise Ended


def ended(toy: Toy, check: bool = False, **params: Any) -> FakeModule:
    module = FakeModule(params, check)
    with pytest.raises(Ended):
        run_module(module, lambda session, params: toy, returns="toy")
    return module


def failing_with(error: Exception) -> Callable[[Toy, Step], None]:
    def before_step(toy: Toy, _step: Step) -> None:
        if toy.sent:
            raise error

    return before_step


def test_terms_come_from_the_options() -> None:
    assert terms_of({}, False) == Terms(check=False, wait=True, allowed=Disruption.NONE)
    assert terms_of({"wait": False, "allow_disruption": "failover"}, True) == Terms(True, False, Disruption.FAILOVER)


def test_a_replacement_cannot_be_allowed() -> None:
    assert GUARD_SPEC["allow_disruption"]["choices"] == ["none", "failover", "connections", "data_movement"]


def test_the_session_uses_what_the_module_has() -> None:
    module = FakeModule()
    session = session_of(module)
    assert session.client("ec2").service == "ec2"
    session.progress("waiting")
    assert module.debugged == ["waiting"]


def test_the_core_runs_without_a_module() -> None:
    def make(session: Session, params: Mapping[str, Any]) -> Toy:
        return Toy(build(params), ToyState())

    outcome = run_resource(StubbedSession().session, {"text": "a", "wait": False}, make, check=False)
    assert outcome.after == ToyState(text="a")


def test_a_success_returns_the_plan_and_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(run, "warn", warned.append)
    module = ended(Toy(ToySpec(text="a"), ToyState(), settle_warnings=("slow",)))
    assert module.result["changed"] is True
    assert module.result["toy"]["text"] == "a"
    assert module.result["diff"] == {"before": {"text": ""}, "after": {"text": "a"}}
    assert module.result["plan"]["action"] == "modify"
    assert warned == ["toy: slow"]


def test_check_mode_returns_the_state_as_it_was() -> None:
    module = ended(Toy(ToySpec(text="a"), ToyState()), check=True)
    assert module.result["changed"] is True
    assert module.result["toy"]["text"] == ""


def test_what_is_gone_is_returned_as_null() -> None:
    assert ended(Toy(ToySpec(is_wanted=False), ToyState())).result["toy"] is None


def test_a_refusal_fails_with_problems_and_plan() -> None:
    module = ended(Toy(ToySpec(home="there", version="7.2"), ToyState()))
    assert module.result["failed"] is True
    assert len(module.result["problems"]) == 2
    assert module.result["plan"]["disruption"] == "replacement"
    assert set(module.result["diff"]["after"]) == {"home", "version"}


def test_a_refusal_without_plan_fails_with_problems_alone() -> None:
    def make(session: Session, params: Mapping[str, Any]) -> Toy:
        raise Refused(["size: too large."])

    module = FakeModule()
    with pytest.raises(Ended):
        run_module(module, make, returns="toy")
    assert module.result == {"failed": True, "msg": "size: too large.", "problems": ["size: too large."]}


def test_an_interruption_fails_with_the_steps_done() -> None:
    error = ServiceError("modify", "InternalFailure", "Try later.")
    module = ended(Toy(ToySpec(text="a", size=2), ToyState(), before_step=failing_with(error)))
    assert module.result["steps_done"] == ["modify"]
    assert module.result["msg"] == (
        "modify: Try later. (InternalFailure) Done before that: modify. Run again to go on from there."
    )
    assert len(module.result["plan"]["steps"]) == 2


def test_an_interruption_before_anything_was_done_says_so() -> None:
    def refuse(_toy: Toy, _step: Step) -> None:
        raise ServiceError("modify", "AccessDenied", "You may not.")

    module = ended(Toy(ToySpec(text="a"), ToyState(), before_step=refuse))
    assert module.result["msg"].endswith("You may not. (AccessDenied) Nothing was changed.")
    assert module.result["steps_done"] == []


@pytest.mark.parametrize("error", [ServiceError("describe", "AccessDenied", "You may not."), WaitTimeout("it", 1, "x")])
def test_a_failed_look_is_told(error: Exception) -> None:
    class Blind(Toy):
        def settle(self, check: bool) -> tuple[ToyState | None, tuple[str, ...]]:
            raise error

    assert ended(Blind(ToySpec())).result == {"failed": True, "msg": str(error)}


def test_a_change_that_did_not_last_is_told() -> None:
    module = ended(Toy(ToySpec(size=2), ToyState(), forgets=frozenset({"size"})))
    assert "size is 1 instead of 2" in module.result["msg"]


def test_a_mistake_of_ours_is_not_hidden() -> None:
    class Broken(Toy):
        def settle(self, check: bool) -> tuple[ToyState | None, tuple[str, ...]]:
            raise KeyError("no such thing")

    with pytest.raises(KeyError):
        run_module(FakeModule(), lambda session, params: Broken(ToySpec()), returns="toy")


def test_no_result_holds_a_secret() -> None:
    spec = build({"token": TOKEN, "home": "there"})
    assert TOKEN not in repr(ended(Toy(spec, ToyState())).result)
    spec = build({"token": TOKEN})
    assert TOKEN not in repr(ended(Toy(spec, ToyState())).result)
    error = ServiceError("modify", "InternalFailure", "Try later.")
    spec = build({"token": TOKEN, "text": "a"})
    assert TOKEN not in repr(ended(Toy(spec, ToyState(), before_step=failing_with(error))).result)


def test_an_info_module_returns_states() -> None:
    module = FakeModule()
    with pytest.raises(Ended):
        run_info(module, lambda session, params: [ToyState(text="a")], returns="toys")
    assert module.result["changed"] is False
    assert [toy["text"] for toy in module.result["toys"]] == ["a"]


@pytest.mark.parametrize("error", [ServiceError("describe", "AccessDenied", "You may not."), Refused(["name: odd."])])
def test_an_info_module_fails_readably(error: Exception) -> None:
    def read(session: Session, params: Mapping[str, Any]) -> list[Any]:
        raise error

    module = FakeModule()
    with pytest.raises(Ended):
        run_info(module, read, returns="toys")
    assert module.result["msg"] == str(error)
