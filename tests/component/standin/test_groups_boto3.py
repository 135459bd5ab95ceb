# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups seen by a second client: boto3 with botocore's own waiters, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

TOKEN = "Quoll-1st-5f0c9aab37"
DAY = 24 * 3600
SOON = {"Delay": 0.02, "MaxAttempts": 500}


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin(Options(engines=False, clock=Clock.stepped())) as running:
        yield running


@pytest.fixture
def elasticache(standin: Standin) -> Any:
    return client(standin, "elasticache")


def client(standin: Standin, service: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    return boto3.client(service, endpoint_url=standin.url, region_name="us-east-1", config=config)


def create(elasticache: Any, group_id: str = "phb", **members: Any) -> dict[str, Any]:
    wanted = {"ReplicationGroupDescription": "sessions", "CacheNodeType": "cache.t4g.micro", **members}
    group: dict[str, Any] = elasticache.create_replication_group(ReplicationGroupId=group_id, **wanted)[
        "ReplicationGroup"
    ]
    return group


def refusal(call: Any, **members: Any) -> tuple[str, int]:
    """Code and HTTP status."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def settle(standin: Standin, seconds: float = 1000) -> None:
    standin.control.advance(seconds)


def test_every_answer_fits_the_service_model(standin: Standin, elasticache: Any) -> None:
    """The server checks each answer against botocore's model, so that the calls need only be made."""
    layout = {"ClusterMode": "enabled", "NumNodeGroups": 2, "ReplicasPerNodeGroup": 1}
    create(elasticache, "app", TransitEncryptionEnabled=True, AuthToken=TOKEN, NumCacheClusters=2)
    create(elasticache, "web", **layout, Tags=[{"Key": "team", "Value": "web"}])
    settle(standin)
    now = {"ApplyImmediately": True}
    elasticache.modify_replication_group(ReplicationGroupId="app", AuthToken=TOKEN + "x", **now)
    elasticache.increase_replica_count(ReplicationGroupId="web", NewReplicaCount=2, **now)
    settle(standin)
    elasticache.modify_replication_group_shard_configuration(ReplicationGroupId="web", NodeGroupCount=3, **now)
    elasticache.modify_replication_group(ReplicationGroupId="app", CacheNodeType="cache.t4g.small")
    elasticache.describe_replication_groups()
    elasticache.describe_cache_clusters(ShowCacheNodeInfo=True)
    settle(standin)
    elasticache.decrease_replica_count(ReplicationGroupId="web", NewReplicaCount=1, **now)
    settle(standin)
    elasticache.test_failover(ReplicationGroupId="web", NodeGroupId="0003")
    elasticache.create_snapshot(SnapshotName="app", CacheClusterId="app-001")
    settle(standin)
    elasticache.describe_snapshots(ShowNodeGroupConfig=True)
    elasticache.list_allowed_node_type_modifications(ReplicationGroupId="app")
    elasticache.describe_cache_engine_versions()
    elasticache.delete_snapshot(SnapshotName="app")
    elasticache.delete_replication_group(ReplicationGroupId="web", FinalSnapshotIdentifier="last")
    settle(standin)
    assert [group["ReplicationGroupId"] for group in listed(elasticache)] == ["app"]


def listed(elasticache: Any) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = elasticache.describe_replication_groups()["ReplicationGroups"]
    return groups


@pytest.mark.parametrize(
    "members",
    [
        {"UserGroupIds": ["team"]},
        {"GlobalReplicationGroupId": "ldgnf-world"},
        {"Durability": "sync"},
        {"NodeGroupConfiguration": [{"PrimaryOutpostArn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1"}]},
    ],
)
def test_what_is_not_written_is_refused_and_creates_nothing(elasticache: Any, members: dict[str, Any]) -> None:
    wanted = {"ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.micro"}
    code, status = refusal(elasticache.create_replication_group, ReplicationGroupId="phb", **wanted, **members)
    assert (code, status) == ("StandinUnreadMember", 501)
    assert listed(elasticache) == []


def test_refusals_have_the_services_codes_and_statuses(elasticache: Any, standin: Standin) -> None:
    create(elasticache)
    assert refusal(elasticache.delete_replication_group, ReplicationGroupId="phb") == (
        "InvalidReplicationGroupState",
        400,
    )
    assert refusal(elasticache.describe_replication_groups, ReplicationGroupId="none") == (
        "ReplicationGroupNotFoundFault",
        404,
    )
    assert refusal(elasticache.describe_cache_clusters, CacheClusterId="none") == ("CacheClusterNotFound", 404)
    settle(standin)
    assert refusal(elasticache.modify_replication_group, ReplicationGroupId="phb") == (
        "InvalidParameterCombination",
        400,
    )
    with pytest.raises(elasticache.exceptions.ReplicationGroupAlreadyExistsFault):
        create(elasticache)
    with pytest.raises(elasticache.exceptions.NodeGroupNotFoundFault):
        elasticache.test_failover(ReplicationGroupId="phb", NodeGroupId="0009")


def test_lists_come_in_pages(elasticache: Any) -> None:
    for number in range(25):
        create(elasticache, f"phb{number:02d}", NumCacheClusters=2)
    pages = list(elasticache.get_paginator("describe_cache_clusters").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["CacheClusters"]) for page in pages] == [20, 20, 10]
    first = elasticache.describe_replication_groups(MaxRecords=20)
    assert (len(first["ReplicationGroups"]), "Marker" in first) == (20, True)


