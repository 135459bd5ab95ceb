# SPDX-License-Identifier: GPL-3.0-or-later
"""The primaries of a cluster as CLUSTER SLOTS has them, and the options that lead there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.arguments import (
    keyspace_arguments,
    keyspace_options_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import (
    KeyspaceDescription,
    KeyspaceOptions,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.nodes import describe_server, topology_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import Reply

from tests.unit.plugins.module_utils.redis.keyspace.fake_server import FakeServer, Key

ID = "f" * 40
DEFAULTS = {name: option.get("default") for name, option in keyspace_arguments().items()}


def slots(*primary: Any) -> list[Any]:
    return [[0, 16383, [*primary], ["192.0.2.99", 6379, ID]]]


@pytest.mark.parametrize(
    ("primary", "tls", "place"),
    [
        (("192.0.2.1", 6379, ID), True, ("192.0.2.1", 6379)),
        (("192.0.2.1", 6379), True, ("192.0.2.1", 6379)),
        (("192.0.2.1", 6379, ID, ["hostname", "node-1.example"]), True, ("node-1.example", 6379)),
        (("192.0.2.1", 6379, ID, ["hostname", "node-1.example"]), False, ("192.0.2.1", 6379)),
        (("node-1.example", 6379, ID, ["ip", "192.0.2.1"]), True, ("node-1.example", 6379)),
        (("", 6379, ID, []), True, ("", 6379)),
        ((None, 6380, ID, []), True, ("", 6380)),
    ],
)
def test_primaries(primary: tuple[Any, ...], tls: bool, place: tuple[str, int]) -> None:
    assert topology_from(slots(*primary), tls) == {(0, 16383): place}


HALVES = [[0, 8191, ["192.0.2.1", 6379, ID]], [8192, 16383, ["192.0.2.2", 6380, ID]]]


class Node(FakeServer):
    """`answers`: what CLUSTER SLOTS says, one time after the other."""

    def __init__(self, names: str, *answers: Any) -> None:
        super().__init__({name.encode(): Key("string", b"value") for name in names})
        self.answers = list(answers)
        self.is_open = True

    def command(self, *words: str | int) -> Reply:
        return self.answers.pop(0) if words[0] == "CLUSTER" else super().command(*words)

    def close(self) -> None:
        self.is_open = False


def cluster(*answers: Any) -> dict[str, Node]:
    """The endpoint, whose own keys are not counted, and the primaries."""
    places = {"192.0.2.1:6379": Node("abc"), "192.0.2.2:6380": Node("de")}
    return {"cache.example:6379": Node("xyz", *answers), **places}


def described(nodes: dict[str, Node]) -> tuple[KeyspaceDescription, list[str]]:
    return describe_server(Target("cache.example"), KeyspaceOptions(), True, lambda target: nodes[target.label])


def test_each_primary_is_read_once_and_every_session_ends() -> None:
    slots_by_quarters = [[n * 4096, n * 4096 + 4095, HALVES[n % 2][2]] for n in range(4)]
    nodes = cluster(slots_by_quarters, slots_by_quarters)
    description, places = described(nodes)
    assert (description.total["key_count"], description.is_quiet) == (5, True)
    assert places == ["192.0.2.1:6379", "192.0.2.2:6380"]
    assert not any(node.is_open for node in nodes.values())


def test_slots_that_go_elsewhere_meanwhile_are_told() -> None:
    description, _places = described(cluster(HALVES, [[*HALVES[0][:2], HALVES[1][2]], HALVES[1]]))
    assert description.movements == ("slots or the role of primary went to other nodes",)


def test_keys_that_nobody_serves_are_not_passed_over() -> None:
    with pytest.raises(CheckError, match="SLOTS_NOT_SERVED"):
        described(cluster(HALVES[:1]))


def test_options() -> None:
    assert keyspace_options_from(DEFAULTS) == KeyspaceOptions()
    assert keyspace_options_from({**DEFAULTS, "databases": [3, 1], "sample": 5}) == KeyspaceOptions((3, 1), sample=5)
    assert keyspace_options_from({**DEFAULTS, "databases": [0], "cluster_mode": True}) == KeyspaceOptions((0,))


def test_a_cluster_has_one_database() -> None:
    with pytest.raises(ValueError, match="only database 0"):
        keyspace_options_from({**DEFAULTS, "databases": [1], "cluster_mode": True})
