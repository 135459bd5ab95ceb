# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_recovery_test with real engines: what was restored is compared key by key."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.arguments import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.comparison import (
    COUNT_TAG,
    DIGEST_TAG,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.drill import run_drill
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outcome import Drill
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outlook import Outside
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.temporary import temporary_name
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.describe import KeyspaceOptions
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.nodes import describe_server
from redis.cluster import RedisCluster

from tests.component.playbooks import ROOT, Playbooks
from tests.component.recovery_drills import ENCRYPTED, GROUP, TOKEN
from tests.component.runs import Cloud, validated
from tests.standin.core.clock import Clock
from tests.standin.engines.waiting import wait_until
from tests.standin.server import Options, Standin

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

RATE = 1000
KEYS = 500
SOON = {"Delay": 0.05, "MaxAttempts": 600}
FUTURE = 4_102_444_800_000
"""In milliseconds, as Unix time: a moment that no test will see."""
SHARDS = {
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 0,
    "NumCacheClusters": None,
    "AutomaticFailoverEnabled": True,
    "ClusterMode": "enabled",
}


@dataclass(frozen=True)
class ServiceClock:
    """Seconds of service time."""

    def now(self) -> float:
        return time.monotonic() * RATE

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / RATE)


@dataclass
class Cache:
    """A replication group with data, and its recovery tests."""

    standin: Standin
    name: str = GROUP

    def __post_init__(self) -> None:
        self.cloud = Cloud(self.standin)
        self.api = self.cloud.session.client("elasticache")
        self.ca = str(self.standin.ca)

    def create(self, **members: Any) -> None:
        wanted = {"NumCacheClusters": 1, "AutomaticFailoverEnabled": False, **ENCRYPTED, **members}
        self.api.create_replication_group(
            ReplicationGroupId=self.name,
            ReplicationGroupDescription=self.name,
            CacheNodeType="cache.t4g.small",
            Engine="redis",
            EngineVersion="7.1",
            **{name: value for name, value in wanted.items() if value is not None},
        )
        self.settle()

    def remove(self) -> None:
        self.api.delete_replication_group(ReplicationGroupId=self.name)
        self.wait("replication_group_deleted")

    def settle(self) -> None:
        """Until the group and its members take the next change."""
        self.wait("replication_group_available")
        self.api.get_waiter("cache_cluster_available").wait(WaiterConfig=SOON)

    def wait(self, what: str) -> None:
        self.api.get_waiter(what).wait(ReplicationGroupId=self.name, WaiterConfig=SOON)

    def login(self) -> dict[str, Any]:
        group = self.api.describe_replication_groups(ReplicationGroupId=self.name)["ReplicationGroups"][0]
        place = group.get("ConfigurationEndpoint") or group["NodeGroups"][0]["PrimaryEndpoint"]
        return {
            "host": place["Address"],
            "port": place["Port"],
            "password": TOKEN,
            "ssl": True,
            "ssl_ca_certs": self.ca,
        }

    def client(self) -> redis.Redis:
        return redis.Redis(**self.login())

    def save(self, name: str, tags: Mapping[str, str] | None = None, **source: str) -> None:
        listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        self.api.create_snapshot(SnapshotName=name, Tags=listed, **(source or {"CacheClusterId": f"{self.name}-001"}))
        wait_until(f"{name} is available", lambda: self.is_saved(name), within=30)
        self.settle()

    def is_saved(self, name: str) -> bool:
        found = self.api.describe_snapshots(SnapshotName=name)["Snapshots"][0]
        return bool(found["SnapshotStatus"] == "available")

    def statuses(self) -> dict[str, str]:
        listed = self.api.describe_replication_groups()["ReplicationGroups"]
        return {each["ReplicationGroupId"]: each["Status"] for each in listed}

    def drill(self, **params: Any) -> Drill:
        given = {"replication_group_id": self.name, "password": TOKEN, "ca_path": self.ca, **params}
        session = Session(self.cloud.client, ServiceClock())
        request = build_request(validated(argument_spec(), given))
        found, _outlook = run_drill(session, request, Outside(), False)
        assert temporary_name(self.name) not in self.statuses()
        return found


def comparison_of(drill: Drill) -> tuple[str, bool]:
    assert drill.comparison is not None, drill.problems
    return drill.comparison.method, drill.comparison.identical


def fill(client: Any) -> None:
    for number in range(KEYS):
        client.set(f"key {number}", number)
    client.rpush("list", *range(50))
    client.set("session", "1", pxat=FUTURE)


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with Standin(Options(clock=Clock.accelerated(RATE))) as running:
        yield running


@pytest.fixture(scope="module")
def whole(standin: Standin) -> Iterator[Cache]:
    """Without cluster mode."""
    cache = Cache(standin)
    cache.create()
    yield cache
    cache.remove()


@pytest.fixture
def cache(whole: Cache) -> Iterator[Cache]:
    whole.client().flushall()
    fill(whole.client())
    yield whole
    for snapshot in whole.api.describe_snapshots()["Snapshots"]:
        whole.api.delete_snapshot(SnapshotName=snapshot["SnapshotName"])


def test_a_quiet_cache_is_proven_identical(cache: Cache) -> None:
    cache.save("quiet")
    found = cache.drill(comparison="digest", rate_limit=20_000)
    assert (found.problems, found.removed) == ([], True)
    assert comparison_of(found) == ("digest", True)
    assert found.comparison is not None
    assert (found.comparison.source_keys, found.comparison.restored_keys) == (KEYS + 2, KEYS + 2)


