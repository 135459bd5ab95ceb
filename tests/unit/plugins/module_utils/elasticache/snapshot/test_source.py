# SPDX-License-Identifier: GPL-3.0-or-later
"""What a snapshot is made of: which node is saved, and whether it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.source import Source, read_source
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.spec import build_spec

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.snapshot.samples import api_cluster_snapshot

GROUP_ARN = "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:orders"


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def read(stubbed: StubbedSession, **params: Any) -> Source:
    source = read_source(stubbed.session, build_spec({"snapshot_name": "orders-1", **params}))
    assert source
    return source


def api_member(number: int, role: str) -> dict[str, Any]:
    return {"CacheClusterId": f"orders-{number:03d}", "CacheNodeId": "0001", "CurrentRole": role}


def answer_group(stubbed: StubbedSession, roles: tuple[str, ...], status: str = "available", **changes: Any) -> None:
    members = [api_member(number, role) for number, role in enumerate(roles, 1)]
    shard = {"NodeGroupId": "0001", "Status": "available", "NodeGroupMembers": members}
    group = {
        "ReplicationGroupId": "orders",
        "ARN": GROUP_ARN,
        "Status": status,
        "ClusterEnabled": False,
        "CacheNodeType": "cache.t3.micro",
        "MemberClusters": [each["CacheClusterId"] for each in members],
        "NodeGroups": [shard],
        **changes,
    }
    answers = stubbed.answers("elasticache")
    answers.add_response(
        "describe_replication_groups", {"ReplicationGroups": [group]}, {"ReplicationGroupId": "orders"}
    )
    clusters = [
        {
            "CacheClusterId": each["CacheClusterId"],
            "CacheClusterStatus": "available",
            "ReplicationGroupId": "orders",
            "Engine": "redis",
        }
        for each in members
    ]
    answers.add_response("describe_cache_clusters", {"CacheClusters": clusters}, {"ShowCacheNodeInfo": True})
    answers.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": GROUP_ARN})


@pytest.mark.parametrize(
    ("roles", "saved"),
    [
        (("primary", "replica", "replica"), "orders-002"),
        (("replica", "primary"), "orders-001"),
        (("primary",), "orders-001"),
    ],
)
def test_a_replica_is_saved_where_there_is_one(stubbed: StubbedSession, roles: tuple[str, ...], saved: str) -> None:
    answer_group(stubbed, roles)
    source = read(stubbed, replication_group_id="orders")
    members = tuple(f"orders-{number:03d}" for number, _role in enumerate(roles, 1))
    assert source == Source("replication group orders", {"CacheClusterId": saved}, members=members)


def test_cluster_mode_is_saved_as_a_whole(stubbed: StubbedSession) -> None:
    answer_group(stubbed, ("", ""), ClusterEnabled=True, CacheNodeType="cache.r6gd.xlarge")
    source = read(stubbed, replication_group_id="orders")
    assert (source.arguments, source.data_tiering) == ({"ReplicationGroupId": "orders"}, True)


def test_a_group_that_cannot_be_read_yet_is_not_ready(stubbed: StubbedSession) -> None:
    answer_group(stubbed, (), "creating")
    source = read(stubbed, replication_group_id="orders")
    assert (source.arguments, source.problem) == ({}, None)
    assert source.transitions == ("the group is creating",)


@pytest.mark.parametrize("status", ["create-failed", "deleting"])
def test_some_statuses_have_no_end(stubbed: StubbedSession, status: str) -> None:
    answer_group(stubbed, ("primary",), status)
    problem = read(stubbed, replication_group_id="orders").problem
    assert problem == f"replication group orders is {status}: no snapshot of it can be taken."


def answer_cluster(stubbed: StubbedSession, **changes: Any) -> None:
    cluster = {"CacheClusterId": "single", "CacheClusterStatus": "available", "Engine": "redis", **changes}
    given = {"CacheClusterId": "single", "ShowCacheNodeInfo": True}
    stubbed.answers("elasticache").add_response("describe_cache_clusters", {"CacheClusters": [cluster]}, given)


@pytest.mark.parametrize(("status", "transitions"), [("available", ()), ("modifying", ("it is modifying",))])
def test_a_cluster_outside_of_any_group(stubbed: StubbedSession, status: str, transitions: tuple[str, ...]) -> None:
    answer_cluster(stubbed, CacheClusterStatus=status)
    source = read(stubbed, cache_cluster_id="single")
    assert source == Source("cache cluster single", {"CacheClusterId": "single"}, transitions)


def test_memcached_has_no_snapshots(stubbed: StubbedSession) -> None:
    answer_cluster(stubbed, Engine="memcached")
    assert "runs Memcached" in str(read(stubbed, cache_cluster_id="single").problem)


def test_a_member_waits_for_its_group(stubbed: StubbedSession) -> None:
    answer_cluster(stubbed, ReplicationGroupId="orders")
    answer_group(stubbed, ("primary", "replica"), "modifying")
    source = read(stubbed, cache_cluster_id="single")
    assert (source.arguments, source.transitions) == ({"CacheClusterId": "single"}, ("the group is modifying",))


def test_an_original_tells_how_many_files_it_makes(stubbed: StubbedSession) -> None:
    told = api_cluster_snapshot(SnapshotStatus="creating")
    answers = stubbed.answers("elasticache")
    answers.add_response("describe_snapshots", {"Snapshots": [told]})
    answers.add_response("list_tags_for_resource", {"TagList": []})
    source = read(stubbed, source_snapshot_name=told["SnapshotName"])
    assert (source.files, source.transitions) == (2, ("it is creating",))


def test_no_source_is_none(stubbed: StubbedSession) -> None:
    assert read_source(stubbed.session, build_spec({"snapshot_name": "orders-1"})) is None
