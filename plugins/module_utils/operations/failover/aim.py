# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is about to happen: which shard, which primary, who may follow it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ...reconcile.plan import Change, Disruption, Plan, Step
from .events import calls_left
from .facts import Facts, Group
from .refusals import chosen_shard
from .spec import FailoverSpec

PRIMARY = "primary"


@dataclass(frozen=True)
class Aim:
    """`primary` is None where nobody tells: in cluster mode the service does not, and no client has looked.

    `calls_left`: tests of shards that the service still allows within 24 hours, before this one.
    """

    kind: str
    node_group_id: str
    members: tuple[str, ...]
    primary: str | None
    candidates: tuple[str, ...]
    slots: str
    calls_left: int

    @property
    def is_reached(self) -> bool:
        return self.candidates == (self.primary,)

    @property
    def successor(self) -> str | None:
        """Where there is only one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def take_aim(spec: FailoverSpec, facts: Facts, group: Group) -> Aim:
    """For a group that nothing speaks against."""
    shard = chosen_shard(spec, group)
    if shard is None:
        raise RuntimeError("a shard that was there when it was checked is missing: please report this")
    primary = facts.engine_primary or group.primary_of(shard.members)
    candidates = (spec.promote,) if spec.promote else tuple(each for each in shard.members if each != primary)
    return Aim(
        kind=spec.kind,
        node_group_id=shard.node_group_id,
        members=shard.members,
        primary=primary,
        candidates=candidates,
        slots=shard.slots if group.state.is_clustered else "",
        calls_left=calls_left(facts.calls),
    )


def plan_failover(spec: FailoverSpec, aim: Aim) -> Plan:
    if aim.is_reached:
        return Plan()
    after = aim.successor or f"one of {', '.join(aim.candidates)}"
    change = Change(PRIMARY, aim.primary, after, Disruption.FAILOVER)
    return Plan("modify", (change,), (build_step(spec, aim),))


def build_step(spec: FailoverSpec, aim: Aim) -> Step:
    group = {"ReplicationGroupId": spec.replication_group_id}
    if spec.promote:
        arguments = {**group, "PrimaryClusterId": spec.promote, "ApplyImmediately": True}
        return Step("modify_replication_group", arguments, (PRIMARY,))
    return Step("test_failover", {**group, "NodeGroupId": aim.node_group_id}, (PRIMARY,))