def test_a_cache_that_was_written_to_is_compared_by_counts(cache: Cache) -> None:
    cache.save("before")
    cache.client().set("key 0", "another value")
    found = cache.drill()
    assert (found.passed, comparison_of(found)) == (True, ("counts", False))
    assert "the digests differ" in (found.comparison.why if found.comparison else "")
    assert "is not proven" in cache.drill(comparison="digest").problems[0]


def test_keys_that_were_never_in_the_snapshot_are_missed(cache: Cache) -> None:
    cache.client().flushall()
    cache.save("empty")
    fill(cache.client())
    found = cache.drill()
    assert not found.passed
    assert f"0 keys were restored, the other side has {KEYS + 2}" in found.problems[0]


def test_keys_that_expired_on_the_way_are_no_loss(cache: Cache) -> None:
    """The application went on using them: it prolonged what the snapshot has with a time to live that is over."""
    client = cache.client()
    for number in range(KEYS):
        client.pexpire(f"key {number}", 1500)
    cache.save("sessions")
    for number in range(KEYS):
        client.expire(f"key {number}", 3600)
    time.sleep(1.5)
    found = cache.drill()
    assert (found.passed, comparison_of(found)) == (True, ("counts", False)), found.problems
    assert found.comparison is not None
    assert (found.comparison.restored_keys, found.comparison.expired_keys) == (2, KEYS)
    assert f"{KEYS} of the snapshot have expired since" in found.comparison.why


def test_a_recorded_digest_outlives_the_data(cache: Cache) -> None:
    cache.save("first")
    proven = cache.drill(snapshot_name="first", comparison="digest")
    assert comparison_of(proven) == ("digest", True)
    digest = digest_of(cache)
    cache.save("recorded", {DIGEST_TAG: digest, COUNT_TAG: str(KEYS + 2)})
    cache.save("altered", {DIGEST_TAG: digest[::-1], COUNT_TAG: str(KEYS + 2)})
    cache.client().flushall()
    assert comparison_of(cache.drill(snapshot_name="recorded", password="")) == ("recorded_digest", True)
    assert "not what was recorded" in cache.drill(snapshot_name="altered", password="").problems[0]


def digest_of(cache: Cache) -> str:
    login = cache.login()
    target = Target(login["host"], login["port"], ca_path=cache.ca, password=TOKEN)
    return str(describe_server(target, KeyspaceOptions())[0].total["digest"])


def test_the_module_reports_and_shows_no_secret(cache: Cache, tmp_path: Path) -> None:
    cache.save("quiet")
    options = {
        "replication_group_id": GROUP,
        "password": TOKEN,
        "ca_path": cache.ca,
        "recovery_time_objective": 1,
        "recovery_point_objective": 86400,
    }
    module = "redisops.cache.elasticache_recovery_test"
    playbooks = Playbooks(cache.standin, tmp_path)
    checked, reported, failed = playbooks.play(
        [
            {module: options, "check_mode": True},
            {module: {**options, "fail": False}},
            {module: options},
        ]
    )
    assert (checked["changed"], checked["drill"]["passed"], checked["plan"]["action"]) == (False, None, "create")
    assert (reported["changed"], reported["drill"]["passed"]) == (False, False)
    assert reported["drill"]["comparison"]["identical"] is True
    assert reported["drill"]["removed"] is True
    assert failed["failed"] is True
    assert failed["msg"].startswith("recovery_time_objective: it took ")
    assert failed["drill"]["problems"] == [failed["msg"]]
    shown = json.dumps([checked, reported, failed])
    assert TOKEN not in shown
    assert checked["plan"] == reported["plan"]


def test_a_playbook_that_is_interrupted_leaves_nothing(cache: Cache, tmp_path: Path) -> None:
    """By Ctrl-C, which every process of a terminal gets, while the temporary group is being made."""
    cache.save("quiet")
    usual = cache.standin.control.durations()["create_group"]
    cache.standin.control.set_durations(create_group=5 * RATE)
    options = {"replication_group_id": GROUP, "password": TOKEN, "ca_path": cache.ca}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": [{"redisops.cache.elasticache_recovery_test": options}],
    }
    path = tmp_path / "play.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(path)]
    environment = Playbooks(cache.standin, tmp_path).environment()
    output = subprocess.DEVNULL
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, stdin=output, stdout=output, stderr=output
    )
    try:
        wait_until("the temporary group is there", lambda: len(cache.statuses()) == 2, within=60)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(60) != 0
        wait_until("the temporary group is gone", lambda: len(cache.statuses()) == 1, within=60)
    finally:
        running.kill()
        cache.standin.control.set_durations(create_group=usual)


class TestCluster:
    @pytest.fixture
    def cache(self, standin: Standin) -> Iterator[Cache]:
        cache = Cache(standin, "sharded")
        cache.create(**SHARDS)
        yield cache
        cache.remove()

    def test_every_shard_is_read(self, cache: Cache) -> None:
        with RedisCluster(**cache.login()) as client:
            for number in range(KEYS):
                client.set(f"key {number}", number)
        cache.save("shards", ReplicationGroupId=cache.name)
        found = cache.drill(snapshot_name="shards", comparison="digest")
        assert (found.problems, comparison_of(found)) == ([], ("digest", True))
        assert found.comparison is not None
        assert found.comparison.restored_keys == KEYS
