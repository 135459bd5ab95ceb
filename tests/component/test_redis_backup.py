# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of real servers: complete, checked, and gone again when they fail."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from ansible.module_utils.testing import patch_module_args
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup import append_only, copies, disk
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.append_only import Part, opened, read_parts
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.manifest import read_manifest
from ansible_collections.redisops.cache.plugins.modules import redis_backup

from tests.component.host_processes import HostServer, fill
from tests.standin.engines.waiting import wait_until

PASSWORD = "backup-of-component-tests-2718"
PERCENTAGE = "auto-aof-rewrite-percentage"
RIGHTS = "+@read -@dangerous +ping +info +bgsave +select"

pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="needs redis-server")

Result = dict[str, Any]
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


def back_up(server: HostServer, check: bool = False, **params: Any) -> Result:
    """What the module prints."""
    arguments = {"config_file": str(server.config_file), "path": str(server.directory / "backups"), **params}
    with (
        patch_module_args({**arguments, "_ansible_check_mode": check}),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        pytest.raises(SystemExit),
    ):
        redis_backup.main()
    assert PASSWORD not in printed.getvalue()
    result: Result = json.loads(printed.getvalue())
    return result


def made(server: HostServer, **params: Any) -> Result:
    result = back_up(server, **params)
    assert "failed" not in result, result["msg"]
    return result


def failure(server: HostServer, **params: Any) -> str:
    result = back_up(server, **params)
    assert result.get("failed"), result
    assert result["changed"] is False
    return str(result["msg"])


def left_over(server: HostServer) -> list[str]:
    """Everything in the directory for backups but the lock."""
    folder = server.directory / "backups"
    return sorted(set(os.listdir(folder)) - {".lock"}) if folder.exists() else []


class TestRdb:
    def test_a_backup_tells_what_is_in_it(self, make_server: MakeServer) -> None:
        server = make_server()
        with server.client() as client, server.client(db=3) as other:
            fill(client)
            other.set("alone", "value")
        result = made(server, name="first", kind="rdb")
        folder = server.directory / "backups/first"
        assert result["path"] == str(folder)
        assert result["backup"]["databases"] == {"0": {"keys": 206, "expires": 1}, "3": {"keys": 1, "expires": 0}}
        assert result["backup"]["rdb_version"] == 10
        assert result["backup"]["source"]["engine"] == "redis"
        manifest = read_manifest(str(folder))
        assert {sample.database for sample in manifest.contents.samples} == {0, 3}
        assert len(manifest.contents.samples) >= 95
        assert manifest.files[0].sha256 == disk.sha256(str(folder / "dump.rdb"))

    def test_only_its_owner_reads_a_backup(self, make_server: MakeServer) -> None:
        server = make_server("appendonly yes")
        for kind in ("rdb", "aof"):
            made(server, name=kind, kind=kind)
        found = [server.directory / "backups", *(server.directory / "backups").rglob("*")]
        modes = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()}
        assert modes == {0o600}
        assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}

    def test_check_mode_foretells_and_a_repeat_changes_nothing(self, make_server: MakeServer) -> None:
        server = make_server()
        foretold = back_up(server, check=True, name="one")
        assert left_over(server) == []
        done = made(server, name="one")
        assert done["changed"]
        assert [foretold[part] for part in ("changed", "changes", "diff")] == [
            done[part] for part in ("changed", "changes", "diff")
        ]
        again = made(server, name="one")
        assert not again["changed"]
        assert again["changes"] == []
        assert again["diff"]["before"] == again["diff"]["after"]

    def test_a_server_that_saves_elsewhere_than_its_file_says(self, make_server: MakeServer) -> None:
        server = make_server("enable-protected-configs yes")
        with server.client() as client:
            client.save()
            client.config_set("dbfilename", "other.rdb")
        os.utime(server.data / "dump.rdb", (1, 1))
        assert "was dir or dbfilename changed by CONFIG SET?" in failure(server)
        assert left_over(server) == []

    def test_a_name_that_would_lead_elsewhere(self, make_server: MakeServer) -> None:
        assert "name '../up'" in failure(make_server(), name="../up")


class TestRetention:
    def test_the_newest_are_kept_and_only_of_this_server(self, make_server: MakeServer) -> None:
        server, other = make_server(), make_server(folder="other")
        shared = str(server.directory / "backups")
        made(other, name="others", path=shared)
        (server.directory / "backups/notes").mkdir()
        for name in ("a", "b", "c"):
            made(server, name=name)
        result = made(server, name="d", keep=2)
        assert sorted(result["removed"]) == ["a", "b"]
        assert left_over(server) == ["c", "d", "notes", "others"]

    def test_what_a_killed_run_left_is_cleared_away(self, make_server: MakeServer) -> None:
        server = make_server()
        (server.directory / "backups/.partial-x").mkdir(parents=True)
        made(server, name="a")
        assert left_over(server) == ["a"]


