# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_flush on the host itself: a backup first, and everything can be had again from it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush import run
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.local import LocalBackup
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.snapshots import SnapshotTold
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run_restore import restore
from ansible_collections.redisops.cache.plugins.module_utils.redis.flush.run import flush_all
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login

from tests.component.host_processes import HostServer, contents, fill
from tests.component.redis_flushes import Result, flush, flushed, refused

PASSWORD = "operator-of-component-tests-5104"
KEYS = {"0": 206, "3": 1}

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

MakeServer = Callable[..., HostServer]


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    made: list[HostServer] = []

    def make(*settings: str) -> HostServer:
        made.append(HostServer(tmp_path / f"server-{len(made)}", *settings).start())
        return made[-1]

    yield make
    for server in made:
        server.service.stop()


@pytest.fixture
def server(make_server: MakeServer) -> HostServer:
    return filled(make_server())


def filled(server: HostServer, **login: Any) -> HostServer:
    with server.client(**login) as client, server.client(db=3, **login) as other:
        fill(client)
        other.set("alone", "value")
    return server


def given(server: HostServer, **params: Any) -> dict[str, Any]:
    backups = {"backup_dir": str(server.directory / "backups")}
    return {"config_file": str(server.config_file), "all_databases": True, **backups, **params}


def backups(server: HostServer) -> list[str]:
    folder = server.directory / "backups"
    return sorted(os.listdir(folder)) if folder.is_dir() else []


@pytest.mark.parametrize("appendonly", ["no", "yes"])
def test_everything_can_be_had_again(make_server: MakeServer, appendonly: str) -> None:
    server = filled(make_server(f"appendonly {appendonly}"))
    with server.client() as client:
        before = contents(client)
    done = flushed(**given(server))
    assert (done["flushed"], done["nodes"]) == (KEYS, [str(server.config_file)])
    assert done["snapshot"] == "before-flush-1"
    assert done["changes"][0] == {"change": "snapshot", "snapshot": "before-flush-1"}
    assert server.keys() == {}
    words = {"backup": done["snapshot_path"], "name": "shop", "confirm": "shop", "server": "/usr/bin/redis-server"}
    restored = {**words, "config_file": str(server.config_file), "wait_timeout": 60.0}
    assert restore(restored, Login(), server.service)["databases"] == KEYS
    with server.client() as client:
        after = contents(client)
    assert after == before


def test_names_count_up(server: HostServer) -> None:
    assert flushed(**given(server))["snapshot"] == "before-flush-1"
    filled(server)
    assert flushed(**given(server))["snapshot"] == "before-flush-2"
    assert backups(server)[-2:] == ["before-flush-1", "before-flush-2"]


def test_an_empty_database_needs_no_backup(server: HostServer) -> None:
    told = flush(**given(server, all_databases=False, database=5))
    assert (told["changed"], told["flushed"], told["snapshot"]) == (False, {}, None)
    assert backups(server) == []


def test_check_mode_makes_no_backup(server: HostServer) -> None:
    told = flush(True, **given(server))
    assert told["snapshot_path"] == str(server.directory / "backups/before-flush-1")
    assert told["snapshot_created"] is None
    assert backups(server) == []


class TestKilledAfterTheSnapshot:
    @pytest.fixture
    def killed(self, server: HostServer, monkeypatch: pytest.MonkeyPatch) -> HostServer:
        """A run with a name of its own for the snapshot, which came no further than that."""

        class Killed(BaseException):
            """What no process would live to see."""

        def die(*_arguments: Any) -> None:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(run, "flush_all", die)
            with pytest.raises(Killed):
                flush(**given(server, snapshot_name="mine"))
        assert server.keys() == {"db0": 206, "db3": 1}
        return server

    def test_a_name_of_ones_own_is_taken_up_again(self, killed: HostServer) -> None:
        done = flushed(**given(killed, snapshot_name="mine"))
        assert done["snapshot"] == "mine"
        assert f"the snapshot mine was there already, of {done['snapshot_created']}." in str(done["warnings"])
        assert [change["change"] for change in done["changes"]] == ["flushed", "flushed"]

    def test_without_a_name_another_one_is_taken(self, killed: HostServer) -> None:
        assert flushed(**given(killed))["snapshot"] == "before-flush-1"

    def test_an_old_one_will_not_do(self, killed: HostServer) -> None:
        manifest = killed.directory / "backups/mine/manifest.json"
        document = json.loads(manifest.read_text())
        document["created"] = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
        manifest.write_text(json.dumps(document))
        (problem,) = refused(killed.keys, **given(killed, snapshot_name="mine"))
        assert "what was written since would be lost" in problem
        assert flushed(**given(killed, snapshot_name="mine", snapshot_max_age=10800))["snapshot"] == "mine"


