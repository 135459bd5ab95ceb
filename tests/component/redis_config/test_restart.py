# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server learns when it starts: done with a restart, left to the next start, and undone when it fails."""

from __future__ import annotations

import shutil
import stat

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.apply import RolledBack

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows
from tests.standin.engines.waiting import wait_until

PASSWORD = "restart-of-component-tests-0815"


def test_a_restart_only_for_what_needs_one(place: Place) -> None:
    result = place.converge({"databases": 4, "maxmemory": "64mb"})
    assert hows(result)["databases"] == "restart"
    assert by_directive(result)["databases"]["why"] == "CONFIG SET: can't set immutable config"
    assert hows(result)["maxmemory"] == "live"
    assert result.applied.restarted
    assert place.service.starts == 2
    assert "databases 4" in (place.includes / "restart.conf").read_text()
    assert "maxmemory 64mb" in (place.includes / "live.conf").read_text()


@pytest.mark.parametrize("options", [{"restart": False}, {"service": False}])
def test_left_to_the_next_start(place: Place, options: dict[str, bool]) -> None:
    result = place.converge({"databases": 4}, **options)
    assert hows(result)["databases"] == "next_start"
    assert "may not restart" in by_directive(result)["databases"]["why"]
    assert place.configure({"databases": 4}, **options).to_dict()["restart_required"]
    assert place.service.starts == 1
    assert place.converge({"databases": 4}).applied.restarted


def test_a_run_that_was_killed_before_its_restart(place: Place) -> None:
    """What runs is compared, not what is written: files that are as wanted do not hide a server that is not."""
    place.configure({"databases": 4}, restart=False)
    result = place.converge({"databases": 4})
    assert hows(result) == {"databases": "restart"}
    assert result.applied.restarted


def test_a_run_that_was_killed_before_its_files(place: Place) -> None:
    with place.client() as client:
        client.config_set("maxmemory", "64mb")
    result = place.converge({"maxmemory": "64mb"})
    assert hows(result)["maxmemory"] == "next_start"


def test_another_socket_while_the_old_one_still_runs(place: Place) -> None:
    """The files are newer than the process, which therefore cannot be reached where they say."""
    moved = {"unixsocket": f"{place.directory}/other"}
    place.configure({**moved, "hz": 20}, restart=False)
    result = place.configure({**moved, "hz": 20})
    assert hows(result) == {"restart": "restart"}
    assert result.applied.restarted
    assert result.to_dict()["running"]
    assert not place.configure({**moved, "hz": 20}).plan.changes


def test_a_stopped_server_stays_so(make_place: MakePlace) -> None:
    place = make_place()
    result = place.converge({"databases": 4, "maxmemory": "64mb"})
    assert hows(result)["databases"] == "next_start"
    assert by_directive(result)["maxmemory"]["before"] == "0"
    assert place.service.starts == 0
    place.service.start()
    assert not place.configure({"databases": 4, "maxmemory": "64mb"}).plan.changes


@pytest.mark.parametrize(
    ("directives", "words"),
    [
        ({"maxmemory": "lots"}, "'maxmemory lots': argument must be a memory value"),
        ({"no-such-thing": 1}, "'no-such-thing 1': Bad directive or wrong number of arguments"),
        ({"aclfile": "/nowhere/users.acl"}, "Error loading ACLs, opening file '/nowhere/users.acl'"),
        ({"proc-title-template": "{title} {unknown}"}, "wrong number of arguments"),
        ({"loadmodule": ["/nowhere/module.so"]}, "/nowhere/module.so"),
    ],
)
def test_refused_in_the_servers_words(place: Place, directives: dict[str, object], words: str) -> None:
    """Trap 23: a scratch start is the test of a configuration that Redis has no switch for."""
    before, pid = place.files(), place.pid
    with pytest.raises(Refused) as refused:
        place.configure({**directives, "databases": 4, "hz": 20})
    assert words in str(refused.value)
    assert place.files() == before
    assert place.pid == pid
    with place.client() as client:
        assert client.config_get("hz")["hz"] == "10"


