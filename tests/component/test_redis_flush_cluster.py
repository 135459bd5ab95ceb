# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_flush against a real cluster: every primary or none, and what is told when one fails midway."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush import run
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.run import flush_all

from tests.component.redis_flushes import at, flush, flushed, refused
from tests.component.redis_servers import Servers, free_port
from tests.standin.engines.waiting import wait_until

TOKEN = "flush-of-component-tests-8263"
KEYS = 300

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(tmp_path_factory.mktemp("redis"))
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture(scope="module")
def nodes(servers: Servers) -> list[int]:
    """Ports of three primaries with a third of the slots each, and of a replica of the first."""
    settings = ["cluster-enabled yes", "cluster-node-timeout 5000", f"requirepass {TOKEN}", f"masterauth {TOKEN}"]
    buses = [free_port() for _node in range(4)]
    ports = [servers.start(*settings, f"cluster-port {bus}") for bus in buses]
    for number, (port, (start, end)) in enumerate(
        zip(ports, itertools.pairwise([0, 5461, 10923, 16384]), strict=False)
    ):
        with client(port) as node:
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", start, end - 1)
            node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    with client(ports[0]) as first, client(ports[3]) as replica:
        first_id = first.execute_command("CLUSTER", "MYID")
        for port, bus in zip(ports[1:], buses[1:], strict=True):
            first.execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        wait_until("everybody is up", lambda: all(is_up(port) for port in ports), within=20)
        replica.execute_command("CLUSTER", "REPLICATE", first_id)
        wait_until("the replica follows", lambda: replica.info()["master_link_status"] == "up", within=20)
    return ports


def client(port: int) -> redis.Redis:
    return redis.Redis(port=port, password=TOKEN, decode_responses=True, protocol=2)


def is_up(port: int) -> bool:
    with client(port) as node:
        told = node.execute_command("CLUSTER", "INFO")
    return "cluster_state:ok" in told and "cluster_known_nodes:4" in told


def counts(ports: list[int]) -> list[int]:
    found = []
    for port in ports:
        with client(port) as node:
            found.append(int(node.dbsize()))
    return found


@pytest.fixture
def filled(nodes: list[int]) -> list[int]:
    with redis.RedisCluster("127.0.0.1", nodes[0], password=TOKEN) as cluster:
        cluster.flushall(target_nodes="primaries")
        for number in range(KEYS):
            cluster.set(f"key {number}", number)
    assert min(counts(nodes[:3])) > 0
    return nodes


@pytest.mark.parametrize("wanted", [{"all_databases": True}, {"database": 0}])
@pytest.mark.parametrize("asked", [0, 3], ids=["by a primary", "by a replica"])
def test_every_primary(filled: list[int], wanted: dict[str, object], asked: int) -> None:
    done = flushed(**at(filled[asked], password=TOKEN, cluster_mode=True, **wanted))
    assert done["flushed"] == {"0": KEYS}
    assert sorted(done["nodes"]) == sorted(f"127.0.0.1:{port}" for port in filled[:3])
    assert counts(filled[:3]) == [0, 0, 0]


def test_a_single_node_is_not_taken_for_the_cluster(filled: list[int]) -> None:
    (problem,) = refused(lambda: counts(filled), **at(filled[1], password=TOKEN, all_databases=True))
    assert "is one node of a cluster" in problem
    assert "give cluster_mode" in problem


def test_what_no_cluster_has(filled: list[int], servers: Servers) -> None:
    given = at(filled[0], password=TOKEN, cluster_mode=True, database=1)
    problems = refused(lambda: counts(filled), **given)
    assert len(problems) == 3
    assert all("has no database 1" in problem for problem in problems)
    alone = servers.start()
    (problem,) = refused(lambda: None, **at(alone, cluster_mode=True, all_databases=True))
    assert "does not run in cluster mode" in problem


def test_one_user_is_missing_on_one_primary(filled: list[int]) -> None:
    """Users are the business of each node: what one of them refuses keeps all of them as they are."""
    for port, rights in zip(filled[:3], ("+@all", "+@all", "+@all -flushall"), strict=True):
        with client(port) as node:
            node.execute_command("ACL", "SETUSER", "janitor", "reset", "on", f">{TOKEN}", *rights.split())
    login = {"username": "janitor", "password": TOKEN}
    (problem,) = refused(lambda: counts(filled), **at(filled[0], **login, cluster_mode=True, all_databases=True))
    assert problem.startswith(f"127.0.0.1:{filled[2]}: the user may not do this")


def test_one_primary_fails_midway(filled: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the rights went between the last look and the flush."""
    order = sorted(filled[:3])

    def forbid_and_flush(*given: Any) -> None:
        with client(order[1]) as node:
            node.execute_command("ACL", "SETUSER", "janitor", "-flushall")
        flush_all(*given)

    monkeypatch.setattr(run, "flush_all", forbid_and_flush)
    for port in filled[:3]:
        with client(port) as node:
            node.execute_command("ACL", "SETUSER", "janitor", "reset", "on", f">{TOKEN}", "+@all")
    login = {"username": "janitor", "password": TOKEN}
    told = flush(**at(filled[0], **login, cluster_mode=True, all_databases=True))
    first, second, third = (f"127.0.0.1:{port}" for port in order)
    assert told["msg"].startswith(f"{second}: the user may not do this")
    assert f"That is: it was not flushed; flushed before it: {first}; not flushed: {third}." in told["msg"]
    assert (told["changed"], told["nodes"]) == (True, [first])
    left = dict(zip(filled[:3], counts(filled[:3]), strict=True))
    assert [left[port] > 0 for port in order] == [False, True, True]


def test_one_primary_cannot_be_reached(filled: list[int], servers: Servers) -> None:
    """The last of these tests, since it leaves the cluster without one of its nodes."""
    servers.stop(filled[2])
    given = at(filled[0], password=TOKEN, cluster_mode=True, all_databases=True)
    (problem,) = refused(lambda: counts(filled[:2]), **given)
    assert problem.startswith(f"127.0.0.1:{filled[2]}: nothing listens")
