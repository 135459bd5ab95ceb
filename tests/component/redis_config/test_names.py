# SPDX-License-Identifier: GPL-3.0-or-later
"""Renamed and removed commands."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows
from tests.standin.engines.waiting import wait_until

PASSWORD = "names-of-component-tests-1848"


def test_renamed_with_a_restart_and_followed_by_what_comes_after(place: Place) -> None:
    """Trap 12: a new name is known from the start only. CONFIG under its new name goes on to serve this module."""
    result = place.converge({"maxmemory": "64mb"}, renamed={"CONFIG": "our-config", "FLUSHALL": ""})
    assert by_directive(result)["rename-command CONFIG"]["after"] == "our-config"
    assert result.applied.restarted
    result = place.converge({"maxmemory": "32mb"}, renamed={"CONFIG": "our-config", "FLUSHALL": ""})
    assert hows(result)["maxmemory"] == "live"
    assert place.service.starts == 2
    result = place.converge({"maxmemory": "32mb"})
    assert by_directive(result)["rename-command CONFIG"]["after"] == "CONFIG"
    assert place.service.starts == 3


def test_a_run_that_was_killed_before_its_restart_is_finished(place: Place) -> None:
    """The files know CONFIG by a name that the process does not know yet; it is asked for the names that it knows."""
    renamed = {"CONFIG": "our-config", "DEBUG": ""}
    place.configure({"maxmemory": "64mb"}, renamed=renamed, restart=False)
    result = place.converge({"maxmemory": "64mb"}, renamed=renamed)
    assert hows(result) == {"rename-command CONFIG": "restart", "rename-command DEBUG": "restart"}
    assert result.applied.restarted


def test_a_server_without_config(place: Place) -> None:
    """Its settings come from the files, everything needs a restart, and newer files are seen by the process' age."""
    removed = {"CONFIG": ""}
    place.converge({"maxmemory": "64mb"}, renamed=removed)
    result = place.converge({"maxmemory": "32mb"}, renamed=removed)
    assert by_directive(result)["maxmemory"]["before"] == str(64 * 1024**2)
    assert hows(result)["maxmemory"] == "restart"
    place.configure({"maxmemory": "16mb"}, renamed=removed, restart=False)
    result = place.converge({"maxmemory": "16mb"}, renamed=removed)
    assert hows(result) == {"restart": "restart"}


@pytest.mark.parametrize("appends", ["appendonly yes", "appenddirname aofs"])
def test_a_command_that_sits_in_the_aof(make_place: MakePlace, appends: str) -> None:
    """Trap 10: the server would not start. The AOF is rewritten first, and no longer has it."""
    place = make_place("appendonly yes", appends)
    place.service.start()
    with place.client() as client:
        client.set("before", "1")
        client.flushall()
        client.set("kept", "yes")
    result = place.converge({}, renamed={"FLUSHALL": ""})
    assert hows(result)["rename-command FLUSHALL"] == "restart"
    with place.client() as client:
        assert client.get("kept") == "yes"
        assert client.info("commandstats").get("cmdstat_flushall") is None


def test_a_name_of_ours_that_sits_in_the_aof(make_place: MakePlace) -> None:
    """Trap 10: the AOF has commands by the names that clients used, which may be the new ones."""
    place = make_place("appendonly yes", "rename-command FLUSHALL old-flushall")
    place.service.start()
    with place.client() as client:
        client.execute_command("old-flushall")
        client.set("kept", "yes")
    place.converge({}, renamed={"FLUSHALL": "new-flushall"})
    with place.client() as client:
        assert client.get("kept") == "yes"


def test_a_rewrite_that_keeps_the_command(make_place: MakePlace) -> None:
    """Trap 10: without an RDB preamble the AOF has functions by the command that made them."""
    place = make_place("appendonly yes", "aof-use-rdb-preamble no")
    place.service.start()
    with place.client() as client:
        client.function_load("#!lua name=ours\nredis.register_function('one', function() return 1 end)")
    before = place.files()
    with pytest.raises(Refused, match="FUNCTION: the AOF has them even after a BGREWRITEAOF"):
        place.configure({"aof-use-rdb-preamble": "no"}, renamed={"FUNCTION": ""})
    assert place.files().keys() == before.keys()
    assert place.service.starts == 1


def test_a_stopped_server_with_the_command_in_its_aof(make_place: MakePlace) -> None:
    """Trap 10: nobody can rewrite it."""
    place = make_place("appendonly yes")
    place.service.start()
    with place.client() as client:
        client.flushall()
    place.service.stop()
    with pytest.raises(Refused, match="the AOF has FLUSHALL in it, so the server would not start"):
        place.configure({}, renamed={"FLUSHALL": ""})
    assert hows(place.configure({}, renamed={"FLUSHDB": ""}))["rename-command FLUSHDB"] == "next_start"


def test_no_new_name_without_a_restart_while_there_is_an_aof(make_place: MakePlace) -> None:
    """Trap 10: until the restart, clients could put the old name into the AOF again."""
    place = make_place("appendonly yes")
    place.service.start()
    with pytest.raises(Refused, match="could put FLUSHALL into the AOF until the restart"):
        place.configure({}, renamed={"FLUSHALL": ""}, restart=False)
    assert hows(place.configure({}, renamed={"DEBUG": ""}, restart=False))["rename-command DEBUG"] == "next_start"


def test_what_the_server_itself_writes_keeps_its_name(make_place: MakePlace) -> None:
    """Traps 10 and 11: an expired key is a DEL in the AOF and for the replicas, whatever clients call that."""
    place = make_place("appendonly yes")
    place.service.start()
    with pytest.raises(Refused, match="the server itself writes this command"):
        place.configure({}, renamed={"DEL": "our-del"})
    plain = make_place()
    plain.service.start()
    assert plain.converge({}, renamed={"DEL": "our-del"}).applied.restarted


def test_what_a_sentinel_needs(make_place: MakePlace) -> None:
    """Trap 8: a Sentinel cannot fail over without CONFIG, nor with a new name that it was not told."""
    place = make_place()
    place.service.start()
    with place.client() as sentinel:
        sentinel.client_setname("sentinel-0123abcd-cmd")
        with pytest.raises(Refused, match="a Sentinel watches this server and needs the command") as refused:
            place.configure({}, renamed={"CONFIG": "", "SLAVEOF": "", "FLUSHALL": ""})
        assert "rename-command FLUSHALL" not in str(refused.value)
        assert place.configure({}, renamed={"CONFIG": "our-config"}).applied.restarted


def test_a_password_with_new_names(place: Place) -> None:
    secret = {"requirepass": PASSWORD}
    place.converge({}, secret=secret, renamed={"CONFIG": "our-config"})
    place.converge({"maxmemory": "64mb"}, secret=secret, renamed={"CONFIG": "our-config"})
    with place.client(password=PASSWORD) as client:
        wait_until("it answers", client.ping, within=5)
