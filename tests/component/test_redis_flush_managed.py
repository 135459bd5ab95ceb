# SPDX-License-Identifier: GPL-3.0-or-later
"""The flush of managed caches of the stand-in, whose engines are real: first a snapshot, and of the same cache."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush import run
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.arguments import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused

from tests.component.runs import Cloud, Killed
from tests.standin.core.clock import Clock
from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.node import Node
from tests.standin.server import Options, Standin

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Result = dict[str, Any]
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    with Standin(Options(state=tmp_path_factory.mktemp("aws"), clock=Clock.stepped())) as standin:
        yield standin


@dataclass
class Cache:
    """A group of the stand-in, by the address at which clients reach it. `params` are what all runs on it are given."""

    cloud: Cloud
    name: str
    host: str
    port: int
    params: dict[str, Any] = field(default_factory=dict)

    def client(self) -> redis.Redis:
        return redis.Redis(self.host, self.port, decode_responses=True)

    def fill(self, keys: int = 30) -> None:
        with self.client() as client:
            client.flushall()
            client.mset({f"key {number}": number for number in range(keys)})

    def size(self) -> int:
        with self.client() as client:
            return int(client.dbsize())

    def flush(self, check: bool = False, lives: int = 99, **params: Any) -> Result:
        """`lives`: the change to the account after which whoever flushes is killed."""
        given = {"name": self.name, "confirm": self.name, "host": self.host, "port": self.port, "all_databases": True}
        source = {} if "serverless_cache_name" in self.params else {"replication_group_id": self.name}
        validated = ArgumentSpecValidator(argument_spec()).validate(
            {**given, **source, "tls": False, **self.params, **params}
        )
        assert validated.error_messages == []
        return run.flush(validated.validated_parameters, self.cloud.mortal_session(lives), check)

    def refusal(self, **params: Any) -> str:
        """The same in check mode; no snapshot is taken, and every key stays."""
        before = (self.size(), self.snapshots())
        said = []
        for check in (True, False):
            with pytest.raises(Refused) as refused:
                self.flush(check, **params)
            said.append(str(refused.value))
        assert said[0] == said[1]
        assert (self.size(), self.snapshots()) == before
        return said[0]

    def snapshots(self) -> list[str]:
        listed = self.cloud.session.client("elasticache").describe_snapshots()["Snapshots"]
        return sorted(each["SnapshotName"] for each in listed)


@pytest.fixture(scope="module")
def shared(running: Standin) -> Cache:
    return made(Cloud(running), "shop", EngineVersion="7.0", NumCacheClusters=2)


@pytest.fixture
def shop(shared: Cache) -> Cache:
    """Keys, and no snapshots."""
    api = shared.cloud.session.client("elasticache")
    for name in shared.snapshots():
        api.delete_snapshot(SnapshotName=name)
    shared.cloud.standin.control.advance(HOUR)
    shared.fill()
    return shared


def made(cloud: Cloud, name: str, **members: Any) -> Cache:
    cloud.make_cache(name, **members)
    return found(cloud, name, {})


def found(cloud: Cloud, name: str, params: dict[str, Any]) -> Cache:
    groups = cloud.session.client("elasticache").describe_replication_groups(ReplicationGroupId=name)
    group = groups["ReplicationGroups"][0]
    endpoint = group.get("ConfigurationEndpoint") or group["NodeGroups"][0]["PrimaryEndpoint"]
    return Cache(cloud, name, endpoint["Address"], endpoint["Port"], params)


def test_a_snapshot_and_then_the_flush(shop: Cache) -> None:
    foretold = shop.flush(check=True)
    assert (foretold["snapshot"], foretold["snapshot_created"]) == ("shop-before-flush-1", None)
    assert (shop.snapshots(), shop.size()) == ([], 30)
    done = shop.flush()
    assert done["changes"] == foretold["changes"]
    assert done["changes"][0] == {"change": "snapshot", "snapshot": "shop-before-flush-1"}
    assert done["snapshot_created"]
    assert (done["flushed"], done["remaining"], shop.size()) == ({"0": 30}, {}, 0)
    again = shop.flush()
    assert (again["changed"], again["snapshot"], shop.snapshots()) == (False, None, ["shop-before-flush-1"])


def test_the_snapshot_has_what_was_flushed(running: Standin) -> None:
    """Also where the replica has fallen behind, which a snapshot would be of otherwise."""
    lagging = made(Cloud(running), "lagging", EngineVersion="7.0", NumCacheClusters=2)
    replica(running, "lagging").process.call("REPLICAOF", "127.0.0.1", 1)  # it follows nobody
    lagging.fill()
    done = lagging.flush()
    assert lagging.size() == 0
    restored = made(lagging.cloud, "restored", SnapshotName=done["snapshot"], EngineVersion="7.0")
    assert restored.size() == 30
    for name in ("restored", "lagging"):
        lagging.cloud.delete_cache(name)


def replica(standin: Standin, group: str) -> Node:
    """Its engine, to which things can be done that the service's clients may not do."""
    assert isinstance(standin.engines, RedisDriver)
    nodes = [node for each in standin.engines._groups.values() for node in each._nodes.values()]
    return next(node for node in nodes if node.node_id.endswith(f"{group}-002"))


