# SPDX-License-Identifier: GPL-3.0-or-later
"""Primaries that go: without warning when a failover is tested, in good order when a replica is promoted."""

from __future__ import annotations

import pytest
from redis.exceptions import RedisError

from tests.component.standin.snapshot_subject import Caches, contents, fill


def test_a_tested_failover_is_as_abrupt_as_a_crash(caches: Caches) -> None:
    caches.create("source", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    client = caches.client("source")
    client.set("greeting", "hello")
    client.execute_command("WAIT", 1, 5000)
    former = client.info("server")["run_id"]
    caches.api.test_failover(ReplicationGroupId="source", NodeGroupId="0001")
    with pytest.raises(RedisError):
        client.ping()
    caches.settle()
    assert client.get("greeting") == "hello"
    assert client.info("server")["run_id"] != former
    members = caches.group("source")["NodeGroups"][0]["NodeGroupMembers"]
    assert [member["CurrentRole"] for member in members] == ["replica", "primary"]
    assert client.info("replication")["connected_slaves"] == 1


def test_a_promotion_keeps_every_write(caches: Caches) -> None:
    caches.create("source", NumCacheClusters=2)
    client = caches.client("source")
    fill(client)
    before = contents(client)
    caches.api.modify_replication_group(
        ReplicationGroupId="source", PrimaryClusterId="source-002", ApplyImmediately=True
    )
    caches.settle()
    assert contents(caches.client("source")) == before
    members = caches.group("source")["NodeGroups"][0]["NodeGroupMembers"]
    assert [member["CurrentRole"] for member in members] == ["replica", "primary"]


def test_a_shard_of_a_cluster_is_failed_over_and_the_others_go_on(caches: Caches) -> None:
    caches.create("source", ClusterMode="enabled", NumNodeGroups=2, ReplicasPerNodeGroup=1)
    client = caches.client("source")
    fill(client)
    before = contents(client)
    for node in client.get_primaries():
        client.execute_command("WAIT", 1, 5000, target_nodes=node)
    primaries = {node.name for node in client.get_primaries()}
    caches.api.test_failover(ReplicationGroupId="source", NodeGroupId="0002")
    caches.settle()
    after = caches.client("source")
    assert contents(after) == before
    assert len({node.name for node in after.get_primaries()} & primaries) == 1
    assert len(after.get_replicas()) == 2
