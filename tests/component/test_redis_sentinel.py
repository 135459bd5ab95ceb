# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_sentinel and its core against a real Sentinel, which writes its file when it learns something."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinel.arguments import (
    sentinel_arguments,
    spec_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinel.run import Outcome, SentinelRun
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import UnitFailed
from ansible_collections.redisops.cache.plugins.modules import redis_sentinel

from tests.component.module_runs import run_module
from tests.component.redis_sentinels import WITHIN, SentinelProcess
from tests.component.redis_servers import Authority, Servers, free_port
from tests.standin.engines.waiting import wait_until

PASSWORD = "sentinels-of-tests-77120"
SECOND_PASSWORD = "sentinels-of-tests-99834"
AUTH_PASSWORD = "user-of-sentinel-44190"
EXAMPLE = "sentinel monitor mymaster 127.0.0.1 6379 2"

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Start = Callable[..., SentinelProcess]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    found = Servers(tmp_path)
    yield found
    for port in list(found.processes):
        found.stop(port)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a Sentinel whose file has these lines besides its address."""
    started: list[SentinelProcess] = []
    numbers = itertools.count(1)

    def start_one(*lines: str) -> SentinelProcess:
        sentinel = SentinelProcess(tmp_path / f"sentinel-{next(numbers)}", *lines)
        started.append(sentinel)
        sentinel.start()
        return sentinel

    yield start_one
    for sentinel in started:
        sentinel.stop()


def apply(sentinel: SentinelProcess, check: bool = False, **params: Any) -> Outcome:
    """The core, with the process in the place of the systemd unit."""
    given = {"config_file": str(sentinel.file), "name": "shop", "service": sentinel.name, **params}
    result = ArgumentSpecValidator(sentinel_arguments()).validate(given)
    assert result.error_messages == []
    run = SentinelRun(str(sentinel.file), Login(), sentinel, time, wait_timeout=WITHIN)
    return run.run(spec_from(result.validated_parameters), check)


def converge(sentinel: SentinelProcess, **params: Any) -> Outcome:
    """Check mode foretells the run, and a repeat changes nothing."""
    foretold = apply(sentinel, check=True, **params)
    done = apply(sentinel, **params)
    assert foretold.plan.to_dict() == done.plan.to_dict()
    again = apply(sentinel, **params)
    assert again.plan.is_empty, again.plan.changes
    return done


def changed(outcome: Outcome) -> list[str]:
    return [change.field for change in outcome.plan.changes]


class TestMonitoring:
    def test_the_packaged_example_gives_way(self, start: Start, servers: Servers) -> None:
        """Trap 20: MONITOR and SET go to the Sentinel, which writes its file itself; nothing is included."""
        sentinel = start(EXAMPLE)
        primary = servers.start()
        done = converge(
            sentinel, primary_host="127.0.0.1", primary_port=primary, quorum=1, down_after_milliseconds=5000
        )
        assert changed(done) == ["monitor mymaster", "monitor shop", "down-after-milliseconds"]
        assert sentinel.starts == 1
        sentinel.stop()
        sentinel.start()
        with sentinel.client() as client:
            assert client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop") == ["127.0.0.1", str(primary)]
        assert not any("mymaster" in line for line in sentinel.lines())
        assert [line for line in sentinel.lines() if line.startswith("sentinel monitor")] == [
            f"sentinel monitor shop 127.0.0.1 {primary} 1"
        ]

    def test_what_is_monitored_keeps_its_primary(self, start: Start, servers: Servers) -> None:
        """Trap 19: another primary than the declared one was promoted, and the Sentinel knows."""
        promoted, declared = servers.start(), servers.start()
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {promoted} 1")
        done = converge(sentinel, primary_host="127.0.0.1", primary_port=declared, parallel_syncs=2)
        assert changed(done) == ["parallel-syncs"]
        assert any("kept" in warning for warning in done.plan.warnings)
        assert done.as_dict()["primary"] == {"host": "127.0.0.1", "port": promoted}

    def test_settings_of_others_stay_and_removal(self, start: Start) -> None:
        sentinel = start(
            f"sentinel monitor shop 127.0.0.1 {free_port()} 1",
            "sentinel down-after-milliseconds shop 7000",
            f"sentinel monitor other 127.0.0.1 {free_port()} 2",
        )
        converge(sentinel, quorum=2)
        assert "sentinel down-after-milliseconds shop 7000" in sentinel.lines()
        assert changed(converge(sentinel, state="absent")) == ["monitor shop"]
        assert any(line.startswith("sentinel monitor other") for line in sentinel.lines())

    def test_secrets_and_renames(self, start: Start) -> None:
        """Trap 8: Sentinel is told the new names, SLAVEOF's among them."""
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {free_port()} 1")
        renames = {"config": "CONFIG-4f2a", "SLAVEOF": "FOLLOW-4f2a", "FLUSHALL": "", "KEYS": "K"}
        done = converge(sentinel, auth_user="sentinel", auth_password=AUTH_PASSWORD, renamed_commands=renames)
        assert changed(done) == ["auth-user", "auth-pass", "rename-command CONFIG", "rename-command SLAVEOF"]
        assert AUTH_PASSWORD not in repr(done.plan) + str(done.plan.to_dict())
        assert "sentinel rename-command shop SLAVEOF FOLLOW-4f2a" in sentinel.lines()
        done = converge(sentinel, auth_user="", auth_password="", renamed_commands={})
        assert len(done.plan.changes) == 4
        assert not any("rename-command" in line or "auth-" in line for line in sentinel.lines())

    @pytest.mark.parametrize(
        ("params", "words"),
        [
            ({"renamed_commands": {"CONFIG": "", "SlaveOf": ""}}, "cannot do without CONFIG, SLAVEOF"),
            ({"renamed_commands": {"PING": "P"}}, "leave the name"),
            ({"auth_password": "with a blank in it 1"}, "auth_password"),
            ({"directives": {"include": "/etc/shop.conf"}}, "redis#1980"),
            ({"directives": {"requirepass": AUTH_PASSWORD}}, "secret_directives"),
            ({"name": "unheard-of"}, "primary_host is needed"),
            ({"directives": {"port": 1}, "service": None}, "name its service"),
        ],
    )
    def test_refusals(self, start: Start, params: dict[str, Any], words: str) -> None:
        """Trap 8: without CONFIG or SLAVEOF no failover comes to its end."""
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {free_port()} 1")
        before = sentinel.lines()
        with pytest.raises(Refused, match=words):
            apply(sentinel, **params)
        assert sentinel.lines() == before


