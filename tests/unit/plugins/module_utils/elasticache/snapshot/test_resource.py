# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot bound to a session: which reads are made, what is waited for, and what failures become."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import LATE_READS
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.planner import Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.resource import Snapshot
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Conflict, Refused

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.snapshot.samples import (
    ARN,
    BUCKET,
    FILE,
    MOMENT,
    NAME,
    api_snapshot,
    make_bucket,
)

NAMED = {"SnapshotName": NAME, "ShowNodeGroupConfig": True}


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def answer_status(stubbed: StubbedSession, *statuses: str | None) -> None:
    """The snapshot's statuses at the looks that follow; None: it does not exist."""
    answers = stubbed.answers("elasticache")
    for status in statuses:
        if status is None:
            answers.add_client_error("describe_snapshots", "SnapshotNotFoundFault", "Not there.", expected_params=NAMED)
            continue
        answers.add_response("describe_snapshots", {"Snapshots": [api_snapshot(SnapshotStatus=status)]}, NAMED)
        answers.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})


def answer_files(stubbed: StubbedSession, *keys: str, written: datetime = MOMENT) -> None:
    given = {"Bucket": BUCKET, "Prefix": f"{NAME}-"}
    answer = {"Contents": [{"Key": key, "LastModified": written} for key in keys], "IsTruncated": False}
    stubbed.answers("s3").add_response("list_objects_v2", answer, given)


def answer_events(stubbed: StubbedSession, *messages: str) -> None:
    given = {"SourceIdentifier": "orders-002", "SourceType": "cache-cluster", "Duration": 60}
    events = [{"Message": message, "Date": MOMENT} for message in messages]
    stubbed.answers("elasticache").add_response("describe_events", {"Events": events}, given)


def resource(stubbed: StubbedSession, **params: Any) -> Snapshot:
    return Snapshot(stubbed.session, {"snapshot_name": NAME, **params})


def test_one_that_is_there_is_read_and_nothing_else(stubbed: StubbedSession) -> None:
    answer_status(stubbed, "available")
    snapshot = resource(stubbed, replication_group_id="orders")
    state, warnings = snapshot.settle(check=False)
    assert warnings == ()
    assert snapshot.plan(state).is_empty
    assert set(stubbed.stubbers) == {"elasticache"}


def test_an_alias_is_resolved_before_it_is_compared(stubbed: StubbedSession) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/key-1"
    metadata = {"KeyMetadata": {"KeyId": "key-1", "Arn": key}}
    stubbed.answers("kms").add_response("describe_key", metadata, {"KeyId": "alias/caches"})
    answer_status(stubbed, "available")
    snapshot = resource(stubbed, kms_key_id="alias/caches")
    snapshot.settle(check=True)
    assert snapshot.spec.kms_key_id == key


@pytest.mark.parametrize("status", ["creating", "copying", "restoring"])
def test_one_in_transition_is_waited_for(stubbed: StubbedSession, status: str) -> None:
    answer_status(stubbed, status, status, "available", "available")
    state, _warnings = resource(stubbed).settle(check=False)
    assert state is not None
    assert state.status == "available"
    assert len(stubbed.clock.naps) == 1


def test_check_mode_waits_for_nothing(stubbed: StubbedSession) -> None:
    answer_status(stubbed, "creating")
    _state, warnings = resource(stubbed).settle(check=True)
    assert warnings == (f"snapshot {NAME} is creating; a run would first wait for that to end.",)
    assert stubbed.clock.naps == []


def test_a_snapshot_in_the_making_that_is_to_go_may_vanish_by_itself(stubbed: StubbedSession) -> None:
    answer_status(stubbed, "creating", "creating", None, None)
    snapshot = resource(stubbed, state="absent")
    state, _warnings = snapshot.settle(check=False)
    assert state is None
    assert snapshot.plan(state).is_empty


def test_a_node_that_is_not_named_after_its_group_is_asked_for_in_it(stubbed: StubbedSession) -> None:
    answers = stubbed.answers("elasticache")
    answers.add_response("describe_snapshots", {"Snapshots": [api_snapshot(CacheClusterId="shop")]}, NAMED)
    answers.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})
    member = {"CacheClusterId": "shop", "CacheNodeId": "0001", "CurrentRole": "primary"}
    shard = {"NodeGroupId": "0001", "Status": "available", "NodeGroupMembers": [member]}
    group = {"ReplicationGroupId": "orders", "ARN": ARN, "Status": "available", "ClusterEnabled": False}
    answers.add_response(
        "describe_replication_groups",
        {"ReplicationGroups": [{**group, "MemberClusters": ["shop"], "NodeGroups": [shard]}]},
    )
    cluster = {"CacheClusterId": "shop", "CacheClusterStatus": "available", "ReplicationGroupId": "orders"}
    answers.add_response("describe_cache_clusters", {"CacheClusters": [cluster]})
    answers.add_response("list_tags_for_resource", {"TagList": []})
    snapshot = resource(stubbed, replication_group_id="orders")
    state, _warnings = snapshot.settle(check=True)
    assert snapshot.plan(state).is_empty


def test_what_is_refused_is_not_waited_for(stubbed: StubbedSession) -> None:
    answer_status(stubbed, "creating")
    stubbed.answers("elasticache").add_client_error("describe_replication_groups", "ReplicationGroupNotFoundFault")
    snapshot = resource(stubbed, replication_group_id="billing")
    state, _warnings = snapshot.settle(check=False)
    assert len(snapshot.plan(state).refusals) == 1
    assert stubbed.clock.naps == []


