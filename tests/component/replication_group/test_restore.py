# SPDX-License-Identifier: GPL-3.0-or-later
"""New groups from snapshots and from files on S3; what cannot become what is refused before anything is sent."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError

from tests.component.replication_group.cases import BASE, PAIR, SAFE_PAIR, SHARDED
from tests.component.replication_group.cloud import Landscape
from tests.component.runs import Killed
from tests.component.snapshots import keys_of, make_bucket, make_serverless

NUMBERS = itertools.count(1)
SIZE_TAG = "standin:cache-size"
"""Makes the snapshots of a group claim a size."""
FILE = b"REDIS0009" + bytes(64)


def snapshot_of(cloud: Landscape, name: str) -> str:
    """A new snapshot of a group, there and ready."""
    snapshot = f"{name}-saved-{next(NUMBERS)}"
    group = cloud.run(name).after
    source = {"ReplicationGroupId": name} if group.is_clustered else {"CacheClusterId": group.members[-1].cluster_id}
    cloud.session.client("elasticache").create_snapshot(SnapshotName=snapshot, **source)
    cloud.standin.control.advance(3600)
    cloud.standin.control.clear_calls()
    return snapshot


def saved(cloud: Landscape, **params: Any) -> str:
    """The snapshot of a group that was made with `params`."""
    name = cloud.new_name()
    cloud.run(name, **params)
    return snapshot_of(cloud, name)


def restoring(cloud: Landscape, snapshot: str | None, **params: Any) -> dict[str, Any]:
    return {
        "replication_group_id": cloud.new_name(),
        "description": "restored",
        "snapshot_name": snapshot,
        "wait_timeout": 7200,
        **params,
    }


def test_what_is_not_given_comes_from_the_snapshot(cloud: Landscape) -> None:
    snapshot = saved(cloud, **{**PAIR, "port": 6380, "node_type": "cache.t3.medium"})
    done = cloud.module.changes(**restoring(cloud, snapshot.upper()))
    after = done.after
    assert (after.engine, after.engine_version[:3], after.node_type, after.port) == (
        "redis",
        "7.0",
        "cache.t3.medium",
        6380,
    )
    told = {change.field: change.after for change in done.plan.changes}
    assert {name: told[name] for name in ("engine_version", "node_type", "port")} == {
        "engine_version": "7.0",
        "node_type": "cache.t3.medium",
        "port": 6380,
    }
    assert [operation for operation, _parameters in cloud.sent()] == ["CreateReplicationGroup"]


def test_what_is_given_comes_first(cloud: Landscape) -> None:
    snapshot = saved(cloud, **BASE)
    wanted = {"node_type": "cache.t3.medium", "engine": "valkey", "engine_version": "8.1", "replicas_per_node_group": 1}
    after = cloud.module.changes(**restoring(cloud, snapshot, transit_encryption_enabled=True, **wanted)).after
    assert (after.engine, after.node_type, len(after.members)) == ("valkey", "cache.t3.medium", 2)


def test_shards_and_their_slots_come_along(cloud: Landscape) -> None:
    snapshot = saved(cloud, **SHARDED)
    after = cloud.module.changes(**restoring(cloud, snapshot, replicas_per_node_group=1)).after
    assert (after.cluster_mode, after.num_node_groups, len(after.members)) == ("enabled", 2, 4)


def test_cluster_mode_is_entered_by_a_restore(cloud: Landscape) -> None:
    done = cloud.module.changes(**restoring(cloud, saved(cloud, **BASE), cluster_mode="enabled"))
    assert (done.after.cluster_mode, done.after.num_node_groups) == ("enabled", 1)
    assert any("database 0" in warning for warning in done.warnings)


def test_multi_az_is_left_behind_unless_asked_for(cloud: Landscape) -> None:
    """The service would take it over, and refuse one node for it."""
    snapshot = saved(cloud, **SAFE_PAIR)
    after = cloud.module.changes(**restoring(cloud, snapshot)).after
    assert (after.multi_az_enabled, after.automatic_failover_enabled, len(after.members)) == (False, False, 1)
    safe = {"replicas_per_node_group": 1, "automatic_failover_enabled": True, "multi_az_enabled": True}
    assert cloud.module.changes(**restoring(cloud, snapshot, **safe)).after.multi_az_enabled


def test_a_serverless_cache_becomes_a_group(cloud: Landscape) -> None:
    name = cloud.new_name()
    make_serverless(cloud, name)
    cloud.session.client("elasticache").create_serverless_cache_snapshot(
        ServerlessCacheName=name, ServerlessCacheSnapshotName=f"{name}-saved"
    )
    cloud.standin.control.advance(3600)
    wanted = {
        **restoring(cloud, None, serverless_snapshot_name=f"{name.upper()}-saved"),
        "engine_version": "7.1",
        "node_type": "cache.t3.small",
        "num_node_groups": 2,
    }
    after = cloud.module.changes(**wanted).after
    assert (after.engine, after.cluster_mode, after.num_node_groups) == ("redis", "enabled", 2)
    assert not cloud.module.run(**wanted).changed
    refused = cloud.module.refuses(**restoring(cloud, None, serverless_snapshot_name="nobodys"))
    assert "there is no snapshot nobodys of a serverless cache" in str(refused)


def test_an_existing_group_is_left_alone_whatever_the_snapshot(cloud: Landscape) -> None:
    snapshot = saved(cloud, **BASE)
    wanted = restoring(cloud, snapshot)
    cloud.module.run(**wanted)
    cloud.session.client("elasticache").delete_snapshot(SnapshotName=snapshot)
    cloud.standin.control.advance(3600)
    cloud.standin.control.clear_calls()
    assert not cloud.module.run(**wanted).changed
    assert not cloud.module.run(**{**wanted, "snapshot_name": "nobodys"}).changed
    assert "DescribeSnapshots" not in cloud.calls()


def test_all_that_stands_in_the_way_comes_at_once(cloud: Landscape) -> None:
    snapshot = saved(cloud, **SHARDED, tags={SIZE_TAG: "5 GB"})
    wrong = {"num_node_groups": 3, "cluster_mode": "enabled", "engine_version": "6.2"}
    refused = cloud.module.refuses(**restoring(cloud, snapshot, description=None, **wrong))
    assert [problem.split(":")[0] for problem in refused.problems] == [
        "description",
        "engine_version",
        "num_node_groups",
        "node_type",
    ]
    assert "takes 5 GiB, and cache.t3.small has 1.03 GiB" in refused.problems[-1]


def test_a_larger_node_takes_what_a_smaller_one_does_not(cloud: Landscape) -> None:
    snapshot = saved(cloud, **BASE, tags={SIZE_TAG: "5 GB"})
    assert cloud.module.run(**restoring(cloud, snapshot, node_type="cache.m7g.xlarge")).changed


def test_the_reservation_of_the_parameter_group_is_known(cloud: Landscape) -> None:
    group = cloud.parameter_groups["redis7"]
    spare = {"ParameterName": "reserved-memory-percent", "ParameterValue": "90"}
    cloud.session.client("elasticache").modify_cache_parameter_group(
        CacheParameterGroupName=group, ParameterNameValues=[spare]
    )
    snapshot = saved(cloud, **BASE, tags={SIZE_TAG: "500 MB"})
    refused = cloud.module.refuses(**restoring(cloud, snapshot, parameter_group_name=group))
    assert "(90 % of its memory is reserved)" in str(refused)


def test_a_snapshot_that_is_not_there_or_not_ready(cloud: Landscape) -> None:
    assert "there is no snapshot nobodys" in str(cloud.module.refuses(**restoring(cloud, "nobodys")))
    name = cloud.new_name()
    cloud.run(name, **BASE)
    cloud.session.client("elasticache").create_snapshot(SnapshotName=f"{name}-new", CacheClusterId=f"{name}-001")
    assert f"{name}-new is creating" in str(cloud.module.refuses(**restoring(cloud, f"{name}-new")))


def test_without_permission_to_read_snapshots_nothing_is_begun(cloud: Landscape) -> None:
    denied = {"code": "AccessDenied", "message": "You may not.", "status": 403}
    cloud.standin.control.add_fault("error", "DescribeSnapshots", **denied)
    with pytest.raises(ServiceError, match="You may not"):
        cloud.module.run(**restoring(cloud, "any"))
    assert cloud.sent() == []


def test_a_run_killed_after_its_call_is_completed_by_the_next(cloud: Landscape) -> None:
    wanted = restoring(cloud, saved(cloud, **BASE))
    with pytest.raises(Killed):
        cloud.module.run_with(cloud.mortal_session(1), **wanted)
    done = cloud.module.run(**wanted)
    assert (done.changed, done.after.status) == (False, "available")
    assert [operation for operation, _parameters in cloud.sent()] == ["CreateReplicationGroup"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_does_not_restore_twice(cloud: Landscape, pauses: list[float], kind: str) -> None:
    wanted = restoring(cloud, saved(cloud, **BASE))
    cloud.standin.control.add_fault(kind, "CreateReplicationGroup", times=1)
    assert cloud.module.run(**wanted).after.status == "available"
    assert not cloud.module.run(**wanted).changed


# --- files on S3


def put_files(cloud: Landscape, bucket: str, *keys: str, **headers: Any) -> list[str]:
    make_bucket(cloud, bucket)
    for key in keys:
        cloud.session.client("s3").put_object(
            Bucket=bucket, Key=key, Body=FILE, ServerSideEncryption="AES256", **headers
        )
    return [f"arn:aws:s3:::{bucket}/{key}" for key in keys]


def test_one_file(cloud: Landscape) -> None:
    files = put_files(cloud, "phb-one", "orders.rdb")
    after = cloud.module.changes(replication_group_id=cloud.new_name(), snapshot_arns=files, **BASE).after
    assert after.status == "available"


def test_more_files_than_shards(cloud: Landscape) -> None:
    files = put_files(cloud, "phb-three", "folder/a.rdb", "folder/b.rdb", "folder/c.rdb")
    after = cloud.module.changes(replication_group_id=cloud.new_name(), snapshot_arns=files, **SHARDED).after
    assert [each.slots for each in after.node_groups] == ["0-8191", "8192-16383"]
    assert len(after.members) == 4


def test_what_is_wrong_with_files_comes_at_once(cloud: Landscape) -> None:
    good, missing = put_files(cloud, "phb-bad", "good.rdb"), "arn:aws:s3:::phb-bad/missing.rdb"
    s3 = cloud.session.client("s3")
    s3.put_object(Bucket="phb-bad", Key="text.rdb", Body=b"no database", ServerSideEncryption="AES256")
    s3.put_object(Bucket="phb-bad", Key="sealed.rdb", Body=FILE, ServerSideEncryption="aws:kms", SSEKMSKeyId=cloud.key)
    make_bucket(cloud, "phb-far", region="eu-west-1")
    s3.put_object(Bucket="phb-far", Key="far.rdb", Body=FILE, ServerSideEncryption="AES256")
    bad = ["phb-bad/text.rdb", "phb-bad/sealed.rdb", "phb-far/far.rdb", "phb-nobodys/file.rdb"]
    arns = [*good, missing, *(f"arn:aws:s3:::{each}" for each in bad)]
    problems = cloud.module.refuses(replication_group_id=cloud.new_name(), snapshot_arns=arns, **BASE).problems
    told = ("does not exist", "does not begin as an RDB", "a KMS key", "is in eu-west-1", "does not exist", "one file")
    assert len(problems) == len(told)
    for words, problem in zip(told, problems, strict=True):
        assert words in problem
    assert keys_of(cloud, "phb-bad")