class TestOwnSettings:
    def test_they_survive_what_sentinel_writes(self, start: Start, servers: Servers) -> None:
        """Trap 21: no include that a rewritten line could win over, no edit under a Sentinel that runs."""
        primary = servers.start()
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {primary} 1")
        port = free_port()
        done = converge(sentinel, directives={"port": port, "protected-mode": True, "unixsocketperm": 700})
        assert done.as_dict()["restarted"]
        assert sentinel.starts == 2
        with sentinel.client() as client:
            client.execute_command("SENTINEL", "SET", "shop", "quorum", 2)
            client.execute_command("SENTINEL", "FLUSHCONFIG")
        assert {f"port {port}", "protected-mode yes", "unixsocketperm 700"} <= set(sentinel.lines())
        assert apply(sentinel, directives={"port": port, "protected-mode": True}).plan.is_empty
        with redis.Redis(port=port) as client:
            assert client.ping()

    def test_an_edit_under_a_running_sentinel_is_lost(self, start: Start) -> None:
        """Why it is stopped first."""
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {free_port()} 1", "sentinel down-after-milliseconds shop 1")
        sentinel.file.write_text(sentinel.file.read_text().replace("bind 127.0.0.1", "bind 127.0.0.2"))
        with sentinel.client() as client:
            client.execute_command("SENTINEL", "FLUSHCONFIG")
        assert "bind 127.0.0.1" in sentinel.lines()

    def test_a_changed_password_is_the_one_in_effect(self, start: Start) -> None:
        """The user that Sentinel has written down would bring the former one back."""
        sentinel = start(f"requirepass {PASSWORD}")
        assert any(line.startswith("user default on #") for line in sentinel.lines())
        params = {
            "sentinel_password": SECOND_PASSWORD,
            "secret_directives": {"requirepass": SECOND_PASSWORD},
            "primary_host": "127.0.0.1",
        }
        done = converge(sentinel, **params)
        assert SECOND_PASSWORD not in str(done.plan.to_dict()) + repr(done.plan)
        with sentinel.client(SECOND_PASSWORD) as client:
            assert client.ping()
        with sentinel.client(PASSWORD) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
        converge(sentinel, secret_directives={"requirepass": ""}, sentinel_password="")
        with sentinel.client() as client:
            assert client.ping()

    def test_a_bad_one_is_taken_back(self, start: Start) -> None:
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {free_port()} 1")
        before = sentinel.lines()
        with pytest.raises(Failure, match=r"(?s)taken back.*port forty"):
            apply(sentinel, directives={"port": "forty"})
        assert sentinel.lines() == before
        assert sentinel.answers

    def test_neither_new_nor_old_ones_start_it(self, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
        sentinel = start(f"sentinel monitor shop 127.0.0.1 {free_port()} 1")
        before = sentinel.lines()

        def fail() -> None:
            raise UnitFailed("it was made to fail")

        monkeypatch.setattr(sentinel, "start", fail)
        with pytest.raises(Failure, match=r"(?s)made to fail.*taken back, yet.*made to fail"):
            apply(sentinel, directives={"loglevel": "warning"})
        assert sentinel.lines() == before

    def test_a_stopped_one_is_started(self, start: Start) -> None:
        sentinel = start()
        sentinel.stop()
        done = apply(sentinel, primary_host="127.0.0.1", quorum=1)
        assert changed(done) == ["running", "monitor shop"]
        assert sentinel.answers

    def test_new_certificates_need_a_restart(self, start: Start, tmp_path: Path) -> None:
        """Trap 32: Sentinel has no command to read them anew."""
        authority = Authority(tmp_path)
        tls = [line for line in authority.settings("shop") if line.startswith("tls-c") or line.startswith("tls-k")]
        sentinel = start(*tls, f"tls-port {free_port()}", "tls-auth-clients no", "tls-replication yes")
        assert not apply(sentinel, primary_host="127.0.0.1").as_dict()["restarted"]
        authority.settings("shop")
        done = converge(sentinel, primary_host="127.0.0.1")
        assert changed(done) == [str(tmp_path / "shop.crt"), str(tmp_path / "shop.key")]
        assert sentinel.starts == 2


def test_the_module(start: Start) -> None:
    sentinel = start(EXAMPLE)
    given = {
        "config_file": str(sentinel.file),
        "name": "shop",
        "primary_host": "127.0.0.1",
        "primary_port": free_port(),
        "auth_password": AUTH_PASSWORD,
        "announce_ip": "127.0.0.1",
    }
    foretold = run_module(redis_sentinel.main, {**given, "_ansible_check_mode": True})
    done = run_module(redis_sentinel.main, given)
    assert (foretold["changed"], foretold["changes"], foretold["diff"]) == (True, done["changes"], done["diff"])
    assert not run_module(redis_sentinel.main, given)["changed"]
    refused = run_module(redis_sentinel.main, {**given, "directives": {"port": 1}})
    assert refused["failed"]
    assert "name its service" in refused["msg"]
    misplaced = AUTH_PASSWORD[::-1]
    assert misplaced not in str(run_module(redis_sentinel.main, {**given, "directives": {"requirepass": misplaced}}))


def test_the_quorum_is_awaited_after_a_restart(start: Start, servers: Servers) -> None:
    """Trap 32: so that a play with throttle 1 never has two Sentinels out of work."""
    primary = servers.start()
    monitor = f"sentinel monitor shop 127.0.0.1 {primary} 2"
    first, second = start(monitor), start(monitor)

    def sees_the_other() -> bool:
        with first.client() as client:
            return int(client.execute_command("SENTINEL", "MASTER", "shop")["num-other-sentinels"]) == 1

    wait_until("the Sentinels know each other", sees_the_other, within=WITHIN)
    assert apply(first, directives={"unixsocketperm": 700}).has_quorum
    assert second.starts == 1
