# SPDX-License-Identifier: GPL-3.0-or-later
"""A new group from a snapshot: what it takes over, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.planner import Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import Source

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import (
    NAME,
    calls,
    make_state,
    plan_for,
)

from .samples import SNAPSHOT, api_sharded_snapshot, api_snapshot, from_snapshot, plan_from, snapshot_of

SHARDED = {"cluster_mode": "enabled", "automatic_failover_enabled": True}


def test_everything_but_the_description_may_come_from_the_snapshot() -> None:
    plan = from_snapshot()
    assert plan.refusals == plan.warnings == ()
    (step,) = plan.steps
    assert step.arguments == {
        "ReplicationGroupId": NAME,
        "ReplicationGroupDescription": "Restored",
        "SnapshotName": SNAPSHOT,
        "Engine": "redis",
        "EngineVersion": "7.1",
        "CacheNodeType": "cache.t3.small",
        "Port": 6380,
        "AutomaticFailoverEnabled": False,
        "MultiAZEnabled": False,
    }
    told = {change.field: change.after for change in plan.changes}
    assert told == {
        "state": "present",
        "description": "Restored",
        "snapshot_name": SNAPSHOT,
        "engine": "redis",
        "engine_version": "7.1",
        "node_type": "cache.t3.small",
        "port": 6380,
        "automatic_failover_enabled": False,
        "multi_az_enabled": False,
    }


def test_what_is_given_comes_before_what_the_snapshot_has() -> None:
    plan = from_snapshot(node_type="cache.t3.medium", engine_version="7.1", port=6379, replicas_per_node_group=1)
    assert plan.refusals == ()
    arguments = plan.steps[0].arguments
    assert (arguments["CacheNodeType"], arguments["Port"], arguments["NumCacheClusters"]) == (
        "cache.t3.medium",
        6379,
        2,
    )
    assert plan.steps[0].settles == {"status": "available", "members": 2}
    assert [change.field for change in plan.changes].count("node_type") == 1


def test_shards_and_cluster_mode_come_along() -> None:
    plan = from_snapshot(api_sharded_snapshot("1 GB", "900 MB"), replicas_per_node_group=1)
    assert plan.refusals == ()
    arguments = plan.steps[0].arguments
    assert arguments["ReplicasPerNodeGroup"] == 1
    assert arguments.keys().isdisjoint({"ClusterMode", "NumNodeGroups", "NumCacheClusters", "NodeGroupConfiguration"})
    assert plan.steps[0].settles["members"] == 4
    told = {change.field: change.after for change in plan.changes}
    assert (told["cluster_mode"], told["num_node_groups"]) == ("enabled", 2)


def test_multi_az_is_not_taken_over_unseen() -> None:
    """The service would, also for a group that has no replicas to be in another zone."""
    alone = from_snapshot(api_sharded_snapshot("1 GB"), replicas_per_node_group=0)
    assert alone.steps[0].arguments["MultiAZEnabled"] is False
    assert "AutomaticFailoverEnabled" not in alone.steps[0].arguments
    pair = {"replicas_per_node_group": 1, "automatic_failover_enabled": True, "multi_az_enabled": True}
    arguments = from_snapshot(**pair).steps[0].arguments
    assert (arguments["MultiAZEnabled"], arguments["AutomaticFailoverEnabled"]) == (True, True)


def test_an_existing_group_is_compared_with_no_snapshot() -> None:
    state = make_state()
    assert plan_for(state, Facts(source=Source()), snapshot_name="another").is_empty
    assert plan_for(state, snapshot_arns=["arn:aws:s3:::nobodys/file.rdb"]).is_empty


def test_what_could_not_be_read_is_left_to_the_service() -> None:
    plan = plan_for(None, description="Restored", snapshot_name=SNAPSHOT)
    assert plan.refusals == ()
    assert calls(plan) == ["create_replication_group(description,snapshot_name)"]


@pytest.mark.parametrize(
    ("told", "named"), [("7.1.0", "7.1"), ("6.2.6", "6.2"), ("5.0.6", "5.0.6"), ("7.0", "7.0"), ("4.0.10", "4.0.10")]
)
def test_versions_are_named_as_the_service_takes_them(told: str, named: str) -> None:
    assert from_snapshot(api_snapshot(EngineVersion=told)).steps[0].arguments["EngineVersion"] == named


def test_patches_of_valkey_are_never_named() -> None:
    plan = from_snapshot(api_snapshot(Engine="valkey", EngineVersion="8.0.1"), transit_encryption_enabled=True)
    assert plan.steps[0].arguments["EngineVersion"] == "8.0"


# --- what stands in the way


def test_no_such_snapshot() -> None:
    (problem,) = plan_from(Source(None), {"snapshot_name": SNAPSHOT}).refusals
    assert problem.startswith(f"snapshot_name: there is no snapshot {SNAPSHOT} of nodes in this region.")
    assert "serverless_snapshot_name" in problem


@pytest.mark.parametrize("status", ["creating", "copying", "restoring", "deleting"])
def test_a_snapshot_that_is_not_available(status: str) -> None:
    (problem,) = from_snapshot(api_snapshot(SnapshotStatus=status)).refusals
    assert problem.startswith(f"snapshot_name: {SNAPSHOT} is {status}; ")


TLS = {"transit_encryption_enabled": True}


@pytest.mark.parametrize(
    ("taken", "wanted", "is_refused"),
    [
        ("redis 7.1.0", "redis 7.1", False),
        ("redis 7.0.7", "redis 7.1", False),
        ("redis 6.2.6", "redis 6.x", False),
        ("redis 7.1.0", "redis 7.0", True),
        ("redis 7.0.7", "redis 6.x", True),
        ("redis 5.0.6", "valkey 8.1", False),
        ("valkey 7.2.6", "redis 7.1", False),
        ("valkey 7.2.6", "redis 7.0", True),
        ("valkey 8.0.1", "redis 7.1", True),
        ("valkey 8.1.0", "valkey 8.0", True),
        ("valkey 8.0.1", "valkey 9.0", False),
    ],
)
def test_engines_only_go_forward_but_for_one_step(taken: str, wanted: str, is_refused: bool) -> None:
    (engine, version), (new_engine, new_version) = taken.split(), wanted.split()
    answer = api_snapshot(Engine=engine, EngineVersion=version)
    problems = from_snapshot(answer, engine=new_engine, engine_version=new_version, **TLS).refusals
    assert len(problems) == is_refused
    if is_refused:
        assert problems[0].startswith(
            f"engine_version: the snapshot is of {taken}, which cannot be restored as {wanted}"
        )


def test_another_engine_needs_its_version() -> None:
    (problem,) = from_snapshot(engine="valkey", **TLS).refusals
    assert problem == "engine_version: required to restore a snapshot of redis as valkey."


def test_a_snapshot_of_valkey_demands_what_valkey_demands() -> None:
    (problem,) = from_snapshot(api_snapshot(Engine="valkey", EngineVersion="8.0.1")).refusals
    assert problem.startswith("transit_encryption_enabled: ")


def test_the_number_of_shards_stays() -> None:
    answer = api_sharded_snapshot("1 GB", "1 GB", "1 GB")
    assert from_snapshot(answer, num_node_groups=3, **SHARDED).refusals == ()
    (problem,) = from_snapshot(answer, num_node_groups=2, **SHARDED).refusals
    assert problem.startswith("num_node_groups: the snapshot holds 3, and a restore keeps their number, not 2.")


def test_cluster_mode_is_not_left_by_a_restore() -> None:
    (problem,) = from_snapshot(api_sharded_snapshot("1 GB"), cluster_mode="disabled").refusals
    assert problem.startswith("cluster_mode: the snapshot was taken in cluster mode")


def test_cluster_mode_can_be_entered_by_a_restore_into_one_shard() -> None:
    plan = from_snapshot(**SHARDED)
    assert plan.refusals == ()
    assert "unless all are in database 0" in plan.warnings[0]
    assert len(from_snapshot(num_node_groups=2, **SHARDED).refusals) == 1


@pytest.mark.parametrize(
    ("sizes", "changes", "advice"),
    [
        (("1 GB", "5 GB"), {}, "take cache.m6g.xlarge or a larger one"),
        (("1 GB", "2 GB"), {}, "take cache.t3.medium or a larger one"),
        (("1 GB", "2 GB"), {"node_type": "cache.t3.medium"}, None),
        (("1 GB",), {}, None),
        (("400 GB",), {}, "take a larger one"),
        (("5 GB",), {"node_type": "cache.q9.large"}, None),
    ],
)
def test_the_largest_shard_has_to_fit(sizes: tuple[str, ...], changes: dict[str, Any], advice: str | None) -> None:
    problems = from_snapshot(api_sharded_snapshot(*sizes), **changes).refusals
    assert len(problems) == (advice is not None)
    if advice:
        assert problems[0].startswith("node_type: the largest shard of the snapshot takes ")
        assert problems[0].endswith(f"(25 % of its memory is reserved); {advice}.")


def test_the_reservation_of_the_parameter_group_counts() -> None:
    snapshot = snapshot_of(api_snapshot(NodeSnapshots=[{"CacheSize": "1.3 GB"}]))
    params = {"snapshot_name": SNAPSHOT}
    assert len(plan_from(Source(snapshot), params).refusals) == 1
    assert plan_from(Source(snapshot, reserved_percent=0), params).refusals == ()
    assert "100 % of its memory" in plan_from(Source(snapshot, reserved_percent=100), params).refusals[0]


def test_a_size_that_is_not_told_is_not_checked() -> None:
    plan = from_snapshot(api_snapshot(NodeSnapshots=[{"CacheSize": ""}]))
    assert plan.refusals == ()
    assert plan.warnings[0].startswith("node_type: not checked whether the data fits")


def test_tiered_data_stays_on_nodes_that_tier() -> None:
    tiered = api_sharded_snapshot("50 GB", CacheNodeType="cache.r6gd.xlarge", DataTiering="enabled")
    plan = from_snapshot(tiered)
    assert plan.refusals == ()
    assert plan.steps[0].arguments["DataTieringEnabled"] is True
    (problem,) = from_snapshot(tiered, node_type="cache.r7g.4xlarge").refusals
    assert problem.startswith("node_type: the snapshot tiers data to disk")


def test_all_problems_come_at_once() -> None:
    answer = api_sharded_snapshot("5 GB", "5 GB", SnapshotStatus="creating", DataTiering="enabled")
    wrong = {"cluster_mode": "disabled", "num_node_groups": 1, "engine_version": "6.2", "node_type": "cache.t3.small"}
    plan = plan_from(Source(snapshot_of(answer)), {"snapshot_name": SNAPSHOT, "description": None, **wrong})
    assert [problem.split(":")[0] for problem in plan.refusals] == [
        "description",
        "snapshot_name",
        "engine_version",
        "cluster_mode",
        "num_node_groups",
        "node_type",
        "node_type",
    ]