def test_the_neighbors_are_asked(standin: Standin, elasticache: Any) -> None:
    ec2 = client(standin, "ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    elsewhere = ec2.create_security_group(GroupName="far", Description="far", VpcId=vpc_id)["GroupId"]
    code, _other = refusal(lambda: create(elasticache, SecurityGroupIds=[elsewhere]))
    assert code == "InvalidParameterCombination"
    default = next(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["IsDefault"])
    near = ec2.create_security_group(GroupName="near", Description="near", VpcId=default)["GroupId"]
    topic = client(standin, "sns").create_topic(Name="caches")["TopicArn"]
    key = client(standin, "kms").create_key()["KeyMetadata"]["Arn"]
    create(
        elasticache,
        SecurityGroupIds=[near],
        NotificationTopicArn=topic,
        AtRestEncryptionEnabled=True,
        KmsKeyId=key,
    )
    (cluster,) = elasticache.describe_cache_clusters()["CacheClusters"]
    assert cluster["SecurityGroups"] == [{"SecurityGroupId": near, "Status": "active"}]
    assert cluster["NotificationConfiguration"]["TopicArn"] == topic


def test_a_failed_creation_leaves_the_waiter_waiting(standin: Standin, elasticache: Any) -> None:
    """It knows no create-failed; the reason stands in the events alone."""
    create(elasticache, Tags=[{"Key": "standin:create-failed", "Value": "Insufficient capacity"}])
    settle(standin)
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        elasticache.get_waiter("replication_group_available").wait(
            ReplicationGroupId="phb", WaiterConfig={"Delay": 0, "MaxAttempts": 3}
        )
    events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier="phb")["Events"]
    assert events[-1]["Message"].endswith("Insufficient capacity")


def test_snapshots_fit_the_service_model(standin: Standin, elasticache: Any) -> None:
    s3 = client(standin, "s3")
    s3.create_bucket(Bucket="backups")
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "us-east-1.elasticache-snapshot.amazonaws.com"},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
    }
    create(elasticache, "web", ClusterMode="enabled", NumNodeGroups=2, SnapshotRetentionLimit=1)
    settle(standin, DAY)
    (automatic,) = elasticache.describe_snapshots(SnapshotSource="system")["Snapshots"]
    wanted = {"SourceSnapshotName": automatic["SnapshotName"], "TargetSnapshotName": "kept"}
    elasticache.copy_snapshot(**wanted, Tags=[{"Key": "team", "Value": "web"}])
    settle(standin)
    assert refusal(elasticache.copy_snapshot, **wanted) == ("SnapshotAlreadyExistsFault", 400)
    assert refusal(elasticache.copy_snapshot, **wanted, TargetBucket="backups") == ("InvalidParameterValue", 400)
    s3.put_bucket_policy(Bucket="backups", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    elasticache.copy_snapshot(**wanted, TargetBucket="backups")
    settle(standin)
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="backups")["Contents"]] == [
        "kept-0001.rdb",
        "kept-0002.rdb",
    ]
    create(elasticache, "restored", CacheNodeType="cache.t4g.small", SnapshotName="kept")
    elasticache.describe_snapshots(SnapshotName="kept", ShowNodeGroupConfig=True)
    settle(standin)
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId="restored")


def test_objects_under_keys_of_kms_seed_nothing(standin: Standin, elasticache: Any) -> None:
    s3 = client(standin, "s3")
    s3.create_bucket(Bucket="sealed")
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    s3.put_object(Bucket="sealed", Key="one.rdb", Body=b"data", ServerSideEncryption="aws:kms")
    s3.put_bucket_policy(Bucket="sealed", Policy=json.dumps({"Version": "2012-10-17", "Statement": anybody}))
    with pytest.raises(ClientError, match="only SSE-S3"):
        create(elasticache, SnapshotArns=["arn:aws:s3:::sealed/one.rdb"])


def test_waiters_see_the_whole_life() -> None:
    with Standin(Options(engines=False, clock=Clock.accelerated(3000))) as standin:
        elasticache = client(standin, "elasticache")
        create(elasticache, NumCacheClusters=2)
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId="phb", WaiterConfig=SOON)
        elasticache.get_waiter("cache_cluster_available").wait(CacheClusterId="phb-002", WaiterConfig=SOON)
        elasticache.delete_replication_group(ReplicationGroupId="phb")
        elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId="phb-002", WaiterConfig=SOON)
        elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId="phb", WaiterConfig=SOON)
