# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups on real engines under a stepped clock, data of all types, and a bucket that the service may use."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

from tests.standin.server import Standin

REGION = "us-east-1"
LONG = 10_000
DAY = 24 * 3600
EXPORTER = f"{REGION}.elasticache-snapshot.amazonaws.com"
EXPORT_ACTIONS = (
    "s3:PutObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:GetBucketAcl",
    "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
)


class Caches:
    """One account of a running stand-in whose service time passes in `settle` alone."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self.api: Any = self.service("elasticache")

    def service(self, name: Any) -> Any:
        return boto3.client(name, endpoint_url=self._standin.url, region_name=REGION)

    def settle(self, seconds: float = LONG) -> None:
        self._standin.control.advance(seconds)

    def create(self, group_id: str, **members: Any) -> dict[str, Any]:
        """A group; what is not said comes from the snapshot, or is small."""
        if "SnapshotName" not in members:
            members = {"CacheNodeType": "cache.t4g.micro", **members}
        self.api.create_replication_group(
            ReplicationGroupId=group_id, ReplicationGroupDescription="sessions", **members
        )
        self.settle()
        return self.group(group_id)

    def group(self, group_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.describe_replication_groups(ReplicationGroupId=group_id)["ReplicationGroups"][
            0
        ]
        return found

    def delete(self, group_id: str, **members: Any) -> None:
        self.api.delete_replication_group(ReplicationGroupId=group_id, **members)
        self.settle()

    def take(self, name: str, **source: Any) -> dict[str, Any]:
        self.api.create_snapshot(SnapshotName=name, **source)
        self.settle()
        return self.snapshot(name)

    def snapshot(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.describe_snapshots(SnapshotName=name)["Snapshots"][0]
        return found

    # Any: half of redis-py has no annotations.
    def client(self, group_id: str, database: int = 0) -> Any:
        """Of the primary, or of the whole cluster where cluster mode is enabled."""
        group = self.group(group_id)
        # Some values are no text.
        options: dict[str, Any] = {"decode_responses": True, "encoding_errors": "surrogateescape"}
        if group["ClusterEnabled"]:
            endpoint = group["ConfigurationEndpoint"]
            return RedisCluster(host=endpoint["Address"], port=endpoint["Port"], **options)
        endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
        return redis.Redis(endpoint["Address"], endpoint["Port"], db=database, retry=Retry(NoBackoff(), 0), **options)

    def messages(self, source: str) -> list[str]:
        events = self.api.describe_events(SourceIdentifier=source, Duration=20160)["Events"]
        return [event["Message"] for event in events]

    def bucket(self, name: str) -> Any:
        """A bucket that the service may export to and read from."""
        s3 = self.service("s3")
        s3.create_bucket(Bucket=name)
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": EXPORTER},
            "Action": list(EXPORT_ACTIONS),
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        }
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
        return s3


def fill(client: Any) -> None:
    """Every type of data, large and small encodings, some with an expiry."""
    for number in range(50):
        client.set(f"string-{number}", f"value-{number}")
    client.set("large", "x" * 100_000)
    client.hset("hash", mapping={f"field-{number}": number for number in range(200)})
    client.rpush("list", *range(300))
    client.sadd("numbers", *range(100))
    client.sadd("words", "one", "two", "three")
    client.zadd("scores", {f"player-{number}": number / 3 for number in range(200)})
    client.xadd("stream", {"event": "created"}, id="1-1")
    client.xadd("stream", {"event": "paid"}, id="2-1")
    client.xgroup_create("stream", "readers", id="1-1")
    client.pfadd("visitors", *range(1000))
    client.geoadd("places", (13.361389, 38.115556, "Palermo"))
    now = int(time.time() * 1000)
    for position, key in enumerate(("string-1", "hash", "stream", "scores")):
        client.pexpireat(key, now + 3_600_000 + position)


_READERS: dict[str, Any] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    "stream": lambda client, key: (client.xrange(key), client.xinfo_groups(key)),
}


def contents(client: Any) -> dict[str, tuple[str, Any, int]]:
    """Type, value and time of expiry (milliseconds since 1970; -1: none) of every key."""
    found = {}
    for key in sorted(client.scan_iter(count=1000)):
        kind = client.type(key)
        found[key] = (kind, _READERS[kind](client, key), client.pexpiretime(key))
    return found