def test_the_words_do_not_tell_a_secret(place: Place) -> None:
    with pytest.raises(Refused) as refused:
        place.configure({}, secret={"maxclients": PASSWORD})
    assert "maxclients VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_files_and_service_are_as_before_when_the_start_fails(place: Place) -> None:
    """What only a real start can show: here, a directory that a scratch start has no need for."""
    place.converge({"hz": 20, "databases": 8})
    place.main.chmod(0o644)
    before, pid = place.files(), place.pid
    with place.client() as client:
        client.set("kept", "yes")
    with pytest.raises(RolledBack) as undone:
        place.configure({"databases": 4, "hz": 30, "logfile": f"{place.directory}/nowhere/log"})
    assert "runs with them again" in str(undone.value)
    assert "Can't open the log file: No such file or directory" in str(undone.value)
    after = place.files()
    assert {path: entry[:2] for path, entry in after.items()} == {path: entry[:2] for path, entry in before.items()}
    assert stat.S_IMODE(place.main.stat().st_mode) == 0o644
    assert place.service.is_active()
    assert place.pid != pid
    with place.client() as client:
        assert client.config_get("hz")["hz"] == "20"
        assert client.get("kept") == "yes"


def test_the_first_files_are_gone_when_the_start_fails(place: Place) -> None:
    with pytest.raises(RolledBack):
        place.configure({"databases": 4, "logfile": f"{place.directory}/nowhere/log"})
    assert list(place.includes.glob("*")) == []
    assert place.service.is_active()


def test_it_stays_undone_when_the_old_files_do_not_start_either(place: Place) -> None:
    place.main.write_text(place.main.read_text() + f"logfile {place.directory}/nowhere/log\n")
    with pytest.raises(RolledBack, match="yet with them the server does not start"):
        place.configure({"databases": 4})


def test_modes_are_those_of_secrets(place: Place) -> None:
    place.converge({"hz": 20}, secret={"masterauth": PASSWORD})
    live = place.includes / "live.conf"
    assert stat.S_IMODE(live.stat().st_mode) == 0o640
    assert stat.S_IMODE(place.includes.stat().st_mode) == 0o750
    live.chmod(0o644)
    result = place.converge({"hz": 20}, secret={"masterauth": PASSWORD})
    assert hows(result) == {str(live): "live"}
    assert stat.S_IMODE(live.stat().st_mode) == 0o640


def test_a_server_whose_snapshots_fail_is_not_told_to_stop(make_place: MakePlace) -> None:
    """It would not end before it has made one, and packaged units wait for it without an end."""
    place = make_place("save 3600 1")
    place.service.start()
    with place.client() as client:
        client.set("kept", "yes")
        shutil.rmtree(place.data)
        client.bgsave()
        wait_until(
            "the snapshot failed", lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", within=20
        )
    with pytest.raises(Refused, match="last snapshot failed"):
        place.configure({"databases": 4})
    place.service.kill()


def test_a_primary_that_keeps_nothing_is_not_restarted_under_its_replicas(make_place: MakePlace) -> None:
    """Trap 6: it would come back empty, and its replicas would follow."""
    primary = make_place('save ""')
    replica = make_place('save ""', f"replicaof 127.0.0.1 {primary.port}", "repl-diskless-sync-delay 0")
    primary.service.start()
    with primary.client() as client:
        client.set("kept", "yes")
    replica.service.start()
    with replica.client() as client:
        wait_until("the replica has the key", lambda: client.get("kept") == "yes", within=20)
    with pytest.raises(Refused, match="its replicas would empty themselves"):
        primary.configure({"databases": 4})
    assert primary.service.starts == 1
    assert primary.converge({"databases": 4, "save": ["3600 1"]}).applied.restarted
    with primary.client() as client:
        assert client.get("kept") == "yes"


def test_keys_that_no_disk_has_are_told_of(make_place: MakePlace) -> None:
    place = make_place('save ""')
    place.service.start()
    with place.client() as client:
        client.set("lost", "soon")
    assert place.configure({"databases": 4}, check=True).plan.warnings == (
        "this server keeps nothing on disk: with the restart its keys are gone",
    )
