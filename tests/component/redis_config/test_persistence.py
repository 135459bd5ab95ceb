# SPDX-License-Identifier: GPL-3.0-or-later
"""Data survive whatever the configuration does to persistence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf import apply, store
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.apply import RolledBack

from tests.component.redis_config.conftest import MakePlace
from tests.component.redis_config.place import Place, by_directive, hows

KEYS = 2000
ON = {"appendonly": True}


def fill(place: Place) -> None:
    with place.client() as client:
        client.mset({f"key:{number}": "value" for number in range(KEYS)})
        client.execute_command("SELECT", 3)
        client.execute_command("SET", "other", "database")


def sizes(place: Place) -> dict[str, int]:
    with place.client() as client:
        return {name: entry["keys"] for name, entry in client.info("keyspace").items()}


FULL = {"db0": KEYS, "db3": 1}


def test_the_aof_is_switched_on_while_the_server_runs(make_place: MakePlace) -> None:
    """Trap 1: a restart with `appendonly yes` in the file would have started it empty."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    pid = place.pid
    result = place.converge(ON)
    assert place.pid == pid
    assert result.to_dict()["aof_switch"] == {"keys_before": FULL, "keys_after": FULL}
    assert by_directive(result)["appendonly"]["how"] == "live"
    place.service.kill()
    (place.data / "dump.rdb").unlink(missing_ok=True)
    place.service.start()
    assert sizes(place) == FULL


def test_the_aof_and_something_that_needs_a_restart(make_place: MakePlace) -> None:
    """Trap 1: what is restarted finds a whole AOF."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    result = place.converge({**ON, "databases": 20, "save": []})
    assert result.applied.restarted
    assert sizes(place) == FULL


@pytest.mark.parametrize("leftover", [False, True])
def test_a_stopped_server_is_started_without_aof_first(make_place: MakePlace, leftover: bool) -> None:
    """Traps 1 and 2: it has an RDB file, copied there or its own, which a start with an AOF ignores and overwrites."""
    place = make_place("save 3600 1")
    place.service.start()
    if leftover:  # an AOF of long ago does not win over what came after it
        with place.client() as client:
            client.set("old", "key")
            client.config_set("appendonly", "yes")
            client.config_set("appendonly", "no")
            client.delete("old")
    fill(place)
    place.service.stop()
    result = place.converge({**ON, "hz": 20})
    assert hows(result)["appendonly"] == "live"
    assert "started without AOF" in by_directive(result)["appendonly"]["why"]
    assert result.to_dict()["aof_switch"] == {"keys_before": FULL, "keys_after": FULL}
    assert "appendonly no" not in place.main.read_text()
    place.service.kill()
    place.service.start()
    assert sizes(place) == FULL


def test_a_dump_that_was_copied_to_a_server_with_an_aof(make_place: MakePlace) -> None:
    """Trap 2: the files ask for an AOF already, there is none, and the copied file would be ignored."""
    source = make_place("save 3600 1")
    source.service.start()
    fill(source)
    source.service.stop()
    place = make_place()
    place.configure(ON)
    (source.data / "dump.rdb").rename(place.data / "dump.rdb")
    assert by_directive(place.converge(ON))["appendonly"]["how"] == "live"
    assert sizes(place) == FULL


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"restart": False}, "let this task start it"),
        ({"service": False}, "let this task start it"),
        ({"renamed": {"CONFIG": ""}}, "for which it needs CONFIG"),
    ],
)
def test_never_silently_empty(make_place: MakePlace, options: dict[str, Any], why: str) -> None:
    """Trap 1: where it cannot be done safely it is not done."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    place.service.stop()
    before = place.files()
    with pytest.raises(Refused, match=why):
        place.configure(ON, **options)
    assert place.files() == before


def test_a_server_without_config_cannot_be_told(make_place: MakePlace) -> None:
    """Trap 1."""
    place = make_place("save 3600 1", 'rename-command CONFIG ""')
    place.service.start()
    fill(place)
    with pytest.raises(Refused, match="cannot be told to switch by CONFIG SET"):
        place.configure(ON)


def test_no_data_no_detour(make_place: MakePlace) -> None:
    place = make_place("save 3600 1")
    place.service.start()
    place.service.stop()
    assert (place.data / "dump.rdb").exists()
    assert hows(place.converge(ON))["appendonly"] == "next_start"
    assert place.service.starts == 1


