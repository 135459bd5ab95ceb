# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups with real engines: what the API says is what a Redis client finds, and data is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

RATE = 2000
TOKEN = "Quoll-1st-5f0c9aab37"
NEXT_TOKEN = "Quoll-2nd-d81e44c06b"
SOON = {"Delay": 0.05, "MaxAttempts": 600}


class Account:
    """One account of a running stand-in, with waits for what it started."""

    def __init__(self, standin: Standin) -> None:
        self.ca = str(standin.ca)
        self.api: Any = boto3.client("elasticache", endpoint_url=standin.url, region_name="us-east-1")

    def create(self, **members: Any) -> None:
        wanted = {"ReplicationGroupDescription": "sessions", "CacheNodeType": "cache.t4g.micro", **members}
        self.api.create_replication_group(ReplicationGroupId="phb", **wanted)
        self.wait()

    def modify(self, **members: Any) -> None:
        self.api.modify_replication_group(ReplicationGroupId="phb", ApplyImmediately=True, **members)
        self.wait()

    def wait(self) -> None:
        """Until the group and then all of its members are available."""
        self.api.get_waiter("replication_group_available").wait(ReplicationGroupId="phb", WaiterConfig=SOON)
        self.api.get_waiter("cache_cluster_available").wait(WaiterConfig=SOON)

    def group(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.describe_replication_groups()["ReplicationGroups"][0]
        return found

    def connect(self, endpoint: dict[str, Any], token: str | None = None, tls: bool = True) -> redis.Redis:
        return redis.Redis(
            host=endpoint["Address"],
            port=endpoint["Port"],
            password=token,
            ssl=tls,
            ssl_ca_certs=self.ca if tls else None,
            retry=Retry(NoBackoff(), 0),
        )

    def primary(self, token: str | None = None, tls: bool = True) -> redis.Redis:
        return self.connect(self.group()["NodeGroups"][0]["PrimaryEndpoint"], token, tls)

    def reader(self, token: str | None = None) -> redis.Redis:
        return self.connect(self.group()["NodeGroups"][0]["ReaderEndpoint"], token)

    def cluster(self) -> RedisCluster:
        endpoint = self.group()["ConfigurationEndpoint"]
        return RedisCluster(host=endpoint["Address"], port=endpoint["Port"])


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with Standin(Options(clock=Clock.accelerated(RATE))) as running:
        yield running


@pytest.fixture
def account(standin: Standin) -> Iterator[Account]:
    """Its group is gone afterwards."""
    account = Account(standin)
    yield account
    account.api.delete_replication_group(ReplicationGroupId="phb")
    account.api.get_waiter("replication_group_deleted").wait(ReplicationGroupId="phb", WaiterConfig=SOON)


def replica_count(client: redis.Redis) -> int:
    count: int = client.info("replication")["connected_slaves"]
    return count


def test_a_group_with_tls_and_token_keeps_its_data_through_changes(account: Account) -> None:
    account.create(
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        AuthToken=TOKEN,
    )
    account.primary(TOKEN).set("greeting", "hello")
    assert replica_count(account.primary(TOKEN)) == 2
    with pytest.raises(redis.AuthenticationError):
        account.primary("Quoll-9th-0000000000").ping()

    account.modify(CacheNodeType="cache.t4g.small")
    assert account.primary(TOKEN).get("greeting") == b"hello"
    assert account.primary(TOKEN).info("memory")["maxmemory"] == 1471026299 * 75 // 100

    account.api.increase_replica_count(ReplicationGroupId="phb", NewReplicaCount=3, ApplyImmediately=True)
    account.wait()
    assert replica_count(account.primary(TOKEN)) == 3
    account.api.decrease_replica_count(ReplicationGroupId="phb", NewReplicaCount=1, ApplyImmediately=True)
    account.wait()
    assert replica_count(account.primary(TOKEN)) == 1

    account.api.test_failover(ReplicationGroupId="phb", NodeGroupId="0001")
    account.wait()
    members = account.group()["NodeGroups"][0]["NodeGroupMembers"]
    promoted = next(member for member in members if member["CurrentRole"] == "primary")
    assert promoted["CacheClusterId"] == "phb-002"
    assert account.connect(promoted["ReadEndpoint"], TOKEN).role()[0] == b"master"
    assert account.primary(TOKEN).get("greeting") == b"hello"
    account.primary(TOKEN).set("greeting", "hello again")
    account.primary(TOKEN).wait(1, 5000)
    assert account.reader(TOKEN).get("greeting") == b"hello again"


def test_tokens_are_exchanged_without_shutting_anybody_out(account: Account) -> None:
    account.create(NumCacheClusters=2, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    account.modify(AuthToken=NEXT_TOKEN, AuthTokenUpdateStrategy="ROTATE")
    assert account.primary(TOKEN).ping()
    assert account.primary(NEXT_TOKEN).ping()
    account.modify(AuthToken=NEXT_TOKEN, AuthTokenUpdateStrategy="SET")
    assert account.primary(NEXT_TOKEN).ping()
    with pytest.raises(redis.AuthenticationError):
        account.primary(TOKEN).ping()


def test_the_first_token_is_optional_until_it_is_set(account: Account) -> None:
    account.create(TransitEncryptionEnabled=True)
    account.modify(AuthToken=TOKEN, AuthTokenUpdateStrategy="ROTATE")
    assert account.primary().ping()
    assert account.primary(TOKEN).ping()
    account.modify(AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")
    with pytest.raises(redis.AuthenticationError):
        account.primary().ping()


def test_encryption_can_be_preferred(account: Account) -> None:
    account.create()
    account.primary(tls=False).set("greeting", "hello")
    account.modify(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    assert account.primary(tls=False).get("greeting") == b"hello"
    assert account.primary(tls=True).get("greeting") == b"hello"
    account.modify(TransitEncryptionMode="required")
    assert account.primary(tls=True).get("greeting") == b"hello"
    with pytest.raises(redis.ConnectionError):
        account.primary(tls=False).ping()


def test_a_cluster_keeps_its_data_while_shards_come_and_go(account: Account) -> None:
    account.create(ClusterMode="enabled", NumNodeGroups=2, ReplicasPerNodeGroup=1)
    names = [f"key:{number}" for number in range(200)]
    cluster = account.cluster()
    for name in names:
        cluster.set(name, name)
    for change in ({"NodeGroupCount": 3}, {"NodeGroupCount": 2, "NodeGroupsToRemove": ["0001"]}):
        account.api.modify_replication_group_shard_configuration(
            ReplicationGroupId="phb", ApplyImmediately=True, **change
        )
        account.wait()
        cluster = account.cluster()
        assert [cluster.get(name) for name in names] == [name.encode() for name in names]
        assert len(account.group()["NodeGroups"]) == change["NodeGroupCount"]
        assert told_slots(account) == served_slots(account)


def told_slots(account: Account) -> set[str]:
    """Slot ranges by the API."""
    return {slots for shard in account.group()["NodeGroups"] for slots in shard["Slots"].split(",")}


def served_slots(account: Account) -> set[str]:
    """Slot ranges by the engines."""
    node = account.connect(account.group()["ConfigurationEndpoint"], tls=False)
    return {f"{first}-{last}" for first, last, *_other in node.execute_command("CLUSTER SLOTS")}


def test_a_crashed_primary_is_failed_over_with_its_data(account: Account, standin: Standin) -> None:
    account.create(NumCacheClusters=2, AutomaticFailoverEnabled=True)
    account.primary(tls=False).set("greeting", "hello")
    account.primary(tls=False).wait(1, 5000)
    standin.control.crash_node("phb-001")
    account.wait()
    members = account.group()["NodeGroups"][0]["NodeGroupMembers"]
    assert [member["CurrentRole"] for member in members] == ["replica", "primary"]
    assert account.primary(tls=False).get("greeting") == b"hello"
    assert replica_count(account.primary(tls=False)) == 1


def test_cluster_mode_is_turned_on_with_the_data_kept(account: Account) -> None:
    account.create(NumCacheClusters=2, AutomaticFailoverEnabled=True)
    account.primary(tls=False).set("greeting", "hello")
    account.modify(ClusterMode="compatible")
    assert account.primary(tls=False).get("greeting") == b"hello"
    assert account.cluster().get("greeting") == b"hello"
    account.modify(ClusterMode="enabled")
    assert account.cluster().get("greeting") == b"hello"


def test_a_parameter_of_the_group_reaches_the_engines(account: Account) -> None:
    account.api.create_cache_parameter_group(
        CacheParameterGroupName="lru", CacheParameterGroupFamily="redis7", Description="lru"
    )
    policy = {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}
    account.api.modify_cache_parameter_group(CacheParameterGroupName="lru", ParameterNameValues=[policy])
    account.create()
    assert account.primary(tls=False).info("memory")["maxmemory_policy"] == "volatile-lru"
    account.modify(CacheParameterGroupName="lru")
    assert account.primary(tls=False).info("memory")["maxmemory_policy"] == "allkeys-lru"
