# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of snapshots share: caches to save, buckets to export to, and deaths after any call."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.resource import Snapshot
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.spec import argument_spec

from tests.component.runs import REGION, Cloud, Killed, Module

CLUSTER = {
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 1,
    "EngineVersion": "7.1",
    "CacheParameterGroupName": "default.redis7.cluster.on",
    "AutomaticFailoverEnabled": True,
}
"""Members of a request that make a group of two shards; CreateReplicationGroup counts no nodes then."""
PRINCIPAL = f"{REGION}.elasticache-snapshot.amazonaws.com"
ACTIONS = (
    "s3:GetBucketAcl",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def snapshot_module(cloud: Cloud) -> Module:
    return Module(cloud, Snapshot, argument_spec())


def make_cluster(cloud: Cloud, name: str) -> None:
    """A group of two shards in cluster mode, there and ready."""
    group = {"ReplicationGroupDescription": name, "Engine": "redis", "CacheNodeType": "cache.t3.micro", **CLUSTER}
    cloud.session.client("elasticache").create_replication_group(ReplicationGroupId=name, **group)
    cloud.standin.control.advance(3600)


def make_serverless(cloud: Cloud, name: str) -> None:
    cloud.session.client("elasticache").create_serverless_cache(ServerlessCacheName=name, Engine="redis")
    cloud.standin.control.advance(3600)


def policy_for(bucket: str, **changes: Any) -> dict[str, Any]:
    """A policy that lets ElastiCache in; `changes` are members of its one statement."""
    statement = {
        "Sid": "Export",
        "Effect": "Allow",
        "Principal": {"Service": PRINCIPAL},
        "Action": list(ACTIONS),
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        **changes,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def make_bucket(cloud: Cloud, name: str, policy: Mapping[str, Any] | None = None, region: str = REGION) -> None:
    """A bucket of the account; without `policy` with one that lets ElastiCache in, with {} with none."""
    s3 = cloud.session.client("s3")
    where = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    wanted = policy_for(name) if policy is None else policy
    if wanted:
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(wanted))


def keys_of(cloud: Cloud, bucket: str) -> list[str]:
    found = cloud.session.client("s3").list_objects_v2(Bucket=bucket)
    return [each["Key"] for each in found.get("Contents", [])]


def doomed_session(cloud: Cloud, last_call: int) -> tuple[Session, Callable[[], int]]:
    """A session whose user dies when the answer to its `last_call`-th call, reads included, has come; 0: never.

    Besides it, how many calls it has made.
    """
    made = itertools.count()
    total = [0]

    def count(**_event: Any) -> None:
        total[0] = next(made) + 1
        if total[0] == last_call:
            raise Killed

    def connect(service: str) -> Any:
        client = cloud.client(service)
        client.meta.events.register("after-call.*.*", count)
        return client

    return Session(connect, cloud.clock, cloud.told.append), lambda: total[0]
