# SPDX-License-Identifier: GPL-3.0-or-later
"""What is about to happen, and the one call that asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.aim import (
    Aim,
    plan_failover,
    take_aim,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import Facts, Group, member_at

from tests.unit.plugins.module_utils.operations.failover.samples import called, group, sharded, spec


def aim(found: Group, known: dict[str, Any] | None = None, **params: Any) -> Aim:
    return take_aim(spec(**params), Facts(found, **(known or {})), found)


def test_a_test_has_every_replica_as_candidate() -> None:
    found = aim(group(), {"calls": [called()] * 4})
    assert (found.node_group_id, found.primary, found.candidates) == ("0001", "phb-001", ("phb-002", "phb-003"))
    assert (found.calls_left, found.slots) == (11, "")
    assert found.successor is None
    (step,) = plan_failover(spec(), found).steps
    assert (step.operation, dict(step.arguments)) == (
        "test_failover",
        {"ReplicationGroupId": "phb", "NodeGroupId": "0001"},
    )


def test_a_promotion_has_one() -> None:
    found = aim(group(), promote="phb-003")
    assert (found.kind, found.candidates, found.successor) == ("promotion", ("phb-003",), "phb-003")
    plan = plan_failover(spec(promote="phb-003"), found)
    assert [(change.before, change.after) for change in plan.changes] == [("phb-001", "phb-003")]
    (step,) = plan.steps
    assert (step.operation, dict(step.arguments)) == (
        "modify_replication_group",
        {"ReplicationGroupId": "phb", "PrimaryClusterId": "phb-003", "ApplyImmediately": True},
    )


def test_whoever_is_primary_is_not_promoted() -> None:
    found = aim(group(), promote="phb-001")
    assert found.is_reached
    assert plan_failover(spec(promote="phb-001"), found).is_empty


@pytest.mark.parametrize(
    ("engine_primary", "candidates"),
    [(None, ("phb-0002-001", "phb-0002-002")), ("phb-0002-002", ("phb-0002-001",))],
)
def test_in_cluster_mode_the_engines_tell_the_primary(engine_primary: str | None, candidates: tuple[str, ...]) -> None:
    found = aim(sharded(), {"engine_primary": engine_primary}, node_group_id="0002")
    assert (found.primary, found.candidates, found.slots) == (engine_primary, candidates, "8192-16383")


@pytest.mark.parametrize(
    ("host", "member"),
    [("phb-002.example.com", "phb-002"), ("10.0.0.1", "phb-001"), ("10.0.0.9", None)],
)
def test_a_member_is_known_by_name_or_address(host: str, member: str | None) -> None:
    addresses = {"phb-001.example.com": ["10.0.0.1"], "phb-002.example.com": ["10.0.0.2"]}
    assert member_at(host, group().nodes, lambda name: addresses.get(name, [])) == member
