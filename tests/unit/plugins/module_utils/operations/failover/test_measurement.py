# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing client of a failover: the way in, its warm beginning, and an end in which nothing can be read back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover import measurement as subject
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.aim import take_aim
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import Facts
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.measurement import (
    Entrance,
    Measurement,
    addresses_of,
    find_entrance,
    look_inside,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.waiting import wait_until

from tests.unit.plugins.module_utils.operations.failover.samples import describe_shard, group, sharded, spec
from tests.unit.plugins.module_utils.redis.writing.fake_server import FakeServer

PROMOTED = "run_id:5e6f\r\nmaster_replid:0789\r\n"
STILL_OLD = "the server does not have the expected role: it is the primary that was"
ENDPOINT = {"Address": "master.phb.example.com", "Port": 6380}


@dataclass(frozen=True)
class FakeEntrance(Entrance):
    target: Target = field(default_factory=lambda: Target("master.phb.example.com"))
    slot: int | None = None
    server: Any = field(default_factory=FakeServer)

    def route(self) -> Any:
        return self.server


@dataclass
class Endpoint:
    """A name that can be made to lead to another server."""

    server: FakeServer

    def open(self) -> FakeServer:
        return self.server.open()


def measurement(entrance: Entrance) -> Measurement:
    found = group()
    return Measurement(spec(wait_timeout=60), take_aim(spec(), Facts(found), found), entrance)


@pytest.fixture(autouse=True)
def _quick_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BASELINE_WRITES", 2)


def test_with_cluster_mode_disabled_the_endpoint_leads_to_the_primary() -> None:
    shard = {**describe_shard("0001", ("phb-001", "phb-002"), False), "PrimaryEndpoint": ENDPOINT}
    found = group(NodeGroups=[shard], TransitEncryptionEnabled=True)
    entrance = find_entrance(spec(username="drill", password="Zw8kQ2vXr5Lm9TnB4yHd"), found, "")
    assert entrance is not None
    assert (entrance.target.label, entrance.slot) == ("master.phb.example.com:6380", None)
    assert (entrance.target.tls, entrance.target.username) == (True, "drill")


def test_in_cluster_mode_a_slot_of_the_shard_leads_there() -> None:
    entrance = find_entrance(spec(), sharded(ConfigurationEndpoint=ENDPOINT), "8192-16383")
    assert entrance is not None
    assert (entrance.target.label, entrance.slot, entrance.target.tls) == ("master.phb.example.com:6380", 8192, False)


def test_a_group_that_is_not_made_yet_has_no_entrance() -> None:
    assert find_entrance(spec(), group(), "") is None
    assert find_entrance(spec(), sharded(ConfigurationEndpoint=ENDPOINT), "") is None


def test_a_replica_behind_the_endpoint_is_not_taken_for_the_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "READ_BACK_SECONDS", 0.0)
    entrance = FakeEntrance()
    with measurement(entrance).running() as running:
        entrance.server.failure = CheckError("READONLY")
        judgment, unread = running.conclude()
    assert (judgment.lost, unread) == (None, "the server is a replica and takes no writes")


def test_a_library_that_is_missing_is_a_problem_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "REDIS_IMPORT_ERROR", "no module named redis")
    problem, _primary = look_inside(FakeEntrance(), group())
    assert problem is not None
    assert problem.startswith("measure: it takes redis >= 4.3")


def test_a_name_that_does_not_resolve_has_no_addresses() -> None:
    assert addresses_of("no-such-host.invalid") == []


def test_all_is_written_read_back_and_removed() -> None:
    entrance = FakeEntrance()
    with measurement(entrance).running() as running:
        entrance.server.info = PROMOTED
        assert running.why_not_moved() is None
        judgment, unread = running.conclude()
        assert running.remove_keys() == ()
    assert (judgment.lost, unread) == (0, None)
    assert judgment.acknowledged >= 2
    assert entrance.server.held == {}


def test_the_primary_that_was_is_not_taken_for_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint's name may lead there for minutes yet, and what was written there would be found there."""
    monkeypatch.setattr(subject, "READ_BACK_SECONDS", 0.0)
    entrance = FakeEntrance()
    with measurement(entrance).running() as running:
        assert running.why_not_moved() == STILL_OLD
        judgment, unread = running.conclude()
        assert running.remove_keys() == ()
    assert (judgment.lost, unread) == (None, STILL_OLD)
    assert entrance.server.held == {}


def test_the_client_itself_has_to_have_moved() -> None:
    """The primary that was still acknowledges all it writes, though whoever connects anew comes to the new one."""
    former, promoted = FakeServer(), FakeServer(info=PROMOTED)
    endpoint = Endpoint(former)
    with measurement(FakeEntrance(server=endpoint)).running() as running:
        endpoint.server = promoted
        assert running.why_not_moved() == subject.LEFT_BEHIND
        former.failure = CheckError("CONNECTION_CLOSED")
        told, _attempts = wait_until(running.why_not_moved, lambda told: told is None, 30.0, time)
        judgment, unread = running.conclude()
    assert (told, unread) == (None, None)
    assert judgment.lost == len(former.held) - 1, "all that went to the primary that was, but for number 0"


def test_whom_nobody_tells_apart_is_believed() -> None:
    entrance = FakeEntrance(server=FakeServer(info=CheckError("NOPERM", "no INFO")))
    with measurement(entrance).running() as running:
        assert running.why_not_moved() is None
        assert running.conclude()[1] is None


def test_keys_outlive_all_waits_of_a_run() -> None:
    """For the promotion, for writes and for the replacement: a key that ended before would be taken for a lost one."""
    entrance = FakeEntrance()
    with measurement(entrance).running():
        pass
    lives = {words[4] for words in entrance.server.sent if words[0] == "SET"}
    assert lives == {3 * 60 + subject.REST_OF_LIFE}


def test_nothing_is_asked_for_where_the_client_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BASELINE_SECONDS", 0.0)
    monkeypatch.setattr(subject, "BASELINE_WRITES", 1_000_000)
    entrance = FakeEntrance()
    with (
        pytest.raises(Failure, match=r"of 1000000 writes .* No failover"),
        measurement(entrance).running(),
    ):
        pytest.fail("it was not warm")
    entrance.server.failure = CheckError("NOPERM", "no SET")
    with pytest.raises(Failure, match=r"may not do this: no SET\. No failover"), measurement(entrance).running():
        pytest.fail("it may not write")


def test_what_a_run_that_failed_has_written_is_removed() -> None:
    entrance = FakeEntrance()
    with pytest.raises(Failure, match="refused"), measurement(entrance).running():
        raise Failure("refused")
    assert [words for words in entrance.server.sent if words[0] == "DEL"]
    assert entrance.server.held == {}


def test_a_primary_that_never_answers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses are unknown then, rather than none."""
    monkeypatch.setattr(subject, "READ_BACK_SECONDS", 0.0)
    entrance = FakeEntrance()
    with measurement(entrance).running() as running:
        entrance.server.failure = CheckError("CONNECTION_REFUSED", "10.0.0.1 port 6379")
        assert running.why_not_moved() == "nothing listens at the address and port: 10.0.0.1 port 6379"
        judgment, unread = running.conclude()
        (warning,) = running.remove_keys()
    assert judgment.lost is None
    assert unread == "nothing listens at the address and port: 10.0.0.1 port 6379"
    assert warning.endswith(f"they end by themselves within {180 + subject.REST_OF_LIFE} seconds.")
