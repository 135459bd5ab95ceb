# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import grp
import os
import pwd
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.files import (
    owner_for,
    owner_of,
    owner_of_secrets,
    restored_on_error,
    write_file,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.secret_files import read_secrets
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.users import User
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.scratch import Engine

USER = pwd.getpwuid(os.geteuid()).pw_name
GROUP = grp.getgrgid(os.getegid()).gr_name
SERVER = Engine("/usr/bin/redis-server", USER, GROUP)
PASSWORD = "secret-of-acl-tests-6502"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "redisops" / "users.acl"


class TestWriting:
    def test_content_access_and_directory(self, path: Path) -> None:
        write_file(str(path), "user", owner_for(SERVER))
        assert path.read_text() == "user"
        assert str(owner_of(str(path))) == f"0640 {USER}:{GROUP}"
        assert path.parent.stat().st_mode & 0o777 == 0o750
        assert list(path.parent.iterdir()) == [path]

    def test_the_directory_stays_as_it_is(self, path: Path) -> None:
        path.parent.mkdir(mode=0o711)
        write_file(str(path), "user", owner_of_secrets())
        assert path.parent.stat().st_mode & 0o777 == 0o711

    def test_nothing_is_left_of_what_could_not_be_written(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """On a full disk, for instance: the old file stays, whoever was to restore it."""
        write_file(str(path), "old", owner_of_secrets())

        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(Failure, match="No space left"), restored_on_error(str(path)):
            write_file(str(path), "new", owner_of_secrets())
        assert path.read_text() == "old"
        assert list(path.parent.iterdir()) == [path]

    def test_a_directory_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(Failure, match=r"cannot be written: (Not a directory|File exists)"):
            write_file(str(tmp_path / "file" / "users.acl"), "", owner_of_secrets())

    @pytest.mark.parametrize("kind", ["directory", "link"])
    def test_what_is_no_file(self, path: Path, kind: str) -> None:
        path.parent.mkdir()
        if kind == "directory":
            path.mkdir()
        else:
            path.symlink_to("/etc/passwd")
        with pytest.raises(Failure, match="no regular file"):
            owner_of(str(path))


def write_and_fail(path: Path) -> None:
    with restored_on_error(str(path)):
        write_file(str(path), "new", owner_for(SERVER))
        raise KeyError(path)


class TestRestoring:
    def test_content_and_access(self, path: Path) -> None:
        old = owner_of_secrets()
        write_file(str(path), "old", old)
        with pytest.raises(KeyError):
            write_and_fail(path)
        assert path.read_text() == "old"
        assert owner_of(str(path)) == old

    def test_what_was_not_there(self, path: Path) -> None:
        with pytest.raises(KeyError):
            write_and_fail(path)
        assert not path.exists()

    def test_only_on_error(self, path: Path) -> None:
        with restored_on_error(str(path)):
            write_file(str(path), "new", owner_of_secrets())
        assert path.read_text() == "new"


class TestSecrets:
    def test_made_once(self, path: Path) -> None:
        users = [User("exporter", secret_path=str(path)), User("app")]
        first = read_secrets(users)["exporter"]
        assert first.is_missing
        assert not path.exists()
        first.establish()
        second = read_secrets(users)["exporter"]
        assert not second.is_missing
        assert second.value == first.value
        assert len(second.value.reveal()) == 64
        assert first.value.reveal() not in repr(first)
        assert str(second.owner).startswith("0600 ")

    def test_no_two_alike(self, path: Path) -> None:
        users = [User("one", secret_path=str(path)), User("other", secret_path=f"{path}.other")]
        assert len({secret.value.reveal() for secret in read_secrets(users).values()}) == 2

    def test_access_is_repaired_and_the_password_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "exporter.secret"
        path.write_text(f"{PASSWORD}\n")
        path.chmod(0o644)
        found = read_secrets([User("exporter", secret_path=str(path))])["exporter"]
        assert found.was_exposed
        found.establish()
        assert path.read_text() == f"{PASSWORD}\n"
        assert path.stat().st_mode & 0o777 == 0o600

    def test_empty_ones_are_refused_together(self, tmp_path: Path) -> None:
        users = [User(name, secret_path=str(tmp_path / name)) for name in ("one", "two")]
        for user in users:
            Path(str(user.secret_path)).write_text(" \n")
        with pytest.raises(Refused) as refused:
            read_secrets(users)
        assert len(refused.value.problems) == 2

    def test_what_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / "exporter.secret"
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(Failure, match="cannot be read"):
            read_secrets([User("exporter", secret_path=str(path))])
