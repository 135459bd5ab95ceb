# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.planner import Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.source import Source
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Plan, Step

from tests.unit.plugins.module_utils.elasticache.snapshot.samples import (
    ARN,
    BUCKET,
    FILE,
    MEMBER,
    MOMENT,
    NAME,
    api_node,
    make_bucket,
    make_serverless,
    make_state,
    plan_for,
)

EXPORT = {"SourceSnapshotName": NAME, "TargetSnapshotName": NAME, "TargetBucket": BUCKET}


def copy_of(**changes: Any) -> Facts:
    """What is known of `orders-0`, the snapshot that is copied; `changes` are members of the service's answer."""
    original = make_state(SnapshotName="orders-0", **changes)
    return Facts(Source("snapshot orders-0", {"SourceSnapshotName": "orders-0"}, original=original))


def test_a_snapshot_is_taken_in_one_call() -> None:
    plan = plan_for(None, Facts(MEMBER), replication_group_id="orders", kms_key_id="key-1", tags={"Project": "PHB"})
    arguments = {
        "SnapshotName": NAME,
        "CacheClusterId": "orders-002",
        "KmsKeyId": "key-1",
        "Tags": [{"Key": "Project", "Value": "PHB"}],
    }
    because = ("state", "replication_group_id", "kms_key_id", "tags")
    assert plan == Plan(
        "create",
        (
            Change("state", "absent", "present"),
            Change("replication_group_id", None, "orders"),
            Change("kms_key_id", None, "key-1"),
            Change("tags", None, {"Project": "PHB"}),
        ),
        (Step("create_snapshot", arguments, because, {"status": "available"}),),
    )


def test_the_export_follows_and_has_a_file_for_each_shard() -> None:
    facts = Facts(replace(MEMBER, files=3), make_bucket())
    plan = plan_for(None, facts, replication_group_id="orders", target_bucket=BUCKET)
    assert [step.operation for step in plan.steps] == ["create_snapshot", "copy_snapshot"]
    assert plan.steps[1] == Step("copy_snapshot", EXPORT, ("target_bucket",), {"files": 3})
    assert plan.change("target_bucket") == Change("target_bucket", None, BUCKET)


@pytest.mark.parametrize(
    ("params", "operation", "arguments"),
    [
        (
            {"source_snapshot_name": "orders-0"},
            "copy_snapshot",
            {"TargetSnapshotName": NAME, "SourceSnapshotName": "orders-0"},
        ),
        (
            {"serverless_cache_name": "sessions"},
            "create_serverless_cache_snapshot",
            {"ServerlessCacheSnapshotName": NAME, "ServerlessCacheName": "sessions"},
        ),
        (
            {"source_snapshot_name": "orders-0", "serverless": True},
            "copy_serverless_cache_snapshot",
            {"TargetServerlessCacheSnapshotName": NAME, "SourceServerlessCacheSnapshotName": "orders-0"},
        ),
    ],
)
def test_the_call_for_each_source(params: dict[str, Any], operation: str, arguments: dict[str, Any]) -> None:
    member, name = list(arguments.items())[1]
    (step,) = plan_for(None, Facts(Source("it", {member: name})), **params).steps
    assert (step.operation, step.arguments) == (operation, arguments)


def test_a_snapshot_that_is_there_is_left_alone() -> None:
    assert plan_for(make_state(), replication_group_id="orders", kms_key_id=None) == Plan()


def test_tags_and_export_of_one_that_is_there() -> None:
    plan = plan_for(make_state(), Facts(bucket=make_bucket()), target_bucket=BUCKET, tags={"Project": "PHB"})
    assert plan.action == "modify"
    assert [(step.operation, step.settles) for step in plan.steps] == [
        ("add_tags_to_resource", {}),
        ("copy_snapshot", {"files": 1}),
    ]
    assert plan.steps[0].arguments["ResourceName"] == ARN


def test_tags_that_cannot_be_read_are_left() -> None:
    plan = plan_for(replace(make_state(), tags=None), tags={"Project": "PHB"})
    assert plan.is_empty
    assert "tags cannot be read now" in plan.warnings[0]


def test_what_is_exported_stays_as_it_is() -> None:
    closed = make_bucket(policy={}, encryption=None, unread=("s3:GetBucketPolicy",))
    assert plan_for(make_state(), Facts(bucket=closed, exported=(FILE,)), target_bucket=BUCKET) == Plan()


