# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making the server of this host the member that it should be: look, plan, refuse or carry out, wait for the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...reconcile.plan import Plan, Step
from ...reconcile.problems import Failure, Refused
from ..failures import CheckError
from ..local import LocalServer, Login, connect
from ..waiting import Clock
from .handover import HandOver, plan_hand_over
from .main_file import write_down_part
from .member import Member, observe_member
from .planner import REWRITE, Spec, plan_member
from .polling import await_outcome
from .sentinels import Dial, Verdict, ask_all, dialer

FAILOVER_AT_MOST = 30.0
"""Seconds for a failover that is under way to come to its end."""
HANG_UPS_AT_MOST = 3
"""A Sentinel that gives a server another part ends all connections to it, this one included: then look again."""


@dataclass(frozen=True)
class Outcome:
    plan: Plan
    member: Member
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
        primary = self.member.primary
        return {
            "role": "primary" if primary is None else "replica",
            "primary": {"host": primary.host, "port": primary.port} if primary else None,
            "in_sync": self.member.is_in_sync,
            "replicas": [
                {"host": each.address.host, "port": each.address.port, "state": each.state, "offset": each.offset}
                for each in self.member.replicas
            ],
            "offset": self.member.offset,
            "sentinels_primary": str(self.verdict.primary) if self.verdict.primary else None,
        }


def run_replication(config_file: str, login: Login, spec: Spec, clock: Clock, check: bool) -> Outcome:
    """Raises Refused, with nothing changed, and Failure."""
    hang_ups = 0
    while True:
        try:
            return _run_once(config_file, login, spec, clock, check)
        except CheckError as error:
            hang_ups += 1
            if error.code != "CONNECTION_CLOSED" or hang_ups > HANG_UPS_AT_MOST:
                raise Failure(f"the server of {config_file}: {error.detail}. Look at: {error.cause.look_at}") from error


def _run_once(config_file: str, login: Login, spec: Spec, clock: Clock, check: bool) -> Outcome:
    server = connect(config_file, login)
    try:
        return _Run(server, spec, clock, dialer(spec.credentials)).run(check)
    finally:
        server.close()


@dataclass(frozen=True)
class _Run:
    server: LocalServer
    spec: Spec
    clock: Clock
    dial: Dial

    def run(self, check: bool) -> Outcome:
        verdict = self._ask(FAILOVER_AT_MOST if not check else 0)
        member = observe_member(self.server)
        make_plan = plan_hand_over if self.spec.hand_over else plan_member
        plan = make_plan(self.spec, member, verdict)
        if plan.refusals:
            raise Refused(plan.refusals, plan)
        if not check:
            self._carry_out(plan, verdict)
            # After a hand-over in an upgrade the server may be too old for the data of the new primary.
            member = observe_member(self.server) if self.spec.hand_over else self._await_sync()
        return Outcome(plan, member, verdict)

    def _ask(self, seconds: float) -> Verdict:
        return await_outcome(
            lambda: ask_all(self.spec.sentinel_name, self.spec.sentinels, self.dial),
            lambda seen: seen.view is None or "failover_in_progress" not in seen.view.flags,
            seconds,
            self.clock,
        )

    def _carry_out(self, plan: Plan, verdict: Verdict) -> None:
        for step in plan.steps:
            if self.spec.hand_over:
                HandOver(self.server, self.spec, verdict, self.dial, self.clock).run()
            else:
                self._execute(step)

    def _execute(self, step: Step) -> None:
        words = [*step.operation.split(), *map(str, step.arguments.values())]
        try:
            if step.operation == REWRITE:
                write_down_part(self.server)
            else:
                self.server.command(*words)
        except CheckError as error:
            raise Failure(f"{' '.join(words)}: {error.evidence}") from error

    def _await_sync(self) -> Member:
        wanted = _Wanted(self.spec.replicas or 0, observe_member(self.server).offset)
        member = await_outcome(lambda: observe_member(self.server), wanted.is_met, self.spec.wait_timeout, self.clock)
        if self.spec.wait_timeout and not wanted.is_met(member):
            raise Failure(wanted.told(member, self.spec.wait_timeout))
        return member


@dataclass(frozen=True)
class _Wanted:
    """Of a replica, its data; of a primary, so many replicas that have what it had at `offset`."""

    replicas: int
    offset: int

    def is_met(self, member: Member) -> bool:
        return self._ready(member) >= self.replicas if member.is_primary else member.is_in_sync

    def told(self, member: Member, seconds: float) -> str:
        if member.is_primary:
            return f"{self._ready(member)} of {self.replicas} replicas are in sync after {seconds:g} seconds"
        aof = ", and its AOF is being written" if member.writes_aof else ""
        return (
            f"the replica is not in sync with {member.primary} after {seconds:g} seconds: its link is "
            f"{member.link}{aof}. Look at its log: masterauth and masteruser, the primary's bind and firewall, "
            "tls-replication"
        )

    def _ready(self, member: Member) -> int:
        return sum(each.state == "online" and each.offset >= self.offset for each in member.replicas)
