# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_failover with real engines: what a writing client sees of a failover, and what is lost by it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.outcome import Outcome
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.run import fail_over
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.modules.elasticache_failover import EXAMPLES
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.component.playbooks import Playbooks
from tests.component.runs import boto_session, validated
from tests.standin.core.clock import Clock
from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.node import Node
from tests.standin.server import Options, Standin

NAME = "phb-redis-cache"
TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
RATE = 60
SHARDED: dict[str, Any] = {
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 1,
    "ClusterMode": "enabled",
    "AutomaticFailoverEnabled": True,
}
SAFE: dict[str, Any] = {"NumCacheClusters": 2, "AutomaticFailoverEnabled": True}
ENCRYPTED: dict[str, Any] = {"TransitEncryptionEnabled": True, "AuthToken": TOKEN}
SOON = {"Delay": 0.1, "MaxAttempts": 600}


class HurriedClock:
    """Service time passes on this clock as it does in the stand-in."""

    def now(self) -> float:
        return time.monotonic() * RATE

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / RATE)


@dataclass(frozen=True)
class Cache:
    """The group, and clients that come to it by its endpoints."""

    standin: Standin

    @property
    def api(self) -> Any:
        return boto_session().client("elasticache", endpoint_url=self.standin.url)

    def make(self, name: str = NAME, **members: Any) -> None:
        given = {"CacheNodeType": "cache.t4g.micro", "ReplicationGroupDescription": name, **members}
        self.api.create_replication_group(ReplicationGroupId=name, **given)
        self.api.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=SOON)
        self.api.get_waiter("cache_cluster_available").wait(WaiterConfig=SOON)

    def run(self, check: bool = False, **params: Any) -> Outcome:
        given = {"replication_group_id": NAME, "confirm": NAME, **params}
        session = Session(lambda _service: self.api, HurriedClock())
        return fail_over(session, validated(argument_spec(), given), check)

    def client(self, endpoint: dict[str, Any], **options: Any) -> redis.Redis:
        return redis.Redis(endpoint["Address"], endpoint["Port"], retry=Retry(NoBackoff(), 0), **options)

    def primary(self, **options: Any) -> redis.Redis:
        (shard,) = self.api.describe_replication_groups()["ReplicationGroups"][0]["NodeGroups"]
        return self.client(shard["PrimaryEndpoint"], **options)

    def node(self, name: str) -> Node:
        """The engine of a member, by whom things can be done to it that the service's clients may not do."""
        driver = self.standin.engines
        assert isinstance(driver, RedisDriver)
        return next(
            node for group in driver._groups.values() for node in group._nodes.values() if node.node_id.endswith(name)
        )


@pytest.fixture
def cache() -> Iterator[Cache]:
    with Standin(Options(clock=Clock.accelerated(RATE), durations={"create_group": RATE})) as standin:
        yield Cache(standin)


def test_the_interruption_is_measured_and_every_write_accounted_for(cache: Cache) -> None:
    cache.make(**SAFE, **ENCRYPTED)
    ca = str(cache.standin.ca)
    cache.primary(password=TOKEN, ssl=True, ssl_ca_certs=ca).set("drug:1", "aspirin")
    outcome = cache.run(password=TOKEN, ca_path=ca)
    told = outcome.as_dict()
    assert (told["previous_primary"], told["new_primary"]) == (f"{NAME}-001", f"{NAME}-002")
    assert_interrupted(told)
    assert TOKEN not in repr(outcome)
    left = cache.primary(password=TOKEN, ssl=True, ssl_ca_certs=ca).keys("*")
    assert left == [b"drug:1"], "what was there is untouched, what the client wrote is gone"


def assert_interrupted(told: dict[str, Any]) -> None:
    writes = told["writes"]
    assert told["interruption_seconds"] > 0
    assert told["interrupted_from"] <= told["first_refused"] < told["interrupted_until"]
    assert told["started"] < told["interrupted_until"] < told["finished"]
    assert "CONNECTION_" in told["longest_error"]
    assert writes["refused"] > 0
    assert writes["attempted"] == writes["acknowledged"] + writes["refused"]
    assert 0 < writes["acknowledged_before_failover"] < writes["acknowledged"]
    assert writes["confirmed"] > 0
    assert writes["lost_confirmed"] == 0


