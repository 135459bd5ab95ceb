# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups restored into real servers, in each form that a server may want, and everything that must not be restored."""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.arguments import (
    backup_arguments,
    restore_arguments,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.disk import sha256
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.loading import LoadedBackup
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run import take
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run_restore import restore
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_arguments
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.module_utils.redis.patience import Patience

from tests.component.host_processes import HostServer, contents, fill

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

AOF, RDB = "appendonly yes", "appendonly no"
MakeServer = Callable[..., HostServer]


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    made: list[HostServer] = []

    def make(*settings: str, folder: str = "server") -> HostServer:
        made.append(HostServer(tmp_path / folder, *settings).start())
        return made[-1]

    yield make
    for server in made:
        server.service.stop()


def validated(options: dict[str, Any], server: HostServer, **params: Any) -> dict[str, Any]:
    result = ArgumentSpecValidator({**login_arguments(), **options}).validate(
        {"config_file": str(server.config_file), **params}
    )
    assert result.error_messages == []
    return dict(result.validated_parameters)


def back_up(server: HostServer, kind: str, name: str = "first") -> str:
    params = validated(backup_arguments(), server, path=str(server.directory / "backups"), name=name, kind=kind)
    take(params, Login())
    return f"{params['path']}/{name}"


def put_back(server: HostServer, backup: str, check: bool = False, **params: Any) -> dict[str, Any]:
    given = {"backup": backup, "name": "shop", "confirm": "shop", "service": server.service.name, **params}
    return restore(validated(restore_arguments(), server, **given), Login(), server.service, check)


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def listing(server: HostServer) -> dict[str, bytes]:
    """Every file of the data directory, with its content."""
    return {str(path.relative_to(server.data)): path.read_bytes() for path in server.data.rglob("*") if path.is_file()}


@pytest.fixture
def filled(make_server: MakeServer) -> HostServer:
    server = make_server(AOF, folder="source")
    with server.client() as client, server.client(db=3) as other:
        fill(client)
        client.set(b"\xff\xfe binary", b"\x00\xff\x80")
        other.set("alone", "value")
    return server


class TestForms:
    @pytest.mark.parametrize("kind", ["rdb", "aof"])
    @pytest.mark.parametrize("wanted", [AOF, RDB])
    def test_each_kind_into_each_form(
        self, filled: HostServer, make_server: MakeServer, kind: str, wanted: str
    ) -> None:
        """Traps 1 and 2: a copied dump.rdb is ignored where AOF is on, and an append-only file where it is off."""
        backup = back_up(filled, kind)
        server = make_server(wanted, "save 3600 1", folder="target")
        with server.client() as client:
            client.set("former", "life")
        result = put_back(server, backup)
        assert result["databases"] == {"0": 207, "3": 1}
        with server.client() as client, filled.client() as origin:
            assert contents_in_bytes(server) == contents_in_bytes(filled)
            assert client.config_get("appendonly")["appendonly"] == wanted.split()[1]
            assert abs(client.ttl("key:expiring") - origin.ttl("key:expiring")) <= 2
        server.service.restart()
        assert server.keys() == {"db0": 207, "db3": 1}

    def test_former_data_is_moved_aside_and_still_good(self, filled: HostServer, make_server: MakeServer) -> None:
        server = make_server("save 3600 1", folder="target")
        with server.client() as client:
            client.set("former", "life")
        aside = put_back(server, back_up(filled, "rdb"))["moved_aside"]
        assert stat.S_IMODE(os.stat(aside).st_mode) == 0o700
        server.service.stop()
        shutil.copy(f"{aside}/dump.rdb", server.data / "dump.rdb")
        server.service.start()
        with server.client() as client:
            assert contents(client) == {"former": "life"}

    def test_into_a_server_that_was_stopped_and_never_had_data(
        self, filled: HostServer, make_server: MakeServer
    ) -> None:
        server = make_server(AOF, folder="target")
        server.service.stop()
        shutil.rmtree(server.data)
        server.data.mkdir()
        result = put_back(server, back_up(filled, "rdb"))
        assert result["moved_aside"] is None
        assert server.keys() == {"db0": 207, "db3": 1}

    def test_other_names_of_the_files(self, filled: HostServer, make_server: MakeServer) -> None:
        names = ["appendfilename other.aof", "appenddirname other-dir", "dbfilename other.rdb"]
        server = make_server(AOF, *names, folder="target")
        for kind in ("rdb", "aof"):
            put_back(server, back_up(filled, kind, name=kind))
            assert server.keys() == {"db0": 207, "db3": 1}
            assert (server.data / "other-dir/other.aof.manifest").is_file()

    def test_renamed_write_commands(self, make_server: MakeServer) -> None:
        """Trap 10: the append-only file has commands by the names that they go by."""
        renamed = ["rename-command SET put-2718", "rename-command INFO tell-2718", 'rename-command CONFIG ""']
        server = make_server(AOF, *renamed)
        with server.client() as client:
            client.execute_command("put-2718", "key", "value")
        backup = back_up(server, "aof")
        put_back(server, backup)
        with server.client() as client:
            assert client.get("key") == "value"
        server.service.stop()
        shutil.rmtree(server.data / "appendonlydir")
        server.configure(AOF, 'rename-command SET ""')
        server.service.start()
        before = listing(server)
        with pytest.raises(Failure, match="reading the append only file"):
            put_back(server, backup)
        assert listing(server) == before

    def test_key_that_has_ended_since(self, make_server: MakeServer) -> None:
        server = make_server(AOF)
        with server.client() as client:
            fill(client)
            client.set("short", "lived", px=1500)
            backup = back_up(server, "aof")
            client.execute_command("DEL", "key:hash")
            while client.exists("short"):
                client.ping()
        assert put_back(server, backup)["databases"] in ({"0": 206}, {"0": 207})