def test_files_from_before_the_snapshot_are_not_of_it() -> None:
    facts = Facts(MEMBER, make_bucket(), stale=(FILE,))
    (refusal,) = plan_for(None, facts, replication_group_id="orders", target_bucket=BUCKET).refusals
    assert f"already holds files of an earlier snapshot {NAME} ({FILE})" in refusal


def test_files_that_are_older_than_the_snapshot_are_not_of_it() -> None:
    for exported in ((), (FILE.replace("0001", "0002"),)):
        facts = Facts(bucket=make_bucket(), exported=exported, stale=(FILE,))
        (refusal,) = plan_for(make_state(), facts, target_bucket=BUCKET).refusals
        assert f"holds files that were written before {NAME} was taken ({FILE})" in refusal


def test_an_export_of_a_serverless_snapshot() -> None:
    facts = Facts(bucket=make_bucket())
    (step,) = plan_for(make_serverless(), facts, serverless=True, target_bucket=BUCKET).steps
    assert step.operation == "export_serverless_cache_snapshot"
    assert step.arguments == {"ServerlessCacheSnapshotName": NAME, "S3BucketName": BUCKET}


def test_nothing_to_save_is_named() -> None:
    (refusal,) = plan_for(None).refusals
    assert "one of them is required to create it" in refusal


@pytest.mark.parametrize(
    ("params", "state"),
    [
        ({"replication_group_id": "billing"}, make_state()),
        ({"cache_cluster_id": "orders-001"}, make_state()),
        ({"serverless_cache_name": "orders"}, make_serverless()),
    ],
)
def test_a_snapshot_of_something_else(params: dict[str, Any], state: Any) -> None:
    (refusal,) = plan_for(state, **params).refusals
    assert "that exists is not of" in refusal
    assert "never overwritten" in refusal
    (refusal,) = plan_for(state, **params, state="absent").refusals
    assert refusal.endswith("it is not deleted.")


def test_a_member_may_bear_another_name_than_its_group() -> None:
    """The one that a group was made of, with PrimaryClusterId, keeps its own."""
    facts = Facts(replace(MEMBER, members=("shop", "orders-002")))
    state = make_state(CacheClusterId="shop")
    assert plan_for(state, facts, replication_group_id="orders").is_empty
    assert len(plan_for(make_state(CacheClusterId="billing"), facts, replication_group_id="orders").refusals) == 1


def test_a_copy_is_known_by_cache_and_moment() -> None:
    before = [api_node(SnapshotCreateTime=MOMENT.replace(year=2025))]
    after = [api_node(SnapshotCreateTime=MOMENT.replace(year=2027))]
    for facts in (copy_of(), copy_of(NodeSnapshots=before), Facts()):
        assert plan_for(make_state(), facts, source_snapshot_name="orders-0").is_empty
    for facts in (copy_of(CacheClusterId="billing-001"), copy_of(NodeSnapshots=after)):
        assert len(plan_for(make_state(), facts, source_snapshot_name="orders-0").refusals) == 1


@pytest.mark.parametrize(
    ("found", "wanted", "refusals"),
    [
        ("arn:aws:kms:us-east-1:123456789012:key/key-1", "key-1", 0),
        ("arn:aws:kms:us-east-1:123456789012:key/key-2", "key-1", 1),
        (None, "key-1", 1),
        ("arn:aws:kms:us-east-1:123456789012:key/key-2", None, 0),
    ],
)
def test_the_key_is_fixed(found: str | None, wanted: str | None, refusals: int) -> None:
    state = replace(make_state(), kms_key_id=found)
    assert len(plan_for(state, kms_key_id=wanted).refusals) == refusals


def test_data_tiering_and_the_bucket_are_told_together() -> None:
    facts = Facts(replace(MEMBER, data_tiering=True, problem="it is gone."), make_bucket(policy={}))
    assert len(plan_for(None, facts, replication_group_id="orders", target_bucket=BUCKET).refusals) == 3
    tiered = make_state(DataTiering="enabled")
    assert len(plan_for(tiered, Facts(bucket=make_bucket()), target_bucket=BUCKET).refusals) == 1


def test_deletion() -> None:
    assert plan_for(None, state="absent") == Plan()
    (step,) = plan_for(make_state(), state="absent").steps
    assert step == Step("delete_snapshot", {"SnapshotName": NAME}, ("state",), {"status": "gone"})
    (step,) = plan_for(make_serverless(), state="absent", serverless=True).steps
    assert step.operation == "delete_serverless_cache_snapshot"
    assert step.arguments == {"ServerlessCacheSnapshotName": NAME}