def test_names_count_up(shop: Cache) -> None:
    for name in ("shop-before-flush-1", "shop-before-flush-2"):
        shop.fill()
        assert shop.flush()["snapshot"] == name


class TestKilled:
    """After the snapshot was asked for, and before anything was flushed."""

    def test_a_name_of_ones_own_is_taken_up_again(self, shop: Cache) -> None:
        with pytest.raises(Killed):
            shop.flush(lives=1, snapshot_name="mine")
        assert shop.size() == 30
        foretold, done = shop.flush(check=True, snapshot_name="mine"), shop.flush(snapshot_name="mine")
        assert "the snapshot mine was there already" in foretold["warnings"][-1]
        assert "the snapshot mine was there already" in done["warnings"][-1]
        assert [change["change"] for change in done["changes"]] == ["flushed"]
        assert (shop.snapshots(), shop.size()) == (["mine"], 0)

    def test_without_a_name_another_one_is_taken(self, shop: Cache) -> None:
        with pytest.raises(Killed):
            shop.flush(lives=1)
        assert shop.flush()["snapshot"] == "shop-before-flush-2"


def test_an_old_snapshot_will_not_do(shop: Cache) -> None:
    shop.flush(snapshot_name="Mine")
    shop.fill()
    shop.cloud.standin.control.advance(DAY)
    assert "snapshot_name: mine is there already" in shop.refusal(snapshot_name="Mine")


def test_a_snapshot_of_a_replica_that_is_there_already_will_do(shop: Cache) -> None:
    shop.cloud.session.client("elasticache").create_snapshot(SnapshotName="mine", CacheClusterId="shop-002")
    done = shop.flush(snapshot_name="mine")
    assert (done["snapshot"], shop.snapshots(), shop.size()) == ("mine", ["mine"], 0)


class TestRefused:
    def test_another_cache_than_the_one_that_is_flushed(self, shop: Cache) -> None:
        other = made(shop.cloud, "other")
        said = shop.refusal(replication_group_id="other")
        assert f"{shop.host}:{shop.port} is not an endpoint of other" in said
        assert f"which has {other.host}:{other.port}" in said

    def test_no_such_cache(self, shop: Cache) -> None:
        assert "nowhere does not exist in this account" in shop.refusal(replication_group_id="nowhere")

    def test_a_name_that_no_snapshot_can_have(self, shop: Cache) -> None:
        assert "snapshot_name" in shop.refusal(snapshot_name="no good")

    def test_the_endpoint_of_a_replica(self, shop: Cache) -> None:
        group = shop.cloud.session.client("elasticache").describe_replication_groups(ReplicationGroupId="shop")
        reader = group["ReplicationGroups"][0]["NodeGroups"][0]["ReaderEndpoint"]
        assert "is a replica" in shop.refusal(host=reader["Address"], port=reader["Port"])


def test_a_snapshot_that_cannot_be_taken_keeps_the_data(shop: Cache) -> None:
    control = shop.cloud.standin.control
    control.add_fault("error", "CreateSnapshot", code="SnapshotQuotaExceededFault", message="Too many.", status=400)
    try:
        with pytest.raises(Failure, match=r"Too many.*Nothing was flushed\.$"):
            shop.flush()
    finally:
        control.clear_faults()
    assert shop.size() == 30


def test_every_shard_of_a_cluster(running: Standin) -> None:
    cloud = Cloud(running)
    cloud.session.client("elasticache").create_replication_group(
        ReplicationGroupId="sharded",
        ReplicationGroupDescription="sharded",
        CacheNodeType="cache.t4g.micro",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=0,
        AutomaticFailoverEnabled=True,
        ClusterMode="enabled",
    )
    running.control.advance(HOUR)
    cluster = found(cloud, "sharded", {"cluster_mode": True})
    with redis.RedisCluster(cluster.host, cluster.port) as client:
        for number in range(50):
            client.set(f"key {number}", number)
    done = cluster.flush()
    assert (done["flushed"], len(done["nodes"]), done["snapshot"]) == ({"0": 50}, 2, "sharded-before-flush-1")
    assert cluster.flush()["changed"] is False


def test_a_serverless_cache(running: Standin) -> None:
    cloud = Cloud(running)
    api = cloud.session.client("elasticache")
    api.create_serverless_cache(ServerlessCacheName="cart", Engine="redis")
    running.control.advance(HOUR)
    endpoint = api.describe_serverless_caches(ServerlessCacheName="cart")["ServerlessCaches"][0]["Endpoint"]
    tls = {"tls": True, "ca_path": str(running.ca)}
    params = {"cluster_mode": True, "serverless_cache_name": "cart", **tls}
    cart = Cache(cloud, "cart", endpoint["Address"], endpoint["Port"], params)
    with redis.RedisCluster(cart.host, cart.port, ssl=True, ssl_ca_certs=str(running.ca)) as client:
        client.set("socks", 2)
    done = cart.flush()
    assert (done["flushed"], done["snapshot"]) == ({"0": 1}, "cart-before-flush-1")
    taken = api.describe_serverless_cache_snapshots(ServerlessCacheName="cart")["ServerlessCacheSnapshots"]
    assert [each["ServerlessCacheSnapshotName"] for each in taken] == ["cart-before-flush-1"]
    assert cart.flush()["changed"] is False
