# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for the maintenance window, what releases it, and what has to respect it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Disruption

from .samples import NAME, calls, change_of, make_state, plan_for, step_of


def test_pending_equal_to_wanted_is_converged_and_said() -> None:
    state = make_state(pending={"node_type": "cache.t3.medium"})
    plan = plan_for(state, node_type="cache.t3.medium")
    assert plan.is_empty
    assert "waits for the maintenance window sun:05:00-sun:06:00" in plan.warnings[0]


def test_apply_immediately_releases_what_was_asked_for_earlier() -> None:
    state = make_state(pending={"node_type": "cache.t3.medium"})
    plan = plan_for(state, node_type="cache.t3.medium", apply_immediately=True)
    assert plan.steps[0].arguments == {
        "ReplicationGroupId": NAME,
        "CacheNodeType": "cache.t3.medium",
        "ApplyImmediately": True,
    }


def test_what_else_is_released_is_reported_first() -> None:
    state = make_state(pending={"engine_version": "7.1"})
    plan = plan_for(state, replicas_per_node_group=2)
    assert any("engine_version: 7.1" in warning and "is released" in warning for warning in plan.warnings)


def test_deferred_changes_are_announced() -> None:
    plan = plan_for(make_state(), node_type="cache.t3.medium", replicas_per_node_group=2)
    assert any(warning.startswith("node_type: waits for the maintenance window") for warning in plan.warnings)
    assert any(warning.startswith("replicas_per_node_group: takes effect at once") for warning in plan.warnings)


@pytest.mark.parametrize("change", [{"replicas_per_node_group": 2}, {"description": "new", "apply_immediately": True}])
def test_a_call_that_releases_what_waits_disturbs_as_much(change: dict[str, Any]) -> None:
    quiet = plan_for(make_state(), **change)
    assert quiet.disruption is Disruption.NONE
    releasing = plan_for(make_state(pending={"node_type": "cache.t3.medium"}), **change)
    assert releasing.disruption is Disruption.FAILOVER
    assert {each.field for each in releasing.changes} == set(change) - {"apply_immediately"}


def test_nothing_that_happens_at_once_follows_what_waits() -> None:
    logs = [{"log_type": "slow-log", "destination_type": "cloudwatch-logs", "destination": "a", "log_format": "json"}]
    plan = plan_for(make_state(), node_type="cache.t3.medium", engine_version="7.1", log_delivery_configurations=logs)
    assert [step.arguments["ApplyImmediately"] for step in plan.steps] == [True, False, False]


def test_a_waiting_upgrade_brings_engine_and_parameter_group_with_it() -> None:
    wanted = {"engine": "valkey", "engine_version": "8.0", "parameter_group_name": "default.valkey8"}
    state = make_state(pending={"engine_version": "8.0.1"})
    assert plan_for(state, **wanted).is_empty
    now = plan_for(state, apply_immediately=True, **wanted)
    assert calls(now) == ["modify_replication_group(engine,engine_version,parameter_group_name)"]


def test_what_waits_is_called_off_by_the_present_value() -> None:
    state = make_state(pending={"node_type": "cache.t3.medium"})
    plan = plan_for(state, node_type="cache.t3.small")
    change = change_of(plan, "node_type")
    assert (change.before, change.after, change.disruption) == ("cache.t3.medium", "cache.t3.small", Disruption.NONE)
    own = make_state(pending={"engine_version": "7.1"})
    assert plan_for(own, engine_version="7.0").is_empty


def test_what_blocks_each_other_goes_in_one_call_or_is_refused() -> None:
    state = make_state(pending={"node_type": "cache.t3.medium", "engine_version": "7.1"})
    now = {"apply_immediately": True, "engine_version": "7.1"}
    both = plan_for(state, node_type="cache.t3.medium", **now)
    assert calls(both) == ["modify_replication_group(engine_version,node_type)"]
    assert "blocks this change" in plan_for(make_state(pending={"node_type": "cache.t3.medium"}), **now).refusals[0]


def test_shards_that_differ_get_their_replicas_before_new_shards_copy_the_first() -> None:
    plan = plan_for(make_state((1, 2), clustered=True), num_node_groups=3, replicas_per_node_group=2)
    assert [step.operation for step in plan.steps] == [
        "increase_replica_count",
        "modify_replication_group_shard_configuration",
    ]
    assert [step.settles["members"] for step in plan.steps] == [6, 9]


def test_a_replica_that_may_leave_takes_no_snapshots() -> None:
    state = make_state((2,), snapshot_retention_limit=0)
    plan = plan_for(state, snapshot_retention_limit=7, replicas_per_node_group=1)
    assert step_of(plan, "snapshot_retention_limit").arguments["SnapshottingClusterId"] == f"{NAME}-001"
