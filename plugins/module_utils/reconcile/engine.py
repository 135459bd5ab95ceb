# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""settle → observe → plan → guard → apply → observe: the one way in which every resource is made what its Spec says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from .plan import Disruption, Plan, Step
from .problems import Conflict, Failure, Interrupted, NotConverged, Refused

CONFLICTS_BORNE = 5
"""How often a plan is made anew because the resource changed under it, before the conflict itself is reported."""


class Resource(Protocol):
    """A Spec bound to a session. `State` is the resource's own dataclass, or None when the resource does not exist."""

    @property
    def name(self) -> str:
        """What people call it; warnings begin with it."""

    def settle(self, check: bool) -> tuple[Any, tuple[str, ...]]:
        """Wait until the resource is in no transition; return State and warnings. In check mode nothing is awaited."""

    def observe(self) -> Any:
        """The State now."""

    def plan(self, state: Any) -> Plan:
        """Pure: what has to be done to `state`."""

    def execute(self, step: Step) -> None:
        """Send one call. Raises Conflict where the resource is not as observed."""

    def wait(self, step: Step) -> None:
        """Return when what `step.settles` names has come true."""

    def back_off(self, conflict: int) -> None:
        """Let time pass after the first, second, ... conflict: reads lag behind changes."""

    def converge(self) -> Any:
        """The State, once it confirms the Spec; otherwise what it is when late reads can be ruled out."""


@dataclass(frozen=True)
class Terms:
    """What the caller allows and expects of a run."""

    check: bool = False
    wait: bool = True
    allowed: Disruption = Disruption.NONE


@dataclass(frozen=True)
class Outcome:
    """`before` and `after` are States (None: does not exist); in check mode `after` is `before`."""

    name: str
    plan: Plan
    before: Any
    after: Any
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return not self.plan.is_empty


def reconcile(resource: Resource, terms: Terms) -> Outcome:
    """Make the resource what its Spec says.

    Raises Refused (nothing changed), Interrupted (some steps done), NotConverged (all steps done, without effect).
    """
    before, warnings = resource.settle(terms.check)
    plan = resource.plan(before)
    warnings += plan.warnings
    guard(plan, terms.allowed)
    if terms.check or plan.is_empty:
        return Outcome(resource.name, plan, before, before, warnings)
    carry_out(resource, plan, terms)
    after = resource.converge() if terms.wait else resource.observe()
    if terms.wait:
        confirm(resource.plan(after))
    return Outcome(resource.name, plan, before, after, warnings)


def guard(plan: Plan, allowed: Disruption) -> None:
    """Refuse a plan that is impossible, or that disturbs more than the caller named."""
    problems = [*plan.refusals, *disturbances(plan, allowed)]
    if problems:
        raise Refused(problems, plan)


def disturbances(plan: Plan, allowed: Disruption) -> list[str]:
    """The changes that go beyond what is allowed, each with what lets it happen."""
    return [
        f"{change.field}: {change.before!r} → {change.after!r} has the disruption `{change.disruption.value}`, "
        f"allowed is `{allowed.value}`; `allow_disruption: {change.disruption.value}` lets it happen."
        for change in plan.changes
        if allowed.rank < change.disruption.rank < Disruption.REPLACEMENT.rank
    ]


def carry_out(resource: Resource, plan: Plan, terms: Terms) -> None:
    """Run the steps in order, each settled before the next; a conflict leads to a new look and a new plan."""
    done: list[Step] = []
    remaining: Plan | None = plan
    conflicts = 0
    try:
        while remaining is not None:
            try:
                run_steps(resource, remaining, terms, done)
                remaining = None
            except Conflict:
                conflicts += 1
                if conflicts > CONFLICTS_BORNE:
                    raise
                resource.back_off(conflicts)
                remaining = plan_anew(resource, plan, terms, done)
    except Failure as cause:
        raise Interrupted(cause, plan, done) from cause


def run_steps(resource: Resource, plan: Plan, terms: Terms, done: list[Step]) -> None:
    for step in plan.steps:
        resource.execute(step)
        done.append(step)
        is_last = step is plan.steps[-1]
        if step.settles and (terms.wait or not is_last):
            resource.wait(step)


def plan_anew(resource: Resource, first: Plan, terms: Terms, done: list[Step]) -> Plan:
    """What is left to do after a conflict. It may not go beyond what the first plan was allowed.

    A secret that was sent is not seen in the State, so it would be planned for ever: such a step is left out once done.
    """
    state, _warnings = resource.settle(False)
    anew = resource.plan(state)
    guard(anew, max(terms.allowed, first.disruption, key=lambda each: each.rank))
    unseen = {change.field for change in anew.changes if not change.observable}
    left = tuple(step for step in anew.steps if not (step in done and unseen.issuperset(step.because)))
    return replace(anew, steps=left)


def confirm(plan: Plan) -> None:
    if plan.unsettled or plan.refusals:
        raise NotConverged(plan)