def test_an_aof_that_cannot_be_written(make_place: MakePlace) -> None:
    """Nothing else is changed, and the AOF is off again."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    (place.data / "appendonlydir").write_text("in the way")
    before = place.files()
    with pytest.raises((Failure, Exception), match=r"AOF|appendonly|append only"):
        place.configure({**ON, "hz": 20})
    assert place.files() == before
    with place.client() as client:
        assert client.config_get("appendonly")["appendonly"] == "no"
        assert client.config_get("hz")["hz"] == "10"


@pytest.mark.parametrize("old_save", ["save 3600 1", 'save ""'])
def test_a_start_that_fails_after_the_switch(make_place: MakePlace, old_save: str) -> None:
    """Trap 1, backwards: the old files know no AOF, so the RDB file has to hold what only the AOF has."""
    place = make_place(old_save)
    place.service.start()
    fill(place)
    broken = {**ON, "save": [], "logfile": f"{place.directory}/nowhere/log"}
    before = place.files()
    with pytest.raises(RolledBack, match="runs with them again"):
        place.configure(broken)
    assert {path: entry[0] for path, entry in place.files().items()} == {
        path: entry[0] for path, entry in before.items()
    }
    with place.client() as client:
        assert client.config_get("appendonly")["appendonly"] == "no"
    assert sizes(place) == FULL


@pytest.mark.parametrize("restarts", [False, True])
def test_the_aof_is_given_up_for_snapshots(make_place: MakePlace, restarts: bool) -> None:
    """The RDB file, perhaps of long ago, is made anew before it counts."""
    place = make_place("appendonly yes", 'save ""')
    place.service.start()
    fill(place)
    place.converge({"appendonly": False, "save": ["3600 1"], **({"databases": 20} if restarts else {})})
    if not restarts:
        place.service.kill()
        place.service.start()
    assert sizes(place) == FULL


def test_a_stopped_server_does_not_give_up_its_aof(make_place: MakePlace) -> None:
    place = make_place("appendonly yes", 'save ""')
    place.service.start()
    fill(place)
    place.service.stop()
    with pytest.raises(Refused, match="the data are in the AOF"):
        place.configure({"appendonly": False})


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("name", ["dir", "dbfilename"])
def test_data_do_not_stay_behind(make_place: MakePlace, name: str, stopped: bool) -> None:
    """A server with another directory, or name of its file, would start empty."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    if stopped:
        place.service.stop()
    moved = {"dir": str(place.directory / "moved"), "dbfilename": "moved.rdb"}
    (place.directory / "moved").mkdir()
    with pytest.raises(Refused, match="the data lie in the old place"):
        place.configure({name: moved[name]})
    if stopped:
        target = place.directory / "moved" / "dump.rdb" if name == "dir" else place.data / "moved.rdb"
        (place.data / "dump.rdb").rename(target)
        place.configure({name: moved[name]})
        place.service.start()
        assert sizes(place) == FULL


def test_a_crash_on_the_way_of_a_stopped_server(make_place: MakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 1: whatever starts the server between two writes of files, it does not start with an empty AOF."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    place.service.stop()
    real, seen = store.write, list[str]()

    def watched(path: str, text: str, owner: store.Owner) -> None:
        real(path, text, owner)
        seen.append(Path(path).name)
        if not place.service.is_active() and all(
            (place.includes / each).exists() for each in ("live.conf", "restart.conf")
        ):
            place.service.start()
            assert sizes(place) == FULL, seen
            place.service.stop()

    monkeypatch.setattr(apply, "write", watched)
    place.configure(ON)
    assert seen[0] == "redis.conf"
    assert sizes(place) == FULL


def test_an_aof_that_somebody_wrote_into_the_file(make_place: MakePlace) -> None:
    """Trap 1: the restart that another directive needs would be the one that starts it empty."""
    place = make_place("save 3600 1")
    place.service.start()
    fill(place)
    place.main.write_text(place.main.read_text() + "appendonly yes\n")
    with pytest.raises(Refused, match="the files say appendonly yes and the server runs with no"):
        place.configure({"databases": 20})
    result = place.converge({**ON, "databases": 20})
    assert result.applied.restarted
    assert sizes(place) == FULL
