# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A parameter group bound to a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.errors import ServiceError
from ...aws.session import Session
from ...aws.waiting import back_off, wait_confirmed, wait_until
from ...reconcile.plan import Plan, Step
from .. import api
from .normalize import ParameterGroupState
from .observe import observe, read_defaults, read_families
from .planner import in_use, plan_changes
from .spec import ParameterGroupSpec, build_spec
from .surroundings import CacheUser, Surroundings, users_of
from .verdict import depends_on_users, judge, vanished

NOT_NOW = "InvalidCacheParameterGroupState"
"""Earlier changes are still being applied (it `has pending changes`), a cache that is being deleted still counts as
a member, or one uses the group and will go on doing so (terraform-provider-aws #1821, #8; ACK community #2004)."""


class ParameterGroup:
    """See reconcile.engine.Resource. A group has no status: whether it can be changed now is seen by trying."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self.session = session
        self.spec: ParameterGroupSpec = build_spec(params)
        self.surroundings = Surroundings()

    @property
    def name(self) -> str:
        return self.spec.parameter_group_name

    def settle(self, check: bool) -> tuple[ParameterGroupState | None, tuple[str, ...]]:
        state = self.observe()
        warnings: tuple[str, ...] = ()
        if state is not None:
            warnings = self.survey(state)
        elif self.spec.state == "present":
            self.surroundings = self.before_creation()
        return state, warnings

    def survey(self, state: ParameterGroupState) -> tuple[str, ...]:
        """Read what the plan for an existing group depends on; returns warnings."""
        users: tuple[CacheUser, ...] | None = ()
        warnings: tuple[str, ...] = ()
        if self.is_use_of_interest(state):
            try:
                users = self.read_users()
            except ServiceError as error:
                users, warnings = None, (f"which caches use the group could not be read beforehand: {error}",)
        is_resetting = self.spec.state == "present" and vanished(self.spec, state.parameters)
        defaults = read_defaults(self.session, state.family) if is_resetting else None
        self.surroundings = Surroundings(defaults or {}, users=users)
        return warnings

    def before_creation(self) -> Surroundings:
        if not self.spec.family:
            return Surroundings()
        defaults = read_defaults(self.session, self.spec.family)
        return Surroundings(families=read_families(self.session)) if defaults is None else Surroundings(defaults)

    def is_use_of_interest(self, state: ParameterGroupState) -> bool:
        """Whether the plan depends on who uses the group; asking costs a read of all clusters of the region."""
        if self.spec.state == "absent":
            return True
        differing = [*judge(self.spec, state.family, state.table, ()).changes, *vanished(self.spec, state.parameters)]
        return any(depends_on_users(state.table[name]) for name in differing)

    def read_users(self) -> tuple[CacheUser, ...]:
        return users_of(api.describe_cache_clusters(self.session), self.spec.parameter_group_name)

    def observe(self) -> ParameterGroupState | None:
        return observe(self.session, self.spec.parameter_group_name)

    def plan(self, state: ParameterGroupState | None) -> Plan:
        return plan_changes(self.spec, state, self.surroundings)

    def execute(self, step: Step) -> None:
        what = f"{self.spec.parameter_group_name} being ready for {step.operation}"
        wait_until(self.session, what, self.spec.wait_timeout, lambda: self.attempt(step))

    def attempt(self, step: Step) -> tuple[bool | None, str]:
        """One probe of `wait_until`: (None, the service's words) where the group cannot be changed yet."""
        try:
            api.execute(self.session, step)
        except ServiceError as error:
            if error.code != NOT_NOW:
                raise
            reason = self.reason_of_use() if self.spec.state == "absent" else None
            if reason:
                raise ServiceError(error.operation, error.code, f"{error.message} {reason}") from error
            return None, error.message
        return True, "done"

    def reason_of_use(self) -> str | None:
        """Who uses the group and will go on doing so; None also where that cannot be read: then it is worth waiting."""
        try:
            return in_use(self.spec.parameter_group_name, self.read_users())
        except ServiceError:
            return None

    def wait(self, step: Step) -> None:
        raise AssertionError(f"{step.operation} has taken effect when it returns")

    def back_off(self, conflict: int) -> None:
        back_off(self.session, conflict)

    def converge(self) -> ParameterGroupState | None:
        what = f"parameter group {self.spec.parameter_group_name}"
        return wait_confirmed(self.session, what, self.observe, self.plan)
