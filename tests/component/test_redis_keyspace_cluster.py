# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_keyspace_info against a real cluster: all primaries together hold what one server would."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator

import pytest
import redis

from tests.component.redis_keyspaces import TOKEN, described, digest_at, fill, quiet, run
from tests.component.redis_servers import Servers, free_port
from tests.standin.engines.waiting import wait_until

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def port(servers: Servers) -> int:
    """A server by itself."""
    return servers.start(f"requirepass {TOKEN}")


@pytest.fixture(scope="module")
def cluster(servers: Servers) -> list[int]:
    """Three masters with a third of the slots each."""
    settings = ["cluster-enabled yes", "cluster-node-timeout 2000", f"requirepass {TOKEN}", f"masterauth {TOKEN}"]
    buses = [free_port() for _node in range(3)]
    ports = [servers.start(*settings, f"cluster-port {bus}") for bus in buses]
    for number, (node, (start, end)) in enumerate(zip(ports, itertools.pairwise([0, 5461, 10923, 16384]), strict=True)):
        run(node, "CLUSTER", "ADDSLOTSRANGE", start, end - 1)
        run(node, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        run(ports[0], "CLUSTER", "MEET", "127.0.0.1", node, buses[number])
    wait_until("the cluster is up", lambda: all(is_up(node) for node in ports), within=20)
    return ports


def is_up(port: int) -> bool:
    return b"cluster_state:ok" in run(port, "CLUSTER", "INFO")


class TestCluster:
    @pytest.fixture(autouse=True)
    def filled(self, cluster: list[int]) -> None:
        with redis.RedisCluster("127.0.0.1", cluster[0], password=TOKEN) as client:
            client.flushall(target_nodes="primaries")
            for number in range(500):
                client.set(f"key {number}", number)
                client.rpush(f"list {number}", number)

    def test_all_primaries_together_are_as_one_server(self, cluster: list[int], port: int) -> None:
        fill(port, [(word, f"{kind} {n}", n) for n in range(500) for word, kind in (("SET", "key"), ("RPUSH", "list"))])
        alone, options = quiet(port, password=TOKEN), {"password": TOKEN, "cluster_mode": True}
        for node in cluster:
            together = quiet(node, **options)
            assert (together["databases"], together["total"]) == (alone["databases"], alone["total"])
            assert sorted(together["nodes"]) == sorted(f"127.0.0.1:{each}" for each in cluster)
        assert digest_at(cluster[0], **options, sample=20) == digest_at(port, password=TOKEN, sample=20)

    def test_a_single_node_is_not_taken_for_the_cluster(self, cluster: list[int]) -> None:
        assert described(cluster[0], password=TOKEN)["code"] == "MOVED"

    def test_a_node_without_its_cluster(self, servers: Servers) -> None:
        alone = servers.start("cluster-enabled yes", f"cluster-port {free_port()}")
        assert described(alone, cluster_mode=True)["code"] == "SLOTS_NOT_SERVED"
