# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of a host's timer: complete by itself, told by a file, and never by a password in its arguments."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup import installation, program
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.installation import (
    LIBRARY,
    imported_sources,
    options_file,
    program_files,
)

from tests.unit.house.tree import ROOT

SECRET = "secret-of-unit-tests-2718"
INSTANCE: dict[str, Any] = {
    "name": "sessions",
    "main_file": "/etc/redis/redis-sessions.conf",
    "secret_file": "/etc/redisops/sessions/redisops.secret",
    "include_dir": "/etc/redisops/sessions",
    "users": [],
}


def installed(folder: Path) -> Path:
    """The program as a host has it, but below another directory."""
    for entry in program_files():
        path = folder / Path(entry["path"]).relative_to(LIBRARY)
        if "content" in entry:
            path.write_text(entry["content"])
        else:
            path.mkdir(exist_ok=True)
    script = folder / "redisops-backup"
    script.write_text((ROOT / "roles/redis_server/files/redisops-backup").read_text())
    return script


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # With -I, as its first line has it, only the interpreter's own packages can be found.
    return subprocess.run([sys.executable, "-I", script, *arguments], check=False, capture_output=True, text=True)


def test_it_runs_without_ansible_and_without_the_collection(tmp_path: Path) -> None:
    done = run(installed(tmp_path), str(tmp_path / "none.json"))
    assert done.returncode == program.FAILED
    assert "none.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_wants_one_argument(tmp_path: Path) -> None:
    done = run(installed(tmp_path))
    assert done.returncode == program.USAGE
    assert done.stderr.startswith("usage: ")


def test_nothing_of_it_imports_ansible() -> None:
    sources = imported_sources(installation.ENTRY)
    assert "redis/backup/take.py" in sources
    assert not [name for name, text in sources.items() if re.search(r"^\s*(from|import) ansible", text, re.MULTILINE)]


def test_directories_come_before_what_is_in_them() -> None:
    made: set[str] = set()
    for entry in program_files():
        assert entry["path"] == LIBRARY or str(Path(entry["path"]).parent) in made
        if "content" not in entry:
            made.add(entry["path"])


def test_options_name_the_secret_and_do_not_hold_it() -> None:
    entry = options_file(INSTANCE, {"keep": 7, "keep_days": None, "kind": "rdb", "unknown": 1}, "/backups")
    assert entry["path"] == "/etc/redisops/sessions/backup.json"
    assert entry["mode"] == "0600"
    assert json.loads(entry["content"]) == {
        "config_file": "/etc/redis/redis-sessions.conf",
        "path": "/backups/sessions",
        "keep": 7,
        "kind": "rdb",
        "login_username": "redisops",
        "login_secret_file": "/etc/redisops/sessions/redisops.secret",
    }


def test_the_user_made_for_backups_is_preferred() -> None:
    users = [
        {"name": "app"},
        {"name": "saver", "preset": "backup", "secret_file": "/etc/redisops/sessions/saver.secret"},
    ]
    options = json.loads(options_file({**INSTANCE, "users": users}, {}, "/backups")["content"])
    assert (options["login_username"], options["login_secret_file"]) == ("saver", users[1]["secret_file"])


def test_without_users_requirepass_is_found_in_the_configuration() -> None:
    options = json.loads(options_file({**INSTANCE, "secret_file": None}, {}, "/backups")["content"])
    assert not [name for name in options if name.startswith("login_")]


def test_the_password_is_read_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "backup.secret"
    secret.touch(mode=0o600)
    secret.write_text(f"{SECRET}\n")
    path = tmp_path / "backup.json"
    path.write_text(json.dumps({"login_username": "backup", "login_secret_file": str(secret)}))
    login = program.login_from(program.read_options(str(path)))
    assert (login.username, login.password) == ("backup", SECRET)
    assert SECRET not in repr(login)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["{", "[]"])
def test_options_that_cannot_be_read(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "backup.json"
    path.write_text(text)
    assert program.main([str(path)]) == program.FAILED
    assert str(path) in capsys.readouterr().err
