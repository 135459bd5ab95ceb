# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups that begin with the data of a snapshot: what they take over, and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.neighbors import FixedBucket, FixedNeighbors
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    clusters,
    creation,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    plan,
    settle,
    slots,
    snapshots,
    take,
)
from tests.unit.standin.test_groups_snapshots_exports import OPEN

SIZE = "standin:cache-size"
ROOMY = "cache.r6g.large"


@pytest.fixture
def world() -> World:
    return furnished_world()


def save(world: World, **source: Any) -> None:
    """A snapshot of the group, "backup"."""
    take(world, "backup", **(source or {"CacheClusterId": "phb-001"}))
    settle(world, world.durations.snapshot)


def wanted(**members: Any) -> dict[str, Any]:
    return creation(ReplicationGroupId="restored", **{"CacheNodeType": None, "SnapshotName": "Backup"} | members)


def restore(world: World, **members: Any) -> None:
    call(world, "CreateReplicationGroup", **wanted(**members))
    settle(world, world.durations.create_group)


def refuse(world: World, **members: Any) -> tuple[str, str]:
    error = refusal(world, "CreateReplicationGroup", **wanted(**members))
    assert "restored" not in world.replication_groups
    return error.code, error.message


def version_of(world: World, group_id: str = "restored") -> str:
    (found,) = {row["EngineVersion"] for row in clusters(world) if row["ReplicationGroupId"] == group_id}
    return str(found)


def test_what_is_not_said_comes_from_the_snapshot(world: World) -> None:
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="lru",
        CacheParameterGroupFamily="redis6.x",
        Description="lru",
    )
    make(world, CacheNodeType="cache.m6g.large", EngineVersion="6.2", Port=7000, CacheParameterGroupName="lru")
    save(world)
    restore(world)
    group = describe(world, "restored")
    assert (group["CacheNodeType"], group["Engine"]) == ("cache.m6g.large", "redis")
    assert group["NodeGroups"][0]["PrimaryEndpoint"]["Port"] == 7000
    assert version_of(world) == "6.2.6"
    assert world.replication_groups["restored"].parameter_group == "lru"
    assert plan(world, "restored").seed == {"0001": world.snapshots["backup"].files[0]}


def test_what_is_said_wins(world: World) -> None:
    make(world, EngineVersion="6.2")
    save(world)
    restore(world, CacheNodeType="cache.m6g.large", EngineVersion="7.1", Port=7000)
    assert describe(world, "restored")["CacheNodeType"] == "cache.m6g.large"
    assert version_of(world) == "7.1.0"
    assert world.replication_groups["restored"].parameter_group == "default.redis7"


def test_a_parameter_group_that_is_gone_is_not_missed(world: World) -> None:
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="lru",
        CacheParameterGroupFamily="redis7",
        Description="lru",
    )
    make(world, CacheParameterGroupName="lru")
    save(world)
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb")
    settle(world, world.durations.delete)
    call(world, "DeleteCacheParameterGroup", CacheParameterGroupName="lru")
    restore(world)
    assert world.replication_groups["restored"].parameter_group == "default.redis7"


def test_a_snapshot_is_restoring_until_the_group_is_there(world: World) -> None:
    make(world)
    save(world)
    call(world, "CreateReplicationGroup", **wanted())
    assert snapshots(world)[0]["SnapshotStatus"] == "restoring"
    assert refusal(world, "DeleteSnapshot", SnapshotName="backup").code == "InvalidSnapshotState"
    again = refusal(world, "CreateReplicationGroup", **(wanted() | {"ReplicationGroupId": "second"}))
    assert "has status restoring" in again.message
    settle(world, world.durations.create_group)
    assert snapshots(world)[0]["SnapshotStatus"] == "available"


@pytest.mark.parametrize(
    ("saved", "version", "tls"),
    [
        ({}, {"Engine": "valkey", "EngineVersion": "8.0"}, False),
        ({"Engine": "valkey", "EngineVersion": "7.2"}, {"Engine": "redis"}, None),
        ({"Engine": "valkey", "EngineVersion": "7.2"}, {"EngineVersion": "8.1"}, False),
    ],
)
def test_engines_that_may_follow(world: World, saved: dict[str, Any], version: dict[str, Any], tls: Any) -> None:
    make(world, **saved, TransitEncryptionEnabled=False)
    save(world)
    restore(world, **version, TransitEncryptionEnabled=tls)
    assert describe(world, "restored")["Status"] == "available"


@pytest.mark.parametrize(
    ("saved", "version"),
    [
        ({"EngineVersion": "7.1"}, {"EngineVersion": "7.0"}),
        ({"Engine": "valkey", "EngineVersion": "8.0"}, {"Engine": "redis"}),
        ({"Engine": "valkey", "EngineVersion": "7.2"}, {"Engine": "redis", "EngineVersion": "7.0"}),
    ],
)
def test_an_older_engine_is_refused(world: World, saved: dict[str, Any], version: dict[str, Any]) -> None:
    make(world, **saved, TransitEncryptionEnabled=False)
    save(world)
    code, message = refuse(world, **version)
    assert (code, message.startswith("Cannot downgrade from")) == ("InvalidParameterCombination", True)


