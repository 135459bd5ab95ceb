# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication group on real engines, and the clients that look at it from outside."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.plan import Endpoints, GroupPlan, NodePlan, Role, SlotRange

PORT = 6379
KEY_COUNT = 300
WRITER_PAUSE = 0.001
TOKENS = ("Vn3-first-4ae91c07d2", "Vn3-second-88b1f6e0ac", "Vn3-third-c5d2907b13")


@contextmanager
def running_driver(state: Path) -> Iterator[RedisDriver]:
    driver = RedisDriver(state)
    try:
        yield driver
    finally:
        driver.stop()


@dataclass
class Subject:
    """One group. `change` applies the plan with some of it changed."""

    driver: RedisDriver
    plan: GroupPlan

    @property
    def endpoints(self) -> Endpoints:
        return self.driver.endpoints(self.plan.group_id, [node.node_id for node in self.plan.nodes])

    def change(self, **changes: Any) -> None:
        self.plan = replace(self.plan, **changes)
        self.driver.apply(self.plan)

    def reset(self, plan: GroupPlan) -> None:
        """Go back to `plan`, whatever the last test left, with the data of `fill` and no other on every node."""
        self.plan = plan
        self.change()
        self.client().flushall()
        fill(self.client())
        self.client().execute_command("WAIT", len(plan.nodes) - 1, 10_000)

    def node(self, number: int) -> str:
        """Address of the node with this number, counted from 1."""
        return self.endpoints.nodes[self.plan.nodes[number - 1].node_id]

    # Any: half of redis-py has no annotations.
    def client(self, address: str | None = None, *, tls: bool = False, **options: Any) -> Any:
        """A Redis client of the primary endpoint or of `address`; nothing is retried."""
        if tls:
            options |= {"ssl": True, "ssl_ca_certs": str(self.driver.ca_path)}
        return Redis(
            host=address or self.endpoints.primary,
            port=self.plan.port,
            socket_timeout=options.pop("patience", 10),
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            **options,
        )

    def cluster_client(self, *, tls: bool = False, **options: Any) -> Any:
        """A client that comes by the configuration endpoint and then goes to nodes, with redis-py's own retries."""
        if tls:
            options |= {"ssl": True, "ssl_ca_certs": str(self.driver.ca_path)}
        return RedisCluster(
            host=self.endpoints.configuration, port=self.plan.port, socket_timeout=10, decode_responses=True, **options
        )


def plain_nodes(group_id: str, roles: str) -> tuple[NodePlan, ...]:
    """Nodes of one shard: `roles` has a letter for each, P or R."""
    names: dict[str, Role] = {"P": "primary", "R": "replica"}
    return tuple(
        NodePlan(f"{group_id}-{number:03}", "0001", names[letter]) for number, letter in enumerate(roles, start=1)
    )


def cluster_nodes(group_id: str, roles: str, slots: Mapping[str, tuple[SlotRange, ...]]) -> tuple[NodePlan, ...]:
    """Nodes of the shards that `slots` names, each shard with the same `roles`."""
    return tuple(
        replace(node, node_id=f"{group_id}-{shard}-{number:03}", shard=shard, slots=ranges)
        for shard, ranges in slots.items()
        for number, node in enumerate(plain_nodes(group_id, roles), start=1)
    )


DATA = {f"key-{number}": f"value-{number}" for number in range(KEY_COUNT)}


def fill(client: Any) -> None:
    write = client.mset_nonatomic if isinstance(client, RedisCluster) else client.mset
    write(DATA)


def read_all(client: Any, keys: Iterable[str]) -> list[str | None]:
    read = client.mget_nonatomic if isinstance(client, RedisCluster) else client.mget
    return list(read(list(keys)))


def lost(client: Any) -> list[str]:
    """The keys of `fill` that are not what they were."""
    return [key for key, value in zip(DATA, read_all(client, DATA), strict=True) if value != DATA[key]]


@dataclass
class Writer:
    """Writes numbered keys all the time, reconnecting as an application would; `acknowledged` are those taken."""

    client: Any
    acknowledged: list[int] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Writer:
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        return self

    def __exit__(self, *_other: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        for number in count():
            if self._stop.wait(WRITER_PAUSE):
                return
            # AttributeError: redis-py, when it is asked to go to a node that it has not heard of yet.
            with suppress(RedisError, AttributeError):
                self.client.set(f"written-{number}", number)
                self.acknowledged.append(number)

    def missing(self, client: Any) -> list[int]:
        """Acknowledged writes that `client` does not find."""
        values = read_all(client, [f"written-{number}" for number in self.acknowledged])
        return [number for number, value in zip(self.acknowledged, values, strict=True) if value != str(number)]


@contextmanager
def plain_subject(state: Path, roles: str) -> Iterator[Subject]:
    """A group that is open, in plain text, with cluster mode disabled."""
    with running_driver(state) as driver:
        yield Subject(driver, GroupPlan("group", PORT, "off", cluster_mode=False, nodes=plain_nodes("group", roles)))