class TestAof:
    def test_parts_that_belong_together(self, make_server: MakeServer) -> None:
        server = make_server("appendonly yes")
        with server.client() as client:
            fill(client)
        result = made(server, name="first")
        assert result["backup"]["kind"] == "aof"
        assert result["backup"]["databases"] == {"0": {"keys": 206, "expires": 1}}
        names = [file["name"] for file in result["backup"]["files"]]
        assert names[-1] == "appendonlydir/appendonly.aof.manifest"
        assert any(name.endswith(".incr.aof") for name in names)

    def test_rewrites_are_held_and_given_back(self, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """Trap 3: a rewrite that begins while the files are copied makes a backup that no server loads."""
        server = make_server("appendonly yes", f"{PERCENTAGE} 77")
        seen = []

        def look(*arguments: Any) -> Any:
            with server.client() as client:
                seen.append(client.config_get(PERCENTAGE)[PERCENTAGE])
            return disk.copy(*arguments)

        monkeypatch.setattr(copies, "copy", look)
        made(server, name="first")
        assert set(seen) == {"0"}
        with server.client() as client:
            assert client.config_get(PERCENTAGE)[PERCENTAGE] == "77"

    def test_rewrites_are_given_back_after_a_failure(
        self, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trap 3: whatever goes wrong meanwhile, the server goes on rewriting by itself."""
        server = make_server("appendonly yes", f"{PERCENTAGE} 77")

        def fail(*_arguments: Any) -> Any:
            raise OSError("the disk went away")

        monkeypatch.setattr(copies, "copy", fail)
        assert "the disk went away" in failure(server)
        assert left_over(server) == []
        with server.client() as client:
            assert client.config_get(PERCENTAGE)[PERCENTAGE] == "77"

    def test_the_next_run_gives_back_what_a_killed_one_held(self, make_server: MakeServer) -> None:
        """Trap 3."""
        server = make_server("appendonly yes", f"{PERCENTAGE} 0")
        (server.directory / "backups").mkdir()
        (server.directory / "backups/.rewrite-held-redis.conf").write_text("77")
        made(server, name="first")
        with server.client() as client:
            assert client.config_get(PERCENTAGE)[PERCENTAGE] == "77"
        assert left_over(server) == ["first"]

    def test_a_record_that_a_full_disk_left_empty_stops_no_backup(self, make_server: MakeServer) -> None:
        server = make_server("appendonly yes", f"{PERCENTAGE} 77")
        (server.directory / "backups").mkdir()
        (server.directory / "backups/.rewrite-held-redis.conf").touch()
        made(server, name="first")
        with server.client() as client:
            assert client.config_get(PERCENTAGE)[PERCENTAGE] == "77"
        assert left_over(server) == ["first"]

    def test_under_an_alias(self, make_server: MakeServer) -> None:
        server = make_server("appendonly yes", f"{PERCENTAGE} 77", "rename-command CONFIG settings-2718")
        result = made(server, name="first")
        assert result["notes"] == []
        with server.client() as client:
            assert "77" in str(client.execute_command("settings-2718", "GET", PERCENTAGE))

    @pytest.mark.parametrize("removed", ['rename-command CONFIG ""'])
    def test_without_config_it_is_said_and_right_all_the_same(self, make_server: MakeServer, removed: str) -> None:
        server = make_server("appendonly yes", removed)
        with server.client() as client:
            fill(client)
        result = made(server, name="first")
        assert result["backup"]["kind"] == "aof"
        assert "could not be held" in result["notes"][0]

    def test_files_of_two_moments_are_never_mixed(self, make_server: MakeServer) -> None:
        """Trap 3: rewrites end and begin while files are opened, and each copy is of one moment."""
        server = make_server("appendonly yes")
        seen: set[tuple[int, ...]] = set()
        with server.client() as client:
            while len(seen) < 25:
                client.incr("rewrites")
                with contextlib.suppress(redis.ResponseError):  # one is going on
                    client.bgrewriteaof()
                with opened(str(server.data / "appendonlydir"), "appendonly.aof.manifest") as parts:
                    base, *increments = (each.part.sequence for each in parts)
                    assert [each.part.type for each in parts] == ["b", *("i" for _sequence in increments)]
                    assert increments == list(range(increments[0], increments[0] + len(increments)))
                    assert parts[0].file.read(5) == b"REDIS"
                    seen.add((base, *increments))
        assert len({base for base, *_increments in seen}) > 5

    def test_a_manifest_that_changes_while_files_are_opened(
        self, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trap 3: what was opened then belongs to two moments, and is opened anew."""
        server = make_server("appendonly yes")
        folder = server.data / "appendonlydir"
        read: list[list[Part]] = []

        def rewrite_after_the_first_reading(path: str) -> list[Part]:
            read.append(read_parts(path))
            if len(read) == 1:
                with server.client() as client:
                    client.bgrewriteaof()
                    name = "appendonly.aof.2.base.rdb"
                    wait_until("the rewrite has ended", lambda: name in Path(path).read_text(), within=20)
            return read[-1]

        monkeypatch.setattr(append_only, "read_parts", rewrite_after_the_first_reading)
        with opened(str(folder), "appendonly.aof.manifest") as parts:
            assert [each.part for each in parts] == read_parts(f"{folder}/appendonly.aof.manifest")
        assert read[0] != read[-1]

    def test_not_to_be_had_without_appendonly(self, make_server: MakeServer) -> None:
        assert "appendonly is off" in failure(make_server(), kind="aof")

    def test_history_is_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "appendonly.aof.manifest"
        path.write_text("file a.base.rdb seq 2 type b\nfile a.base.old seq 1 type h\nfile a.incr seq 3 type i\n")
        assert read_parts(str(path)) == [Part("a.base.rdb", 2, "b"), Part("a.incr", 3, "i")]


class TestUsers:
    def test_the_rights_that_the_documentation_asks_for(self, make_server: MakeServer) -> None:
        server = make_server(
            "appendonly yes",
            "user default off resetpass -@all",
            f"user backup on >{PASSWORD} %R~* resetchannels -@all {RIGHTS}",
            f"user writer on >{PASSWORD} ~* +@all",
        )
        with server.client(username="writer", password=PASSWORD) as client:
            fill(client)
        login = {"login_username": "backup", "login_password": PASSWORD}
        for kind in ("rdb", "aof"):
            result = made(server, name=kind, kind=kind, **login)
            assert result["backup"]["samples"] >= 95
            assert result["backup"]["databases"]["0"]["keys"] == 206

    def test_a_user_who_may_not_read_keys(self, make_server: MakeServer) -> None:
        server = make_server(f"user backup on >{PASSWORD} resetchannels -@all +ping +info +bgsave")
        with server.client() as client:
            fill(client)
        result = made(server, name="first", login_username="backup", login_password=PASSWORD)
        assert result["backup"]["samples"] == 0
        assert "no keys were sampled" in result["notes"][0]

    def test_nobody_without_a_password(self, make_server: MakeServer) -> None:
        server = make_server("user default off resetpass -@all")
        assert "password" in failure(server)
        assert left_over(server) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Four mebibytes."""
    path = tmp_path / "small"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


class TestFullDisk:
    """A full disk leaves the server up, with the data it had, no half backup, and one clear message."""

    def test_it_is_seen_before_anything_is_begun(self, make_server: MakeServer, small_disk: Path) -> None:
        server = make_server("save 3600 1")
        with server.client() as client:
            client.set("large", os.urandom(6 << 20))
        said = failure(server, path=str(small_disk / "backups"))
        assert "not enough room" in said
        assert "Nothing was begun" in said
        assert os.listdir(small_disk) == []
        with server.client() as client:
            assert client.info("persistence")["rdb_saves"] == 0

    @pytest.mark.parametrize("kind", ["rdb", "aof"])
    def test_it_fills_up_while_the_copy_is_written(
        self, make_server: MakeServer, small_disk: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        server = make_server("save 3600 1", "appendonly yes", f"{PERCENTAGE} 77")
        with server.client() as client:
            client.set("large", os.urandom(6 << 20).hex())
        monkeypatch.setattr(disk, "require_room", lambda _needs: None)
        said = failure(server, path=str(small_disk / "backups"), kind=kind, samples=0)
        assert said.startswith("no space left in ")
        assert os.listdir(small_disk / "backups") == [".lock"]
        with server.client() as client:
            assert client.set("small", "still accepted")
            assert client.config_get(PERCENTAGE)[PERCENTAGE] == "77"

    def test_the_server_itself_cannot_save(
        self, make_server: MakeServer, small_disk: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = make_server(folder="small/server")
        server.service.stop()
        server.configure("save 3600 1", f"logfile {server.directory}/redis.log")
        server.service.start()
        with server.client() as client:
            client.set("large", os.urandom(6 << 20).hex())
            monkeypatch.setattr(disk, "require_room", lambda _needs: None)
            said = failure(server, path=str(small_disk.parent / "backups"), samples=0)
            assert "BGSAVE failed" in said
            assert "MISCONF" in said
            assert "No space left on device" in said
            assert len(client.get("large")) == 12 << 20
            client.config_set("save", "")  # or it would not end before there is room again
        assert os.listdir(small_disk.parent / "backups") == [".lock"]