def test_a_cluster_keeps_its_layout(world: World) -> None:
    layout = [{"NodeGroupId": "0004", "Slots": "0-99"}, {"NodeGroupId": "0007", "Slots": "100-16383"}]
    make(world, ClusterMode="enabled", NodeGroupConfiguration=layout, ReplicasPerNodeGroup=1)
    save(world, ReplicationGroupId="phb")
    restore(world, ReplicasPerNodeGroup=2)
    shards = {shard["NodeGroupId"]: shard["Slots"] for shard in describe(world, "restored")["NodeGroups"]}
    assert shards == slots(world) == {"0004": "0-99", "0007": "100-16383"}
    assert len(describe(world, "restored")["MemberClusters"]) == 6
    seeded = plan(world, "restored")
    assert [file.name for file in seeded.seed.values()] == ["0004.rdb", "0007.rdb"]
    assert seeded.scatter == ()


def test_other_slots_let_every_key_find_its_shard(world: World) -> None:
    make_cluster(world)
    save(world, ReplicationGroupId="phb")
    restore(world, NodeGroupConfiguration=[{"Slots": "0-99"}, {"Slots": "100-16383"}])
    seeded = plan(world, "restored")
    assert (seeded.seed, seeded.scatter) == ({}, world.snapshots["backup"].files)


def test_cluster_mode_may_be_new(world: World) -> None:
    make(world)
    save(world)
    restore(world, ClusterMode="enabled")
    assert describe(world, "restored")["ClusterEnabled"] is True
    assert len(plan(world, "restored").scatter) == 1


@pytest.mark.parametrize(
    "members",
    [{"NumNodeGroups": 3}, {"NodeGroupConfiguration": [{"Slots": "0-16383"}]}],
)
def test_the_count_of_shards_is_the_snapshots(world: World, members: dict[str, Any]) -> None:
    make_cluster(world)
    save(world, ReplicationGroupId="phb")
    code, message = refuse(world, **members)
    assert code == "InvalidParameterCombination"
    assert message == "The number of node groups must equal that of snapshot backup, which is 2."


def test_a_cluster_is_not_restored_without_cluster_mode(world: World) -> None:
    make_cluster(world, NumNodeGroups=1)
    save(world, ReplicationGroupId="phb")
    assert refuse(world, ClusterMode="disabled") == (
        "InvalidParameterCombination",
        "Snapshot backup of a cluster mode enabled replication group cannot be restored with cluster mode disabled.",
    )


def test_multi_az_comes_along_and_needs_its_replicas(world: World) -> None:
    make_pair(world)
    save(world)
    assert refuse(world)[0] == "InvalidParameterCombination"
    restore(world, MultiAZEnabled=False)
    assert describe(world, "restored")["MultiAZ"] == "disabled"


def test_data_tiering_is_kept(world: World) -> None:
    make(world, CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True)
    save(world)
    assert "data tiering" in refuse(world, CacheNodeType=ROOMY, DataTieringEnabled=False)[1]
    restore(world)
    assert describe(world, "restored")["DataTiering"] == "enabled"


@pytest.mark.parametrize("name", ["none", "creating"])
def test_only_an_available_snapshot_is_restored(world: World, name: str) -> None:
    make(world)
    take(world, "creating", CacheClusterId="phb-001")
    assert refuse(world, SnapshotName=name)[0] == "InvalidParameterValue"


def failed(world: World) -> list[str]:
    """Statuses of the members of a group that could not be restored."""
    assert describe(world, "restored")["Status"] == "create-failed"
    return [row["CacheClusterStatus"] for row in clusters(world) if row["ReplicationGroupId"] == "restored"]


def test_nodes_that_are_too_small_fail_the_creation(world: World) -> None:
    make(world, Tags=[{"Key": SIZE, "Value": "5 GB"}])
    save(world)
    restore(world, NumCacheClusters=2)
    assert failed(world) == ["restore-failed", "restore-failed"]
    assert "5368709120 bytes of a node, and a node has 402653184" in messages(world, "restored")[-1]
    assert messages(world, "restored-001")[-1].startswith("Failed to restore cache cluster restored-001: the data")
    assert isinstance(world.engines, NullDriver)
    assert "restored" not in world.engines.plans
    assert snapshots(world)[0]["SnapshotStatus"] == "available"
    call(world, "DeleteReplicationGroup", ReplicationGroupId="restored")
    settle(world, world.durations.delete)
    restore(world, CacheNodeType=ROOMY)
    assert describe(world, "restored")["Status"] == "available"


class Full(NullDriver):
    """Its engines use a gigabyte each."""

    def usage(self, group_id: str) -> Mapping[str, int]:
        return dict.fromkeys(super().usage(group_id), 1024**3)


def test_files_that_turn_out_to_be_too_large_fail_the_creation(world: World) -> None:
    world.engines = Full()
    assert isinstance(world.neighbors, FixedNeighbors)
    world.neighbors.buckets["backups"] = FixedBucket(policy=OPEN, objects={"one.rdb": b"data"})
    arns = ["arn:aws:s3:::backups/one.rdb"]
    restore(world, SnapshotName=None, SnapshotArns=arns, CacheNodeType="cache.t4g.micro")
    assert failed(world) == ["restore-failed"]


def test_a_failure_on_demand_is_not_one_of_the_data(world: World) -> None:
    make(world)
    save(world)
    restore(world, Tags=[{"Key": "standin:create-failed", "Value": "no room"}])
    assert failed(world) == []
    assert snapshots(world)[0]["SnapshotStatus"] == "available"
