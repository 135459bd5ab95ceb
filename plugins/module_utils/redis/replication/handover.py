# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handing the primary's role to a replica without losing a write that was acknowledged.

After SENTINEL FAILOVER alone the old primary takes writes until it is made a replica seconds later, and then throws
them away. So writes are held back (CLIENT PAUSE) until the replicas have everything and one of them is promoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...reconcile.plan import Change, Disruption, Plan, Step
from ...reconcile.problems import Failure
from ..failures import CheckError
from ..local import LocalServer
from ..session import Commands
from ..waiting import Clock
from .addresses import Address
from .main_file import write_down_part
from .member import Member, observe_member
from .planner import ROLE, Spec
from .polling import await_outcome
from .sentinels import Dial, Verdict, primary_by

# Seconds. Replicas acknowledge once a second; the pause ends by itself should this process die, and is longer than what
# may happen within it.
CATCH_UP = 5.0
PROMOTION = 20.0
PAUSE = 30.0


@dataclass(frozen=True)
class HandOver:
    server: LocalServer
    spec: Spec
    verdict: Verdict
    dial: Dial
    clock: Clock

    def run(self) -> Address:
        """The new primary. Raises Failure; then the role is where it was, and writes go on."""
        try:
            if self.verdict.by is None:
                return self._by_the_server()
            return self._by_sentinel(self.verdict.by)
        except CheckError as error:
            raise Failure(f"the primary's role was not handed over: {error.detail}") from error

    def _by_sentinel(self, sentinel: Address) -> Address:
        session = self.dial(sentinel)
        self.server.command("CLIENT", "PAUSE", int(PAUSE * 1000), "WRITE")
        try:
            self._await_replicas()
            session.command("SENTINEL", "FAILOVER", self.spec.sentinel_name)
            primary = self._await_promotion(session, sentinel)
            self.server.command("REPLICAOF", primary.host, primary.port)
        finally:
            self.server.command("CLIENT", "UNPAUSE")
            session.close()
        write_down_part(self.server)
        return primary

    def _by_the_server(self) -> Address:
        """FAILOVER (Redis 6.2) pauses writes, waits for a replica and changes places with it, all by itself."""
        self.server.command("FAILOVER", "TIMEOUT", int(CATCH_UP * 1000))
        member = self._await(lambda seen: not seen.is_primary, CATCH_UP + PROMOTION)
        if member.primary is None:
            raise Failure("no replica had caught up in time: the primary stays")
        write_down_part(self.server)
        return member.primary

    def _await_replicas(self) -> None:
        """All that are online must have everything, for the Sentinels may choose any of them."""
        if not has_caught_up(self._await(has_caught_up, CATCH_UP)):
            raise Failure("the replicas did not catch up while writes were held back: the primary stays")

    def _await_promotion(self, session: Commands, sentinel: Address) -> Address:
        name, before = self.spec.sentinel_name, self.verdict.primary
        seen = await_outcome(lambda: primary_by(name, session), lambda now: now != before, PROMOTION, self.clock)
        if seen is None or seen == before:
            raise Failure(
                f"Sentinel {sentinel} began a failover but promoted nobody within {PROMOTION:g} seconds; see its log"
            )
        return seen

    def _await(self, is_final: Callable[[Member], bool], seconds: float) -> Member:
        return await_outcome(lambda: observe_member(self.server), is_final, seconds, self.clock)


def has_caught_up(member: Member) -> bool:
    online = [each for each in member.replicas if each.state == "online"]
    return bool(online) and all(each.offset >= member.offset for each in online)


def plan_hand_over(spec: Spec, member: Member, verdict: Verdict) -> Plan:
    if not member.is_primary:
        return Plan()
    change = Change(ROLE, "primary", "replica", Disruption.FAILOVER)
    step = Step("SENTINEL FAILOVER" if verdict.by else "FAILOVER", {}, (ROLE,))
    return Plan("modify", (change,), (step,), refusals=tuple(_refusals(spec, member, verdict)))


def _refusals(spec: Spec, member: Member, verdict: Verdict) -> Iterator[str]:
    if not any(each.state == "online" for each in member.replicas):
        yield "this primary has no replica that is in sync and could take over"
    if spec.sentinels and not (verdict.primary and member.is_at(verdict.primary)):
        yield f"the Sentinels do not have this server as the primary of {spec.sentinel_name}, but {verdict.primary}"
