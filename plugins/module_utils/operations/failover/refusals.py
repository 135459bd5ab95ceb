# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a failover is not asked for. Pure; every problem that can be seen at once, each with what to do."""

from __future__ import annotations

from collections.abc import Callable

from ...elasticache.replication_group.normalize import NodeGroup
from .events import SHARDS_PER_DAY, Event, calls_left, has_ended, next_call_at
from .facts import Facts, Group
from .spec import FailoverSpec, spec_problems

Rule = Callable[[FailoverSpec, Facts, Group], list[str]]


def find_problems(spec: FailoverSpec, facts: Facts) -> list[str]:
    problems = spec_problems(spec)
    group = facts.group
    if group is None:
        return [*problems, f"replication_group_id: there is no replication group {spec.replication_group_id} here."]
    problems += [problem for rule in RULES for problem in rule(spec, facts, group)]
    return problems + ([facts.client_problem] if facts.client_problem else [])


def chosen_shard(spec: FailoverSpec, group: Group) -> NodeGroup | None:
    """The one that is named, or the only one; the one that has the member to promote."""
    if spec.node_group_id is not None:
        return group.shard(spec.node_group_id)
    shards = group.state.node_groups
    if spec.promote:
        return next((each for each in shards if spec.promote in each.members), None)
    return shards[0] if len(shards) == 1 else None


def is_promoted(spec: FailoverSpec, group: Group) -> bool:
    """Whether the member to promote is primary already, so that nothing is asked of the service."""
    return spec.promote is not None and spec.promote == group.primary_of([spec.promote])


def running_test(spec: FailoverSpec, facts: Facts, group: Group) -> Event | None:
    """The latest test failover of the group, if it may still be under way: the group is not settled."""
    if spec.promote or not group.state.transitions:
        return None
    call = next((event for event in reversed(facts.recent) if event.called_for), None)
    return None if call is None or has_ended(call, facts.recent) else call


def waits_for_another(spec: FailoverSpec, facts: Facts) -> Event | None:
    """The test failover of another shard of the group, whose old primary has to be replaced before the next test."""
    if facts.group is None:
        return None
    running, shard = running_test(spec, facts, facts.group), chosen_shard(spec, facts.group)
    return running if running and shard and running.called_for != shard.node_group_id else None


def earlier_test(facts: Facts, node_group_id: str, kind: str) -> tuple[str, ...]:
    """A run that was killed after its call may have been about the same failover, which has ended since."""
    called = [event for event in facts.recent if event.called_for == node_group_id]
    if kind != "test" or not called:
        return ()
    return (f"shard {node_group_id} was failed over by a test that was called for at {called[-1].at.isoformat()}.",)


def shard(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    known = ", ".join(repr(each.node_group_id) for each in group.state.node_groups) or "none yet"
    if spec.node_group_id is not None and group.shard(spec.node_group_id) is None:
        return [f"node_group_id: there is no shard {spec.node_group_id!r}; there are {known}. Write it in quotes."]
    if spec.node_group_id is None and spec.promote is None and len(group.state.node_groups) > 1:
        return [f"node_group_id: the group has several shards; name the one to fail over: {known}."]
    return []


def settled(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    state = group.state
    if not state.transitions or waits_for_another(spec, facts):
        return []
    seen = "; ".join(state.transitions)
    running = running_test(spec, facts, group)
    if running:
        return [
            f"replication_group_id: a test failover of shard {running.called_for} is under way, called for at "
            f"{running.at.isoformat()} ({seen}). It is not asked for a second time; see how it ends, then run again."
        ]
    if spec.promote and group.promoting == spec.promote:
        return [f"promote: {spec.promote} is being promoted already ({seen}). It is not asked for a second time."]
    return [f"replication_group_id: the group is not available ({seen}). Run again when it is."]


def replica(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    chosen = chosen_shard(spec, group)
    if chosen and len(chosen.members) < 2 and not is_promoted(spec, group):
        return [
            f"replication_group_id: shard {chosen.node_group_id} has no replica that could take over. Give the group "
            "one, with replicas_per_node_group of elasticache_replication_group."
        ]
    return []


def test(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    if spec.promote:
        return []
    problems = []
    if not group.state.automatic_failover_enabled:
        problems.append(
            "replication_group_id: automatic failover is off, so the service tests none. Turn it on, with "
            "automatic_failover_enabled of elasticache_replication_group, or name the replica to make primary with "
            "promote."
        )
    if not calls_left(facts.calls):
        problems.append(
            f"replication_group_id: the service tests {SHARDS_PER_DAY} shards within 24 hours, and so many were "
            f"tested in this region. Run again after {next_call_at(facts.calls).isoformat()}."
        )
    return problems


def promotion(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.PromoteReplica.html"""
    if not spec.promote or is_promoted(spec, group):
        return []
    state = group.state
    if state.is_clustered:
        return ["promote: in cluster mode the service promotes nobody by name. Leave it out to test a failover."]
    problems = []
    chosen = chosen_shard(spec, group)
    if chosen is None or spec.promote not in chosen.members:
        known = ", ".join(member for each in state.node_groups for member in each.members)
        problems.append(f"promote: {spec.promote} is no member of the group; its members are {known}.")
    on = {
        "automatic_failover_enabled": state.automatic_failover_enabled,
        "multi_az_enabled": state.multi_az_enabled,
    }
    switched_on = [option for option, value in on.items() if value]
    if switched_on:
        problems.append(
            f"promote: the service promotes nobody by name while {' and '.join(switched_on)} is on. Turn it off with "
            "elasticache_replication_group, promote, and turn it on again; or leave promote out to test a failover."
        )
    return problems


def sends_password_in_plain_text(spec: FailoverSpec, group: Group) -> bool:
    return bool(spec.measure and spec.password and not group.state.transit_encryption_enabled)


def password(spec: FailoverSpec, facts: Facts, group: Group) -> list[str]:
    if sends_password_in_plain_text(spec, group):
        return [
            "password: the group has no encryption in transit and hence no token; the password would be sent in plain "
            "text. Leave it out."
        ]
    return []


RULES: tuple[Rule, ...] = (shard, settled, replica, test, promotion, password)
