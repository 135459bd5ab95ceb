# SPDX-License-Identifier: GPL-3.0-or-later
"""A client writes through the primary endpoint while the group is scaled, upgraded and encrypted by real engines.

What was acknowledged is there afterwards; the longest time without a successful write is printed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.component.replication_group.cases import SAFE_PAIR, TOKEN
from tests.component.replication_group.cloud import Landscape
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

TIMEOUT = 1.0


@dataclass
class Writer:
    """Writes numbered keys until told to stop."""

    client: redis.Redis
    acknowledged: list[int] = field(default_factory=list)
    longest_gap: float = 0.0
    stopping: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        last = time.monotonic()
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                self.client.set(f"drill:{number}", number)
            except redis.RedisError:
                continue
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - last)
            last = now
            self.acknowledged.append(number)

    def lost(self) -> list[int]:
        return [number for number in self.acknowledged if not self.client.exists(f"drill:{number}")]


@pytest.fixture
def cloud() -> Iterator[Landscape]:
    with Standin(Options(clock=Clock.stepped())) as standin:
        yield Landscape(standin)


def connect(cloud: Landscape, endpoint: Any) -> redis.Redis:
    return redis.Redis(
        endpoint.address,
        endpoint.port,
        password=TOKEN,
        ssl=True,
        ssl_ca_certs=str(cloud.standin.ca),
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"replicas_per_node_group": 2},
        {"node_type": "cache.t3.medium", "apply_immediately": True},
        {"engine_version": "7.1", "apply_immediately": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_acknowledged_write_is_lost(cloud: Landscape, change: dict[str, Any]) -> None:
    name = cloud.new_name()
    made = cloud.run(name, **SAFE_PAIR, transit_encryption_enabled=True, auth_token=TOKEN)
    writer = Writer(connect(cloud, made.after.endpoints.primary))
    thread = threading.Thread(target=writer.write)
    thread.start()
    try:
        changed = cloud.run(name, **change, allow_disruption="failover")
    finally:
        writer.stopping.set()
        thread.join()
    print(f"{change}: {len(writer.acknowledged)} writes, longest gap {writer.longest_gap:.2f} s")
    assert changed.changed
    assert len(writer.acknowledged) > 100
    assert writer.lost() == []