def test_a_backup_that_fails_keeps_the_data(server: HostServer) -> None:
    (server.data / "dump.rdb").mkdir()
    told = flush(**given(server))
    assert "BGSAVE failed" in told["msg"]
    assert told["msg"].endswith("Nothing was flushed.")
    assert server.keys() == {"db0": 206, "db3": 1}


def test_a_flush_that_fails_tells_where_the_data_is(server: HostServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(*arguments: Any) -> None:
        server.service.kill()
        flush_all(*arguments)

    monkeypatch.setattr(run, "flush_all", too_late)
    told = flush(**given(server))
    assert "so whether it took effect is not known" in told["msg"]
    assert told["msg"].endswith("The data is in the snapshot before-flush-1.")
    assert (told["changed"], told["snapshot"]) == (True, "before-flush-1")


def test_another_primary_since_the_backup(make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at once more: this one would even take the flush, and keep nothing of what it follows."""
    server = filled(make_server("replica-read-only no"))
    take = LocalBackup.take

    def take_and_follow(backup: LocalBackup) -> SnapshotTold:
        told = take(backup)
        with server.client() as client:
            client.execute_command("REPLICAOF", "127.0.0.1", 1)
        return told

    monkeypatch.setattr(LocalBackup, "take", take_and_follow)
    told = flush(**given(server))
    assert "is a replica, which gets its data from 127.0.0.1:1" in told["msg"]
    assert told["msg"].endswith("The data is in the snapshot before-flush-1.")
    assert (told["changed"], told["nodes"]) == (True, [])
    assert server.keys() == {"db0": 206, "db3": 1}


class TestLogin:
    def with_operator(self, make_server: MakeServer, *settings: str) -> tuple[HostServer, dict[str, Any]]:
        server = make_server("user default off", f"user redisops on >{PASSWORD} +@all ~* &*", *settings)
        secret = server.directory / "redisops.secret"
        secret.touch(mode=0o600)
        secret.write_text(f"{PASSWORD}\n")
        filled(server, username="redisops", password=PASSWORD)
        return server, given(server, login_secret_file=str(secret))

    def test_the_operators_secret_and_other_names(self, make_server: MakeServer) -> None:
        server, params = self.with_operator(make_server, "rename-command FLUSHALL flush-by-8f0c71d2")
        assert flushed(**params)["flushed"] == KEYS
        assert server.keys(username="redisops", password=PASSWORD) == {}

    def test_a_command_that_was_removed_for_everybody(self, make_server: MakeServer) -> None:
        server, params = self.with_operator(make_server, 'rename-command FLUSHALL ""')

        def look() -> dict[str, int]:
            return server.keys(username="redisops", password=PASSWORD)

        (problem,) = refused(look, **params)
        assert problem.startswith(f"{server.config_file} knows no command FLUSHALL.")
        assert "nobody can run it before" in problem
        assert backups(server) == []


def test_what_does_not_go_together(server: HostServer) -> None:
    wrong: Result = {"cluster_mode": True, "renamed_commands": {"FLUSHALL": "x"}, "replication_group_id": "shop"}
    problems = refused(server.keys, **given(server, **wrong))
    begins = [problem.partition(":")[0] for problem in problems]
    sources = ["replication_group_id, backup_dir", "replication_group_id"]
    assert begins == ["cluster_mode", "renamed_commands", *sources]


def test_no_such_file(server: HostServer) -> None:
    problems = refused(server.keys, **given(server, config_file="/nonexistent/redis.conf"))
    assert "/nonexistent/redis.conf" in problems[0]