def contents_in_bytes(server: HostServer) -> dict[bytes, Any]:
    with redis.Redis(unix_socket_path=f"{server.directory}/socket") as client:
        return {key: client.get(key) for key in client.scan_iter(count=1000, _type="string")}


class TestRefused:
    """Nothing is touched: the server runs on, with the files that it had."""

    def refusal(self, server: HostServer, backup: str, **params: Any) -> str:
        process, before = server.service.process, listing(server)
        said = []
        for check in (True, False):
            with pytest.raises(Refused) as refused:
                put_back(server, backup, check, **params)
            said.append(str(refused.value))
        assert server.service.is_active()
        assert server.service.process is process
        assert listing(server) == before
        assert said[0] == said[1]
        return said[0]

    @pytest.mark.parametrize("confirm", [None, "", "Shop", "shop2"])
    def test_without_the_name(self, filled: HostServer, confirm: str | None) -> None:
        said = self.refusal(filled, back_up(filled, "rdb"), confirm=confirm)
        assert said.startswith("shop was not touched.")
        assert "confirm=shop" in said

    @pytest.mark.parametrize("nothing", ["", " "])
    def test_nothing_said_twice(self, filled: HostServer, nothing: str) -> None:
        said = self.refusal(filled, back_up(filled, "rdb"), name=nothing, confirm=nothing)
        assert said.startswith("name: it is empty.")

    def test_no_backup(self, filled: HostServer, tmp_path: Path) -> None:
        assert "it has no manifest.json" in self.refusal(filled, str(tmp_path))

    @pytest.mark.parametrize("kind", ["rdb", "aof"])
    def test_a_damaged_file(self, filled: HostServer, kind: str) -> None:
        backup = Path(back_up(filled, kind))
        (damaged,) = [*backup.glob("dump.rdb"), *backup.glob("appendonlydir/*.incr.aof")]
        data = bytearray(damaged.read_bytes())
        data[len(data) // 2] ^= 1
        damaged.write_bytes(data)
        assert "is not what was backed up" in self.refusal(filled, str(backup))

    @pytest.mark.parametrize(
        ("header", "words"),
        [
            (b"REDIS0012", "Can't handle RDB format version 12"),
            (b"REDIS0080", "Valkey's own"),
            (b"VALKEY080", "Valkey's own"),
        ],
    )
    def test_of_a_newer_release_or_another_engine(self, filled: HostServer, header: bytes, words: str) -> None:
        """Trap 33: by the file's own header, before the service is stopped."""
        backup = Path(back_up(filled, "rdb"))
        file = backup / "dump.rdb"
        file.write_bytes(header + file.read_bytes()[9:])
        rewrite(backup / "manifest.json", lambda document: document["files"][0].update(sha256=sha256(str(file))))
        said = self.refusal(filled, str(backup))
        assert "redis 7.0.15 does not read first" in said
        assert words in said

    def test_a_replica(self, filled: HostServer, make_server: MakeServer) -> None:
        replica = make_server("replicaof 127.0.0.1 1", folder="replica")
        assert "this server is a replica" in self.refusal(replica, back_up(filled, "rdb"))

    def test_a_server_that_sentinels_watch(self, filled: HostServer) -> None:
        """They would promote a replica as soon as it is stopped; they tell by the names of their connections."""
        with filled.client() as client:
            client.client_setname("sentinel-4f2a9c1e-cmd")
            assert "Sentinels watch this server" in self.refusal(filled, back_up(filled, "rdb"))


class TestFailed:
    """What was there is there again, and the service runs as it did."""

    @pytest.fixture(params=[AOF, RDB])
    def server(self, request: pytest.FixtureRequest, make_server: MakeServer) -> HostServer:
        server = make_server(request.param, "save 3600 1", folder="target")
        with server.client() as client:
            client.set("former", "life")
        return server

    def failure(self, server: HostServer, backup: str) -> str:
        with pytest.raises(Failure) as failed:
            put_back(server, backup)
        server.service.failing = False
        server.service.start()
        with server.client() as client:
            assert contents(client) == {"former": "life"}
        server.service.restart()
        with server.client() as client:
            assert contents(client) == {"former": "life"}
        assert not [*server.data.glob("redisops-*"), *server.data.glob(".redisops-*")]
        return str(failed.value)

    def test_other_counts_than_the_manifest_says(self, filled: HostServer, server: HostServer) -> None:
        backup = Path(back_up(filled, "rdb"))
        rewrite(backup / "manifest.json", lambda it: it["contents"]["databases"]["0"].update(keys=208))
        said = self.failure(server, str(backup))
        assert "208 keys came out of it instead of 209" in said

    def test_a_database_is_missing(self, filled: HostServer, server: HostServer) -> None:
        backup = Path(back_up(filled, "aof"))
        rewrite(
            backup / "manifest.json", lambda it: it["contents"]["databases"].update({"7": {"keys": 5, "expires": 0}})
        )
        assert "database 7 has 0 keys instead of 5" in self.failure(server, str(backup))

    def test_another_value_than_the_manifest_says(self, filled: HostServer, server: HostServer) -> None:
        backup = Path(back_up(filled, "aof"))
        rewrite(backup / "manifest.json", lambda it: it["contents"]["samples"][0].update(digest="0" * 64))
        said = self.failure(server, str(backup))
        assert "1 of " in said
        assert "shop has the data that it had" in said

    def test_the_service_does_not_start(
        self, filled: HostServer, server: HostServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup = back_up(filled, "rdb")
        starts = []
        start = type(server.service).start

        def fail_once(service: Any) -> None:
            starts.append(service)
            service.failing = len(starts) == 1
            start(service)

        monkeypatch.setattr(type(server.service), "start", fail_once)
        said = self.failure(server, backup)
        assert "it was made to fail" in said

    def test_nor_with_what_it_had(
        self, filled: HostServer, server: HostServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both reasons are told, and where the data is."""
        backup = back_up(filled, "rdb")
        monkeypatch.setattr(server.service, "failing", True)
        with pytest.raises(Failure) as failed:
            put_back(server, backup)
        said = str(failed.value)
        assert said.count("it was made to fail") == 2
        assert "It was not restored, and shop could not be made as it was" in said
        assert str(server.data) in said
        monkeypatch.undo()
        server.service.start()
        with server.client() as client:
            assert contents(client) == {"former": "life"}

    def test_a_server_that_cannot_save_is_not_waited_for_without_end(self, tmp_path: Path) -> None:
        """It takes no notice of SIGTERM then, and meanwhile the service is stopped."""
        (tmp_path / "dump.rdb/in the way").mkdir(parents=True)
        configuration = Configuration.of("redis.conf", "")
        loaded = LoadedBackup("redis-server", configuration, str(tmp_path), Patience(60.0, time), True, saves=True)
        with pytest.raises(Failure, match="failed at its end"), loaded:
            loaded.patience = Patience(0.5, time)

    def test_the_service_looks_elsewhere(
        self, filled: HostServer, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trap 2: a service that starts empty has not been restored, however well it runs."""
        server = make_server(RDB, folder="target")
        monkeypatch.setattr(
            type(server.service), "start", starting_with(type(server.service).start, server, "appendonly yes")
        )
        with pytest.raises(Failure, match="the service started empty instead of with 208 keys"):
            put_back(server, back_up(filled, "rdb"))

    def test_a_file_cannot_be_put_in_place(
        self, filled: HostServer, server: HostServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup = back_up(filled, "rdb")
        renames = []

        def rename(source: str, target: str) -> None:
            renames.append(target)
            if ".redisops-restore-" in source:
                raise OSError(5, "Input/output error", target)
            os.replace(source, target)

        monkeypatch.setattr(os, "rename", rename)
        assert "Input/output error" in self.failure(server, backup)
        assert renames


def starting_with(start: Callable[[Any], None], server: HostServer, setting: str) -> Callable[[Any], None]:
    """A start of the service with another setting than the file says, as a unit with arguments would make it."""

    def start_otherwise(service: Any) -> None:
        written = server.config_file.read_text()
        server.config_file.write_text(f"{written}{setting}\n")
        try:
            start(service)
        finally:
            server.config_file.write_text(written)

    return start_otherwise
