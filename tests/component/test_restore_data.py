# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores on real engines: what was in the snapshot or in the file is in the new group."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from redis.cluster import RedisCluster

from tests.component.replication_group.cases import BASE, SHARDED
from tests.component.replication_group.cloud import Landscape
from tests.component.snapshots import make_bucket, snapshot_module
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

KEYS = {f"drug:{number}": str(number) for number in range(200)}
BUCKET = "phb-backups"


@pytest.fixture(scope="module")
def engines() -> Iterator[Landscape]:
    with Standin(Options(clock=Clock.stepped())) as standin:
        yield Landscape(standin)


@pytest.fixture(scope="module")
def snapshot(engines: Landscape) -> str:
    """Of a group that held KEYS, and is gone."""
    endpoint = engines.run("phb-redis-cache", **BASE).after.endpoints.primary
    with redis.Redis(endpoint.address, endpoint.port, decode_responses=True) as client:
        client.mset(KEYS)
    make_bucket(engines, BUCKET)
    module = snapshot_module(engines)
    module.run(snapshot_name="before", replication_group_id="phb-redis-cache", target_bucket=BUCKET)
    engines.run("phb-redis-cache", state="absent")
    return "before"


def test_a_snapshot_becomes_a_group(engines: Landscape, snapshot: str) -> None:
    after = engines.run("restored", description="restored", snapshot_name=snapshot).after
    endpoint = after.endpoints.primary
    with redis.Redis(endpoint.address, endpoint.port, decode_responses=True) as client:
        assert client.dbsize() == len(KEYS)
        assert client.mget(KEYS) == list(KEYS.values())


def test_a_file_becomes_shards(engines: Landscape, snapshot: str) -> None:
    files = [f"arn:aws:s3:::{BUCKET}/{snapshot}-0001.rdb"]
    after = engines.run("spread", snapshot_arns=files, **SHARDED).after
    endpoint = after.endpoints.configuration
    client = RedisCluster(endpoint.address, endpoint.port, decode_responses=True)
    try:
        assert client.mget_nonatomic(list(KEYS)) == list(KEYS.values())
        assert sum(client.dbsize(target_nodes=[node]) for node in client.get_primaries()) == len(KEYS)
    finally:
        client.close()
