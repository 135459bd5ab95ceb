# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource as small as one can be, so that the core is seen at work without any service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.compare import (
    same_set,
    same_version,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.field import Field, Fields, differences, unique
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption, Plan, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import Secret


def disruption_of_size(before: int, after: int) -> Disruption:
    """Growing is noticed by nobody; shrinking moves data."""
    return Disruption.DATA_MOVEMENT if after < before else Disruption.NONE


FIELDS = Fields(
    (
        Field("text", {"type": "str"}, "Text"),
        Field("size", {"type": "int"}, "Size", on_change=disruption_of_size),
        Field("zones", {"type": "list", "elements": "str"}, "Zones", same=same_set, parse=unique, encode=list),
        Field("version", {"type": "str"}, "Version", on_change=Disruption.FAILOVER, same=same_version),
        Field("home", {"type": "str"}, "Home", on_change=Disruption.REPLACEMENT),
        Field("token", {"type": "str", "no_log": True}, "Token", parse=Secret, secret=True),
    )
)
COMPARED = ("text", "size", "zones", "version", "home")


@dataclass(frozen=True)
class ToySpec:
    text: str | None = None
    size: int | None = None
    zones: tuple[str, ...] | None = None
    version: str | None = None
    home: str | None = None
    token: Secret | None = None
    is_wanted: bool = True


@dataclass(frozen=True)
class ToyState:
    text: str = ""
    size: int = 1
    zones: tuple[str, ...] = ("a", "b")
    version: str = "7.1.0"
    home: str = "here"
    pending: Mapping[str, Any] = field(default_factory=dict)


def build(params: Mapping[str, Any]) -> ToySpec:
    return ToySpec(**FIELDS.read(params))


def plan_toy(spec: ToySpec, state: ToyState | None) -> Plan:
    """One step per change, so that orders and interruptions can be seen."""
    if state is None:
        if not spec.is_wanted:
            return Plan()
        payload = FIELDS.payload(spec, FIELDS.by_name)
        return Plan("create", (Change("state", "absent", "present"),), (Step("create", payload, ("state",)),))
    if not spec.is_wanted:
        return Plan("delete", (Change("state", "present", "absent"),), (Step("delete", {}, ("state",)),))
    changes = differences((FIELDS.by_name[name] for name in COMPARED), spec, state)
    if spec.token is not None:
        changes += (Change("token", None, spec.token, observable=False),)
    return Plan(
        "modify" if changes else "none",
        changes,
        tuple(modify_step(spec, change) for change in changes),
        refusals=tuple("home: nobody moves." for change in changes if change.disruption is Disruption.REPLACEMENT),
    )


def modify_step(spec: ToySpec, change: Change) -> Step:
    return Step("modify", FIELDS.payload(spec, (change.field,)), (change.field,), {"status": "available"})


@dataclass
class Toy:
    """A resource.engine.Resource whose service is the `state` attribute.

    `before_step` runs before each call and may raise, or change `state` under the engine's feet; `forgets` names the
    options that the service accepts and does not keep.
    """

    spec: ToySpec
    state: ToyState | None = None
    settle_warnings: tuple[str, ...] = ()
    forgets: frozenset[str] = frozenset()
    before_step: Callable[[Toy, Step], None] = lambda toy, step: None
    log: list[str] = field(default_factory=list)
    sent: list[Step] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "toy"

    def settle(self, check: bool) -> tuple[ToyState | None, tuple[str, ...]]:
        self.log.append(f"settle(check={check})")
        return self.state, self.settle_warnings

    def observe(self) -> ToyState | None:
        self.log.append("observe")
        return self.state

    def plan(self, state: ToyState | None) -> Plan:
        return plan_toy(self.spec, state)

    def execute(self, step: Step) -> None:
        self.before_step(self, step)
        self.log.append(f"{step.operation}({','.join(step.because)})")
        self.sent.append(step)
        if step.operation == "create":
            self.state = self.with_values(ToyState(), FIELDS.by_name)
        elif step.operation == "delete":
            self.state = None
        elif self.state is not None:
            self.state = self.with_values(self.state, step.because)

    def with_values(self, state: ToyState, names: Any) -> ToyState:
        kept = [name for name in names if name in COMPARED and name not in self.forgets]
        given = {name: getattr(self.spec, name) for name in kept if getattr(self.spec, name) is not None}
        return replace(state, **given)

    def wait(self, step: Step) -> None:
        self.log.append(f"wait({','.join(step.because)})")

    def back_off(self, conflict: int) -> None:
        self.log.append(f"back_off({conflict})")

    def converge(self) -> ToyState | None:
        self.log.append("converge")
        return self.state
