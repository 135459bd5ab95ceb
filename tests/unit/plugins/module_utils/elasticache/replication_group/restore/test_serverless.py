# SPDX-License-Identifier: GPL-3.0-or-later
"""A new group from the snapshot of a serverless cache: it tells less, and knows no shards."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import Source
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import NAME

from .samples import NODES, SNAPSHOT, api_serverless_snapshot, from_serverless, plan_from


def test_cluster_mode_and_engine_come_along() -> None:
    plan = from_serverless()
    assert plan.refusals == plan.warnings == ()
    assert plan.steps[0].arguments == {
        "ReplicationGroupId": NAME,
        "ReplicationGroupDescription": "Restored",
        "ServerlessCacheSnapshotName": SNAPSHOT,
        "Engine": "valkey",
        "EngineVersion": "8.1",
        "CacheNodeType": "cache.t3.small",
        "ClusterMode": "enabled",
        "MultiAZEnabled": False,
        "TransitEncryptionEnabled": True,
    }


def test_shards_are_chosen_freely() -> None:
    plan = from_serverless(num_node_groups=3, replicas_per_node_group=1)
    assert plan.refusals == ()
    arguments = plan.steps[0].arguments
    assert (arguments["NumNodeGroups"], arguments["ReplicasPerNodeGroup"]) == (3, 1)
    assert plan.steps[0].settles["members"] == 6


def test_what_it_does_not_tell_is_required_at_once() -> None:
    problems = from_serverless(node_type=None, engine_version=None).refusals
    assert [problem.split(":")[0] for problem in problems] == ["node_type", "engine_version"]
    assert "tells its major version alone: it is of valkey 8." in problems[1]


def test_it_is_no_snapshot_of_nodes() -> None:
    (problem,) = plan_from(Source(None), {"serverless_snapshot_name": SNAPSHOT, **NODES}).refusals
    assert problem.startswith(f"serverless_snapshot_name: there is no snapshot {SNAPSHOT} of a serverless cache")


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"cluster_mode": "disabled"}, "cluster_mode: the snapshot was taken in cluster mode"),
        ({"engine_version": "7.2"}, "engine_version: the snapshot is of valkey 8, which cannot be restored as valkey"),
        ({"engine": "redis", "engine_version": "7.1"}, "engine_version: the snapshot is of valkey 8"),
    ],
)
def test_what_it_cannot_become(params: dict[str, Any], problem: str) -> None:
    (told,) = from_serverless(**params).refusals
    assert told.startswith(problem)


def test_one_that_is_busy_is_told_by_its_option() -> None:
    (problem,) = from_serverless(api_serverless_snapshot(Status="RESTORING")).refusals
    assert problem.startswith(f"serverless_snapshot_name: {SNAPSHOT} is restoring; ")


def test_the_share_of_a_shard_has_to_fit() -> None:
    answer = api_serverless_snapshot(BytesUsedForCache=str(3 * 2**30))
    (problem,) = from_serverless(answer, num_node_groups=2).refusals
    assert problem.startswith("node_type: the share of a shard in the snapshot takes 1.5 GiB, and cache.t3.small has")
    assert from_serverless(answer, num_node_groups=4).refusals == ()


def test_a_size_that_is_not_told_is_not_checked() -> None:
    plan = from_serverless(api_serverless_snapshot(BytesUsedForCache=None))
    assert plan.refusals == ()
    assert plan.warnings[0].startswith("node_type: not checked whether the data fits")


def test_one_thing_is_restored() -> None:
    both = {"replication_group_id": NAME, "snapshot_name": "a", "serverless_snapshot_name": "b"}
    with pytest.raises(Refused, match="snapshot_name, serverless_snapshot_name: a group is restored from one thing"):
        build_spec(both)
