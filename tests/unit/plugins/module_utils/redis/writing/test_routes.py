# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the node that takes writes: asked anew each time, or as a node has named it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.routes import EndpointRoute, ShardRoute

TARGET = Target("clustercfg.phb.example.com", 6379, tls=False)


@dataclass
class Node:
    slots: Any
    closed: bool = False

    def command(self, *words: str | int) -> Any:
        assert words == ("CLUSTER", "SLOTS")
        return self.slots

    def pipeline(self, commands: Any) -> Any:
        raise AssertionError(f"nobody asked for {commands}")

    def close(self) -> None:
        self.closed = True


@dataclass
class Network:
    """What CLUSTER SLOTS answers at present, and where sessions were opened."""

    slots: Any = None
    opened: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def open_one(self, target: Target) -> Node:
        self.opened.append(target.label)
        self.nodes.append(Node(self.slots))
        return self.nodes[-1]


def shards(second: str) -> list[Any]:
    return [[0, 8191, ["10.0.0.1", 6379, "a"]], [8192, 16383, [second, 6379, "b"], ["10.0.0.9", 6379, "c"]]]


def test_the_endpoint_is_asked_each_time() -> None:
    network = Network()
    route = EndpointRoute(TARGET, network.open_one)
    route.open()
    route.redirect(RedirectError("MOVED 1 10.0.0.1:6379", "10.0.0.1", 6379, asking=False))
    route.open()
    assert network.opened == [TARGET.label, TARGET.label]


def test_the_primary_of_the_shard_is_found_anew() -> None:
    network = Network(shards("10.0.0.2"))
    route = ShardRoute(TARGET, 9000, network.open_one)
    route.open()
    network.slots = shards("10.0.0.3")
    route.open()
    assert network.opened == [TARGET.label, "10.0.0.2:6379", TARGET.label, "10.0.0.3:6379"]
    assert [node.closed for node in network.nodes] == [True, False, True, False]


def test_a_node_that_was_named_is_tried_once() -> None:
    network = Network(shards("10.0.0.2"))
    route = ShardRoute(TARGET, 9000, network.open_one)
    route.redirect(RedirectError("MOVED 9000 10.0.0.7:6380", "10.0.0.7", 6380, asking=False))
    route.open()
    route.open()
    assert network.opened == ["10.0.0.7:6380", TARGET.label, "10.0.0.2:6379"]


def test_a_slot_that_nobody_has() -> None:
    route = ShardRoute(TARGET, 9000, Network([[0, 8191, ["10.0.0.1", 6379, "a"]]]).open_one)
    with pytest.raises(CheckError) as failure:
        route.open()
    assert failure.value.code == "SLOTS_NOT_SERVED"