def test_a_serverless_cache_that_is_not_ready_is_refused_by_who_does_not_wait(stubbed: StubbedSession) -> None:
    answers = stubbed.answers("elasticache")
    answers.add_client_error("describe_serverless_cache_snapshots", "ServerlessCacheSnapshotNotFoundFault")
    cache = {"ServerlessCacheName": "sessions", "Status": "MODIFYING"}
    answers.add_response(
        "describe_serverless_caches", {"ServerlessCaches": [cache]}, {"ServerlessCacheName": "sessions"}
    )
    snapshot = resource(stubbed, serverless_cache_name="sessions", wait=False)
    with pytest.raises(Refused, match=r"serverless cache sessions is not ready \(it is modifying"):
        snapshot.settle(check=False)


def let_sleepers_oversleep(stubbed: StubbedSession) -> None:
    """Whoever sleeps wakes up when late reads can be ruled out."""

    def oversleep() -> None:
        stubbed.clock.time += LATE_READS

    stubbed.clock.on_sleep = oversleep


def test_one_that_vanishes_in_the_making_has_failed(stubbed: StubbedSession) -> None:
    let_sleepers_oversleep(stubbed)
    answer_status(stubbed, "creating", None)
    answer_events(stubbed, "Snapshot failed", "Out of memory")
    with pytest.raises(ServiceError, match="it is gone before it was available; Snapshot failed / Out of memory"):
        resource(stubbed).wait(Step("create_snapshot", {}, (), {"status": "available"}))


def exporting(stubbed: StubbedSession) -> Snapshot:
    snapshot = resource(stubbed, target_bucket=BUCKET)
    snapshot.facts = Facts(bucket=make_bucket())
    return snapshot


def test_an_export_is_over_when_its_files_are_there(stubbed: StubbedSession) -> None:
    for keys in ((), (f"{NAME}-0001.rdb",), (f"{NAME}-0001.rdb", f"{NAME}-0002.rdb")):
        answer_files(stubbed, *keys)
    answer_status(stubbed, "copying", "copying", "available")
    snapshot = exporting(stubbed)
    snapshot.wait(Step("copy_snapshot", {}, (), {"files": 2}))
    assert len(snapshot.facts.exported) == 2


def test_an_export_that_ends_without_files_has_failed(stubbed: StubbedSession) -> None:
    let_sleepers_oversleep(stubbed)
    looks = ("copying", "available", "available")
    for _look in looks:
        answer_files(stubbed)
    answer_status(stubbed, *looks)
    answer_events(stubbed, "Export failed: no permission")
    with pytest.raises(ServiceError, match="ended with 0 of 1 files; Export failed: no permission"):
        exporting(stubbed).wait(Step("copy_snapshot", {}, (), {"files": 1}))


@pytest.mark.parametrize(
    ("status", "age", "is_stale"),
    [("available", 0, False), ("available", 1, True), ("copying", 1, True), ("copying", -60, False)],
)
def test_an_export_is_younger_than_the_data_of_its_snapshot(
    stubbed: StubbedSession, status: str, age: int, is_stale: bool
) -> None:
    answer_files(stubbed, f"{NAME}-0001.rdb", written=MOMENT - timedelta(seconds=age))
    answer_status(stubbed, status)
    snapshot = exporting(stubbed)
    state = snapshot.observe()
    assert state is not None
    assert (state.exported, snapshot.facts.stale) == (((), (FILE,)) if is_stale else ((FILE,), ()))


@pytest.mark.parametrize("status", ["creating", "deleting"])
def test_a_snapshot_in_the_making_has_no_export_nor_has_the_next_that_of_one_that_goes(
    stubbed: StubbedSession, status: str
) -> None:
    answer_files(stubbed, f"{NAME}-0001.rdb", written=MOMENT + timedelta(days=1))
    answer_status(stubbed, status)
    snapshot = exporting(stubbed)
    snapshot.observe()
    assert (snapshot.facts.exported, snapshot.facts.stale) == ((), (FILE,))


COPY = {"SourceSnapshotName": NAME, "TargetSnapshotName": NAME, "TargetBucket": BUCKET}


@pytest.mark.parametrize(
    ("step", "code", "message"),
    [
        (
            Step("copy_snapshot", COPY),
            "InvalidParameterValue",
            "The S3 bucket b already contains an object with key k.",
        ),
        (Step("copy_snapshot", COPY), "InvalidSnapshotState", "It is copying."),
        (Step("create_snapshot", {"SnapshotName": NAME}), "SnapshotAlreadyExistsFault", "It exists."),
        (Step("create_snapshot", {"SnapshotName": NAME}), "InvalidCacheClusterState", "It is busy."),
        (Step("delete_snapshot", {"SnapshotName": NAME}), "SnapshotNotFoundFault", "It is gone."),
    ],
)
def test_what_another_look_can_help(stubbed: StubbedSession, step: Step, code: str, message: str) -> None:
    stubbed.answers("elasticache").add_client_error(step.operation, code, message)
    with pytest.raises(Conflict, match=code):
        resource(stubbed).execute(step)


def test_any_other_refusal_comes_with_what_to_do(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error("create_snapshot", "SnapshotFeatureNotSupportedFault", "No.")
    with pytest.raises(ServiceError, match="T1 nodes have no snapshots"):
        resource(stubbed).execute(Step("create_snapshot", {"SnapshotName": NAME}))
