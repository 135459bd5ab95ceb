# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in with real engines, from the first call to the last process."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import redis

from tests.standin.control import ControlError
from tests.standin.core.clock import Clock
from tests.standin.engines.waiting import wait_until
from tests.standin.server import Options, Standin

PATIENCE = 60.0


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    with Standin(Options(state=tmp_path, clock=Clock.accelerated(1000))) as running:
        yield running


def own_children() -> set[str]:
    """Command names of this process's children, and of theirs."""
    pids, names = [str(os.getpid())], set()
    while pids:
        for tasks in Path(f"/proc/{pids.pop()}/task").glob("*/children"):
            for child in tasks.read_text().split():
                pids.append(child)
                names.add(Path(f"/proc/{child}/comm").read_text().strip())
    return names


def test_a_cache_lives_and_ends_with_the_stand_in(standin: Standin) -> None:
    client: Any = boto3.client("elasticache", endpoint_url=standin.url, region_name="eu-west-1")

    def describe() -> Any:
        return client.describe_replication_groups(ReplicationGroupId="orders")["ReplicationGroups"][0]

    client.create_replication_group(
        ReplicationGroupId="orders",
        ReplicationGroupDescription="d",
        Engine="redis",
        EngineVersion="7.1",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
    )
    wait_until("the group is available", lambda: describe()["Status"] == "available", within=PATIENCE)
    endpoint = describe()["NodeGroups"][0]["PrimaryEndpoint"]
    cache = redis.Redis(endpoint["Address"], endpoint["Port"], decode_responses=True)
    cache.set("a", "b")
    assert cache.get("a") == "b"
    assert standin.control.wait_idle()
    assert set(standin.control.world()[0]["engines"]["orders"]) == {"orders-001", "orders-002"}
    with pytest.raises(ControlError, match="orders-009"):
        standin.control.crash_node("orders-009", region="eu-west-1")
    # Its addresses are free for other stand-ins now, so what counts is the connection that was open before.
    with socket.create_connection((endpoint["Address"], endpoint["Port"])) as connection:
        standin.stop()
        assert connection.recv(1) == b""
    assert "redis-server" not in own_children()
    assert not (standin.state / "engines").exists()
