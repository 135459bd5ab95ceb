# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots with real engines: what was in a cache when one was taken is what a restored cache holds."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.component.standin.snapshot_subject import DAY, Caches, contents, fill
from tests.standin.server import Standin

CLUSTER = {"ClusterMode": "enabled", "NumNodeGroups": 2, "ReplicasPerNodeGroup": 0}
UNEVEN = [{"NodeGroupId": "0001", "Slots": "0-999"}, {"NodeGroupId": "0002", "Slots": "1000-16383"}]


def test_a_restored_cache_holds_what_its_source_held(caches: Caches) -> None:
    caches.create("source", NumCacheClusters=2, Port=6380)
    client = caches.client("source")
    fill(client)
    caches.client("source", database=3).set("elsewhere", "kept")
    before = contents(client)
    client.execute_command("WAIT", 1, 5000)
    snapshot = caches.take("backup", CacheClusterId="source-002")
    client.set("late", "too late")
    assert snapshot["NodeSnapshots"][0]["CacheSize"].endswith(" MB")

    restored = caches.create("restored", SnapshotName="backup", NumCacheClusters=2)
    assert restored["CacheNodeType"] == "cache.t4g.micro"
    assert restored["NodeGroups"][0]["PrimaryEndpoint"]["Port"] == 6380
    assert contents(caches.client("restored")) == before
    assert caches.client("restored", database=3).get("elsewhere") == "kept"
    assert caches.client("restored").info("replication")["connected_slaves"] == 1


def test_a_cluster_is_restored_with_its_shards(caches: Caches) -> None:
    caches.create("source", **CLUSTER)
    fill(caches.client("source"))
    before = contents(caches.client("source"))
    caches.take("backup", ReplicationGroupId="source")
    same = caches.create("same", SnapshotName="backup", ReplicasPerNodeGroup=1)
    assert [shard["Slots"] for shard in same["NodeGroups"]] == ["0-8191", "8192-16383"]
    assert contents(caches.client("same")) == before
    caches.delete("source")
    uneven = caches.create("uneven", SnapshotName="backup", NodeGroupConfiguration=UNEVEN)
    assert [shard["Slots"] for shard in uneven["NodeGroups"]] == ["0-999", "1000-16383"]
    assert contents(caches.client("uneven")) == before


def test_a_cache_is_seeded_from_exported_files(caches: Caches, tmp_path: Path) -> None:
    s3 = caches.bucket("backups")
    caches.create("source", **CLUSTER)
    fill(caches.client("source"))
    before = contents(caches.client("source"))
    caches.take("backup", ReplicationGroupId="source")
    caches.api.copy_snapshot(SourceSnapshotName="backup", TargetSnapshotName="exported", TargetBucket="backups")
    caches.settle()
    keys = [listed["Key"] for listed in s3.list_objects_v2(Bucket="backups")["Contents"]]
    assert keys == ["exported-0001.rdb", "exported-0002.rdb"]
    for key in keys:
        s3.download_file("backups", key, str(tmp_path / key))
        subprocess.run(["redis-check-rdb", tmp_path / key], check=True, stdout=subprocess.DEVNULL)
    caches.delete("source")
    arns = [f"arn:aws:s3:::backups/{key}" for key in keys]
    three = [{"Slots": "0-5000"}, {"Slots": "5001-9000"}, {"Slots": "9001-16383"}]
    caches.create("seeded", ClusterMode="enabled", SnapshotArns=arns, NodeGroupConfiguration=three)
    assert contents(caches.client("seeded")) == before
    caches.create("half", SnapshotArns=arns[:1])
    assert 0 < len(contents(caches.client("half"))) < len(before)


def test_a_copy_outlives_its_source_and_a_final_snapshot_its_cache(caches: Caches) -> None:
    caches.create("source")
    fill(caches.client("source"))
    before = contents(caches.client("source"))
    caches.delete("source", FinalSnapshotIdentifier="last")
    caches.api.copy_snapshot(SourceSnapshotName="last", TargetSnapshotName="copied")
    caches.settle()
    caches.api.delete_snapshot(SnapshotName="last")
    caches.settle()
    caches.create("restored", SnapshotName="copied")
    assert contents(caches.client("restored")) == before


def test_files_of_a_snapshot_are_private_and_go_with_it(caches: Caches, stepped_standin: Standin) -> None:
    caches.create("source")
    caches.take("backup", CacheClusterId="source-001")
    (directory,) = (stepped_standin.state / "archive").iterdir()
    assert directory.stat().st_mode & 0o077 == 0
    caches.api.delete_snapshot(SnapshotName="backup")
    caches.settle()
    assert list((stepped_standin.state / "archive").iterdir()) == []


def test_yesterdays_data_is_in_an_automatic_snapshot(caches: Caches) -> None:
    caches.create("source", SnapshotRetentionLimit=2)
    caches.client("source").set("written", "in time")
    caches.settle(DAY)
    (snapshot,) = caches.api.describe_snapshots(SnapshotSource="system")["Snapshots"]
    caches.create("restored", SnapshotName=snapshot["SnapshotName"])
    assert caches.client("restored").get("written") == "in time"


def failure_of(caches: Caches, group_id: str, **members: Any) -> str:
    """Of a creation that fails: what the events say about it."""
    caches.api.create_replication_group(ReplicationGroupId=group_id, ReplicationGroupDescription="sessions", **members)
    caches.settle()
    assert caches.group(group_id)["Status"] == "create-failed"
    statuses = {
        member["CacheClusterStatus"]
        for member in caches.api.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
        if member["ReplicationGroupId"] == group_id
    }
    assert statuses == {"restore-failed"}
    return caches.messages(group_id)[-1]


def test_data_that_cannot_be_loaded_fails_the_creation(caches: Caches) -> None:
    caches.bucket("broken").put_object(Bucket="broken", Key="one.rdb", Body=b"REDIS0010 and no more")
    reason = failure_of(caches, "seeded", CacheNodeType="cache.t4g.micro", SnapshotArns=["arn:aws:s3:::broken/one.rdb"])
    assert "ended at its start" in reason


def test_several_databases_do_not_fit_into_cluster_mode(caches: Caches) -> None:
    caches.create("source")
    caches.client("source", database=3).set("elsewhere", "kept")
    caches.take("backup", CacheClusterId="source-001")
    reason = failure_of(caches, "cluster", SnapshotName="backup", ClusterMode="enabled")
    assert "db3" in reason


def test_a_snapshot_that_is_being_read_is_not_deleted(caches: Caches) -> None:
    caches.create("source")
    caches.take("backup", CacheClusterId="source-001")
    caches.api.create_replication_group(
        ReplicationGroupId="restored", ReplicationGroupDescription="sessions", SnapshotName="backup"
    )
    assert caches.snapshot("backup")["SnapshotStatus"] == "restoring"
    with pytest.raises(ClientError, match="InvalidSnapshotState"):
        caches.api.delete_snapshot(SnapshotName="backup")
    caches.settle()
    assert caches.snapshot("backup")["SnapshotStatus"] == "available"
