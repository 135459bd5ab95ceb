# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches with real engines: data over TLS, and where it goes by way of snapshots."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

from tests.standin.core.clock import Clock
from tests.standin.engines.waiting import wait_until
from tests.standin.server import Options, Standin

RATE = 2000
PATIENCE = 60
KEY_COUNT = 200
VALUES = {f"key-{number}": f"value-{number}" for number in range(KEY_COUNT)}
EXPIRING = "cart-17"
BUCKET = "caches-backup"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "us-east-1.elasticache-snapshot.amazonaws.com"},
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            }
        ],
    }
)


class Account:
    """One account of a running stand-in, with waits for what it started."""

    def __init__(self, standin: Standin) -> None:
        self.ca = str(standin.ca)
        self.api: Any = boto3.client("elasticache", endpoint_url=standin.url, region_name="us-east-1")
        self.s3: Any = boto3.client("s3", endpoint_url=standin.url, region_name="us-east-1")

    def create(self, name: str, **members: Any) -> dict[str, Any]:
        self.api.create_serverless_cache(ServerlessCacheName=name, **{"Engine": "redis", **members})
        self._await(f"{name} is available", lambda: self.cache(name)["Status"], "available")
        return self.cache(name)

    def delete(self, name: str) -> None:
        self.api.delete_serverless_cache(ServerlessCacheName=name)
        missing = self.api.exceptions.ServerlessCacheNotFoundFault

        def status() -> str:
            try:
                return str(self.cache(name)["Status"])
            except missing:
                return "gone"

        self._await(f"{name} is gone", status, "gone")

    def take(self, cache: str, name: str) -> str:
        """The ARN of a snapshot that is available."""
        wanted = {"ServerlessCacheName": cache, "ServerlessCacheSnapshotName": name}
        taken = self.api.create_serverless_cache_snapshot(**wanted)["ServerlessCacheSnapshot"]
        self.await_snapshot(name)
        return str(taken["ARN"])

    def await_snapshot(self, name: str) -> None:
        self._await(f"snapshot {name} is available", lambda: self.snapshot(name)["Status"], "available")

    def cache(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"][0]
        return found

    def snapshot(self, name: str) -> dict[str, Any]:
        answer = self.api.describe_serverless_cache_snapshots(ServerlessCacheSnapshotName=name)
        found: dict[str, Any] = answer["ServerlessCacheSnapshots"][0]
        return found

    def connect(self, name: str, endpoint: str = "Endpoint", tls: bool = True) -> redis.Redis:
        found = self.cache(name)[endpoint]
        return redis.Redis(
            host=found["Address"],
            port=found["Port"],
            ssl=tls,
            ssl_ca_certs=self.ca if tls else None,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
        )

    def cluster(self, name: str) -> RedisCluster:
        endpoint = self.cache(name)["Endpoint"]
        return RedisCluster(
            host=endpoint["Address"], port=endpoint["Port"], ssl=True, ssl_ca_certs=self.ca, decode_responses=True
        )

    @staticmethod
    def _await(condition: str, status: Callable[[], str], wanted: str) -> None:
        """Until the status is what is wanted; a creation that failed ends the waiting at once."""

        def is_so() -> bool:
            seen = status()
            assert seen != "create-failed", condition
            return seen == wanted

        wait_until(condition, is_so, within=PATIENCE)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """With one cache, "source", that holds VALUES and a key that expires."""
    with Standin(Options(clock=Clock.accelerated(RATE))) as standin:
        account = Account(standin)
        account.create("source")
        source = account.cluster("source")
        for key, value in VALUES.items():
            source.set(key, value)
        source.hset(EXPIRING, mapping={"socks": "2"})
        source.expire(EXPIRING, 3600)
        yield account


def contents(account: Account, name: str) -> dict[str, str]:
    """Every string that a cache holds, by key."""
    client = account.connect(name)
    return {key: str(client.get(key)) for key in client.scan_iter(count=1000) if client.type(key) == "string"}


def test_only_tls_is_served_on_both_ports(account: Account) -> None:
    assert contents(account, "source") == VALUES
    reader = account.connect("source", "ReaderEndpoint")
    assert (reader.connection_pool.connection_kwargs["port"], reader.get("key-7")) == (6380, "value-7")
    for endpoint in ("Endpoint", "ReaderEndpoint"):
        with pytest.raises(redis.ConnectionError):
            account.connect("source", endpoint, tls=False).ping()
    memory = account.connect("source").info("memory")
    assert (memory["maxmemory"], memory["maxmemory_policy"]) == (0, "volatile-lru")


def test_a_snapshot_restores_into_another_cache_as_it_was(account: Account) -> None:
    arn = account.take("source", "before")
    assert int(account.snapshot("before")["BytesUsedForCache"]) > 0
    account.connect("source").set("later", "1")
    try:
        account.create("restored", SnapshotArnsToRestore=[arn])
        assert contents(account, "restored") == VALUES
        restored = account.connect("restored")
        assert restored.hgetall(EXPIRING) == {"socks": "2"}
        assert 0 < restored.ttl(EXPIRING) <= 3600
        assert account.snapshot("before")["Status"] == "available"
    finally:
        account.connect("source").delete("later")
    account.delete("restored")


def test_an_export_seeds_another_cache(account: Account) -> None:
    account.s3.create_bucket(Bucket=BUCKET)
    account.s3.put_bucket_policy(Bucket=BUCKET, Policy=POLICY)
    account.take("source", "exported")
    account.api.export_serverless_cache_snapshot(ServerlessCacheSnapshotName="exported", S3BucketName=BUCKET)
    account.await_snapshot("exported")
    account.create("seeded", SnapshotArnsToRestore=[f"arn:aws:s3:::{BUCKET}/exported-0001.rdb"])
    assert contents(account, "seeded") == VALUES
    account.delete("seeded")


def test_a_group_of_two_shards_moves_into_one_cache(account: Account) -> None:
    account.api.create_replication_group(
        ReplicationGroupId="source",
        ReplicationGroupDescription="shares its name with a cache",
        CacheNodeType="cache.t4g.micro",
        ClusterMode="enabled",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=0,
    )
    soon = {"Delay": 0.05, "MaxAttempts": 600}
    account.api.get_waiter("replication_group_available").wait(ReplicationGroupId="source", WaiterConfig=soon)
    account.api.get_waiter("cache_cluster_available").wait(WaiterConfig=soon)
    endpoint = account.api.describe_replication_groups()["ReplicationGroups"][0]["ConfigurationEndpoint"]
    group = RedisCluster(host=endpoint["Address"], port=endpoint["Port"])
    for key in VALUES:
        group.set(key, "from the group")
    arn = account.api.create_snapshot(ReplicationGroupId="source", SnapshotName="nodes")["Snapshot"]["ARN"]
    wait_until("the snapshot is available", lambda: is_taken(account, "nodes"), within=PATIENCE)
    account.create("moved", SnapshotArnsToRestore=[arn])
    assert contents(account, "moved") == dict.fromkeys(VALUES, "from the group")
    assert contents(account, "source") == VALUES
    account.delete("moved")


def is_taken(account: Account, name: str) -> bool:
    (shown,) = account.api.describe_snapshots(SnapshotName=name)["Snapshots"]
    return bool(shown["SnapshotStatus"] == "available")


def test_what_is_no_rdb_file_makes_no_cache(account: Account) -> None:
    account.s3.put_object(Bucket=BUCKET, Key="nonsense.rdb", Body=b"nonsense")
    arns = [f"arn:aws:s3:::{BUCKET}/nonsense.rdb"]
    account.api.create_serverless_cache(ServerlessCacheName="broken", Engine="redis", SnapshotArnsToRestore=arns)
    wait_until("it has failed", lambda: account.cache("broken")["Status"] == "create-failed", within=PATIENCE)
    events = account.api.describe_events(SourceIdentifier="broken", SourceType="serverless-cache")["Events"]
    assert "Data restoration from snapshot failed because" in events[-1]["Message"]
    account.delete("broken")
