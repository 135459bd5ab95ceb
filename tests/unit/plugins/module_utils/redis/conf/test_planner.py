# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans from facts alone. What servers really do to data is in the component tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.document import Claim, edit_main, render_file
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.facts import (
    Candidate,
    Certificates,
    Disk,
    Facts,
    Observed,
    Present,
    Spoken,
    State,
    Terms,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.lines import Line
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.names import canonical
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.plan import PlanRefused, Switch
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.planner import plan_changes
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import build_wanted

MAIN, RESTART, LIVE = "/etc/redis/redis.conf", "/ours/restart.conf", "/ours/live.conf"
FIXED = {"aclfile", "databases", "unixsocket"}
NOW = {
    "aclfile": "",
    "appendonly": "no",
    "bind": "127.0.0.1",
    "databases": "16",
    "dbfilename": "dump.rdb",
    "dir": "/data",
    "maxmemory": "0",
    "port": "6379",
    "protected-mode": "yes",
    "requirepass": "",
    "save": "3600 1",
    "tls-auth-clients": "yes",
    "tls-port": "0",
    "unixsocket": "",
}
MAY = Terms("redis-server.service")
RUNNING = Present(State.RUNNING, Configuration.of(MAIN, ""), Observed(NOW), info={"role": "master"})
STOPPED = replace(RUNNING, state=State.STOPPED, info={})
UNREACHABLE = replace(STOPPED, state=State.UNREACHABLE)
KEYS = {"db0": 7}


def facts(directives: dict[str, Any], present: Present = RUNNING, renamed: dict[str, str] | None = None) -> Facts:
    """Of a host that had no files of ours."""
    wanted = build_wanted(directives, {}, renamed or {})
    claim = Claim((RESTART, LIVE), wanted.names, frozenset(wanted.renamed))
    configuration = present.configuration.followed_by(*wanted.lines)
    then = {**NOW, **{line.name: " ".join(line.arguments) for line in wanted.lines if line.name != "rename-command"}}
    if present is RUNNING:
        present = replace(present, names={name: Spoken(name) for name in wanted.renamed})
    fixed = dict.fromkeys(FIXED & wanted.names, "can't set immutable config")
    candidate = Candidate(configuration, Observed(then), fixed, is_open=False)
    written = {
        RESTART: render_file(
            (each for each in wanted.directives if canonical(each.name) in FIXED), wanted.renamed.items()
        ),
        LIVE: render_file(each for each in wanted.directives if canonical(each.name) not in FIXED),
        MAIN: edit_main(MAIN, "", claim).text,
    }
    texts = {RESTART: None, LIVE: None, MAIN: ""}
    return Facts(wanted, claim, MAY, candidate, present, Disk(), None, texts, written)


def hows(given: Facts) -> dict[str, str]:
    return {
        change.directive: change.how.value for change in plan_changes(given).changes if change.directive != "include"
    }


def test_live_restart_and_only_written() -> None:
    plan = plan_changes(facts({"maxmemory": 64, "databases": 4, "save": "3600 1"}))
    assert {change.directive: change.how.value for change in plan.changes} == {
        "databases": "restart",
        "include": "next_start",
        "maxmemory": "live",
        "save": "next_start",
    }
    assert plan.restart
    assert not plan.pending
    assert plan.settings["maxmemory"] == "64"
    assert "databases" not in plan.settings
    assert set(plan.written) == {MAIN, RESTART, LIVE}


@pytest.mark.parametrize("terms", [Terms("redis-server.service", restart=False), Terms()])
def test_what_may_not_be_restarted_waits(terms: Terms) -> None:
    given = replace(facts({"databases": 4}), terms=terms)
    assert hows(given) == {"databases": "next_start"}
    assert plan_changes(given).pending
    done = replace(given, texts=dict(given.written))
    assert plan_changes(done).changes == ()
    assert plan_changes(done).pending


def test_a_stopped_server_changes_at_its_next_start() -> None:
    plan = plan_changes(facts({"maxmemory": 64, "databases": 4}, STOPPED))
    assert {change.how.value for change in plan.changes} == {"next_start"}
    assert plan.settings == {}
    assert not plan.restart


@pytest.mark.parametrize(
    ("present", "disk", "switch"),
    [
        (RUNNING, Disk(), Switch.ON),
        (replace(RUNNING, has_config=False), Disk(), Switch.NONE),
        (STOPPED, Disk(), Switch.NONE),
        (STOPPED, Disk(rdb_has_data=True), Switch.AFTER_START),
        (STOPPED, Disk(rdb_has_data=True, aof_exists=True, aof_has_data=True), Switch.AFTER_START),
    ],
)
def test_ways_to_an_aof(present: Present, disk: Disk, switch: Switch) -> None:
    """Traps 1 and 2: only a server without data may simply start with it."""
    assert plan_changes(replace(facts({"appendonly": True}, present), disk=disk)).switch is switch


@pytest.mark.parametrize("present", [replace(RUNNING, has_config=False, keys=KEYS), UNREACHABLE])
def test_no_way_to_an_aof(present: Present) -> None:
    """Trap 1."""
    given = replace(facts({"appendonly": True}, present), disk=Disk(rdb_has_data=True))
    assert "cannot be told to switch by CONFIG SET" in plan_changes(given).refusals[0]


def test_refused_changes_are_told_with_the_others() -> None:
    given = facts({"bind": "0.0.0.0", "protected-mode": False, "maxmemory": 64})
    plan = plan_changes(replace(given, candidate=replace(given.candidate, is_open=True)))
    assert {change.directive: change.how.value for change in plan.changes if change.directive != "include"} == {
        "bind": "refused",
        "maxmemory": "live",
        "protected-mode": "refused",
    }
    assert len(plan.refusals) == 2
    refused = PlanRefused(plan)
    assert refused.changes == plan.changes
    assert "2 problems" in str(refused)


def test_a_door_without_a_port_is_shut() -> None:
    given = facts({"bind": "0.0.0.0", "port": 0, "tls-port": 6379})
    assert not plan_changes(replace(given, candidate=replace(given.candidate, is_open=True))).refusals


def test_doors_wait_for_users() -> None:
    """Trap 13: the users of an ACL file are there after the restart only."""
    given = facts({"aclfile": "/a", "bind": "0.0.0.0", "maxmemory": 64})
    assert hows(given) == {"aclfile": "restart", "bind": "restart", "maxmemory": "live"}
    waiting = replace(given, terms=Terms())
    assert hows(waiting) == {"aclfile": "next_start", "bind": "next_start", "maxmemory": "live"}


@pytest.mark.parametrize("name", ["dir", "dbfilename"])
def test_data_that_would_stay_behind(name: str) -> None:
    with_keys = facts({name: "/elsewhere"}, replace(RUNNING, keys=KEYS))
    assert "the data lie in the old place" in plan_changes(with_keys).refusals[0]
    stopped = facts({name: "/elsewhere"}, STOPPED)
    assert not plan_changes(stopped).refusals
    assert plan_changes(replace(stopped, disk=Disk(rdb_has_data=True))).refusals
    assert not plan_changes(replace(stopped, disk=Disk(rdb_has_data=True, moved_has_data=True))).refusals


def test_a_new_name_and_the_aof() -> None:
    """Trap 10."""
    appending = replace(
        RUNNING, observed=Observed({**NOW, "appendonly": "yes"}), names={"FLUSHALL": Spoken("FLUSHALL")}
    )
    given = facts({"appendonly": True}, appending, renamed={"FLUSHALL": ""})
    dirty = replace(given, disk=Disk(dirty=frozenset({"FLUSHALL"})))
    assert plan_changes(given).rewrite_first == frozenset()
    assert plan_changes(dirty).rewrite_first == {"FLUSHALL"}
    assert not plan_changes(dirty).refusals
    assert plan_changes(replace(dirty, terms=Terms())).refusals
    assert plan_changes(replace(dirty, present=replace(appending, state=State.STOPPED))).refusals


@pytest.mark.parametrize("info", [{"role": "slave"}, {"role": "master", "connected_slaves": "2"}])
def test_what_replicas_are_sent_keeps_its_name(info: dict[str, str]) -> None:
    """Trap 11: a replica that knows a command by another name goes on with other data, and hardly says so."""
    given = facts({}, renamed={"DEL": "our-del"})
    assert not plan_changes(given).refusals
    assert "its replicas" in plan_changes(replace(given, present=replace(given.present, info=info))).refusals[0]


def test_a_certificate_that_is_not_served_yet() -> None:
    """Trap 32."""
    given = replace(facts({"maxmemory": "0"}), certificates=Certificates("/tls/server.crt", "aa", "bb"))
    then = {**given.candidate.observed.settings, "tls-cert-file": "/tls/server.crt"}
    given = replace(given, candidate=replace(given.candidate, observed=Observed(then)))
    assert hows(given)["tls-cert-file"] == "live"
    assert plan_changes(given).settings["tls-cert-file"] == "/tls/server.crt"
    same = replace(given, certificates=Certificates("/tls/server.crt", "bb", "bb"))
    assert "tls-cert-file" not in hows(same)
    unseen = replace(given, certificates=Certificates("/tls/server.crt", None, "bb"))
    assert "did not show its certificate" in plan_changes(unseen).warnings[0]


def test_a_server_that_is_older_than_its_files() -> None:
    for present in (replace(RUNNING, has_config=False, is_stale=True), UNREACHABLE):
        assert hows(facts({"maxmemory": "0"}, present))["restart"] == "restart"


def test_a_name_that_was_ours_and_is_no_more() -> None:
    """Its line comes from the old file, under the name it had there."""
    given = facts({"maxmemory": 64})
    claim = replace(given.claim, names=given.claim.names | {"replica-priority"})
    observed = Observed({**NOW, "slave-priority": "10"})
    present = replace(RUNNING, observed=observed, configuration=RUNNING.configuration.followed_by(Line.of("port", "1")))
    then = Observed({**given.candidate.observed.settings, "slave-priority": "100"})
    given = replace(given, claim=claim, present=present, candidate=replace(given.candidate, observed=then))
    given = replace(given, texts={**given.texts, LIVE: "slave-priority 10\n"})
    assert hows(given)["slave-priority"] == "live"


@pytest.mark.parametrize(
    ("version", "is_refused"), [("6.2.14", True), ("7.0.15", False), ("8.1.1", False), ("", False)]
)
def test_a_release_that_takes_settings_only_one_by_one(version: str, is_refused: bool) -> None:
    given = facts({"maxmemory": "1gb"})
    observed = replace(given.candidate.observed, version=version)
    plan = plan_changes(replace(given, candidate=replace(given.candidate, observed=observed)))
    assert plan.refusals == (
        (f"version: the server is of release {version}: install Redis 7.0 or newer, or Valkey",) if is_refused else ()
    )
