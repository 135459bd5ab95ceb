# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A subnet group bound to a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.errors import ServiceError
from ...aws.network import read_subnets
from ...aws.session import Session
from ...aws.waiting import back_off, wait_confirmed
from ...reconcile.plan import Plan, Step
from .. import api
from .normalize import SubnetGroupState
from .observe import observe
from .planner import Networks, plan_changes
from .spec import SubnetGroupSpec, build_spec


class SubnetGroup:
    """See reconcile.engine.Resource. Subnet groups know no transitions: every call has taken effect when it returns."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self.session = session
        self.spec: SubnetGroupSpec = build_spec(params)
        self.networks: Networks | None = None

    @property
    def name(self) -> str:
        return self.spec.subnet_group_name

    def settle(self, check: bool) -> tuple[SubnetGroupState | None, tuple[str, ...]]:
        state = self.observe()
        if (
            self.spec.state == "absent"
            or self.spec.subnet_ids is None
            or (state and set(state.subnet_ids) == set(self.spec.subnet_ids))
        ):
            return state, ()
        try:
            self.networks = {each.subnet_id: each.vpc_id for each in read_subnets(self.session, self.spec.subnet_ids)}
        except ServiceError as error:
            return state, (f"the subnets' VPC could not be checked beforehand: {error}",)
        return state, ()

    def observe(self) -> SubnetGroupState | None:
        return observe(self.session, self.spec.subnet_group_name)

    def plan(self, state: SubnetGroupState | None) -> Plan:
        return plan_changes(self.spec, state, self.networks)

    def execute(self, step: Step) -> None:
        api.execute(self.session, step)

    def wait(self, step: Step) -> None:
        raise AssertionError(f"{step.operation} leaves nothing to wait for")

    def back_off(self, conflict: int) -> None:
        back_off(self.session, conflict)

    def converge(self) -> SubnetGroupState | None:
        return wait_confirmed(self.session, f"subnet group {self.spec.subnet_group_name}", self.observe, self.plan)