def test_a_write_that_was_not_replicated_is_reported_as_lost(cache: Cache) -> None:
    cache.make(**SAFE)
    replica = cache.node(f"{NAME}-002")
    cache.primary().set("drug:1", "aspirin")
    cache.primary().execute_command("WAIT", 1, 10_000)
    replica.process.call("REPLICAOF", "127.0.0.1", 1)  # it follows nobody, and hears of no write from now on
    outcome = cache.run()
    writes = outcome.as_dict()["writes"]
    assert outcome.new == f"{NAME}-002"
    assert writes["lost_before_failover"] == writes["acknowledged_before_failover"] > 0
    assert writes["lost"] >= writes["lost_before_failover"]
    assert writes["acknowledged"] > writes["lost"], "the new primary keeps what it has acknowledged"
    assert writes["lost_confirmed"] == 0
    (warning,) = outcome.warnings
    assert f"{writes['lost']} of {writes['acknowledged']} acknowledged writes are lost" in warning
    assert cache.primary().keys("*") == [b"drug:1"]


def test_in_cluster_mode_the_client_follows_the_shard(cache: Cache) -> None:
    cache.make(**SHARDED)
    foretold = cache.run(True, node_group_id="0002")
    assert (foretold.previous, foretold.aim.candidates) == (f"{NAME}-0002-001", (f"{NAME}-0002-002",))
    told = cache.run(node_group_id="0002").as_dict()
    assert (told["previous_primary"], told["new_primary"]) == (f"{NAME}-0002-001", f"{NAME}-0002-002")
    assert_interrupted(told)
    for number in (1, 2):
        assert cache.node(f"{NAME}-000{number}-001").process.call("DBSIZE") == 0
    back = cache.run(node_group_id="0002", wait=False).as_dict()
    assert (back["previous_primary"], back["new_primary"]) == (f"{NAME}-0002-002", f"{NAME}-0002-001")


def test_a_promotion_is_measured_too(cache: Cache) -> None:
    cache.make(NumCacheClusters=2)
    told = cache.run(promote=f"{NAME}-002").as_dict()
    assert (told["kind"], told["new_primary"]) == ("promotion", f"{NAME}-002")
    assert told["writes"]["lost"] == 0
    assert told["interruption_seconds"] > 0
    assert cache.primary().keys("*") == []


def test_a_client_that_cannot_write_is_found_out_before(cache: Cache) -> None:
    cache.make(**SAFE, **ENCRYPTED)
    with pytest.raises(Refused) as refused:
        cache.run(password="Pq7jS3cXf6Rn2VbK8wGt", ca_path=str(cache.standin.ca))
    assert "measure: no client can write through" in str(refused.value)
    assert "the server refuses user and password" in str(refused.value)
    assert cache.standin.control.calls("TestFailover") == []


def test_the_examples_run(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are in the module's documentation, each in a process of its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(cache.standin.ca))
    cache.make(**SAFE, **ENCRYPTED)
    cache.make("caroud-sessions", **SHARDED, **ENCRYPTED)
    cache.make("vibewell-cache", NumCacheClusters=2)
    cache.api.modify_replication_group(
        ReplicationGroupId="vibewell-cache", PrimaryClusterId="vibewell-cache-002", ApplyImmediately=True
    )
    cache.api.get_waiter("replication_group_available").wait(ReplicationGroupId="vibewell-cache", WaiterConfig=SOON)
    tasks = [{**task, "vars": {"cache_auth_token": TOKEN}} for task in yaml.safe_load(EXAMPLES)]
    measured, asserted, second_shard, back = Playbooks(cache.standin, tmp_path).play(tasks)
    assert_interrupted(measured["failover"])
    assert measured["diff"] == {"before": {"primary": f"{NAME}-001"}, "after": {"primary": f"{NAME}-002"}}
    assert not asserted["changed"]
    assert_interrupted(second_shard["failover"])
    assert back["failover"]["new_primary"] == "vibewell-cache-001"
    assert TOKEN not in json.dumps([measured, second_shard])
