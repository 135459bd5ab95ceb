# SPDX-License-Identifier: GPL-3.0-or-later
"""The module redis_host_files, run as Ansible runs it, on files of the test's user."""

from __future__ import annotations

import grp
import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.wanted import as_arguments
from ansible_collections.redisops.cache.plugins.modules.redis_host_files import main

from tests.component.module_runs import run_module

ME = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
SECRET = "kept-in-a-file-0123456789"


def place(*files: dict[str, Any], **params: Any) -> dict[str, Any]:
    return run_module(main, {**as_arguments({**ME, **each} for each in files), **params})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Another program's directory, with a file that is to be changed and one that is to go."""
    (tmp_path / "changed").write_text("one\ntwo\n")
    (tmp_path / "changed").chmod(0o600)
    (tmp_path / "gone").write_text("old\n")
    (tmp_path / "gone").chmod(0o644)
    return tmp_path


def wanted(folder: Path) -> list[dict[str, Any]]:
    return [
        {"path": f"{folder}/new", "mode": "0750"},
        {"path": f"{folder}/new/file", "content": "text\n"},
        {"path": f"{folder}/missing/directories/file", "content": "text\n", "mode": "0755"},
        {"path": f"{folder}/changed", "content": "one\nthree\n"},
        {"path": f"{folder}/gone", "content": ""},
    ]


def state(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mode & 0o777, path.read_text() if path.is_file() else "")
        for path in folder.rglob("*")
    }


def test_all_of_them_and_then_nothing(folder: Path) -> None:
    first = place(*wanted(folder))
    assert [(Path(each["path"]).name, each["how"]) for each in first["changes"]] == [
        ("new", "created"),
        ("file", "created"),
        ("file", "created"),
        ("changed", "changed"),
        ("gone", "removed"),
    ]
    found = state(folder)
    assert found["new"] == (0o750, "")
    assert found["new/file"] == (0o644, "text\n")
    assert found["missing/directories"] == (0o755, "")
    assert found["missing/directories/file"] == (0o755, "text\n")
    assert found["changed"] == (0o644, "one\nthree\n")
    assert "gone" not in found
    assert place(*wanted(folder))["changed"] is False


def test_check_mode_tells_the_same_and_changes_nothing(folder: Path) -> None:
    before = state(folder)
    foretold = place(*wanted(folder), _ansible_check_mode=True)
    assert state(folder) == before
    done = place(*wanted(folder))
    assert {name: foretold[name] for name in ("changed", "changes", "diff")} == {
        name: done[name] for name in ("changed", "changes", "diff")
    }


def test_the_diff_shows_lines_and_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one\ntwo\n")
    path.chmod(0o640)
    (shown,) = (each["prepared"] for each in place({"path": str(path), "content": "one\nthree\n"})["diff"])
    owner = f"{ME['owner']}:{ME['group']}"
    assert shown.splitlines() == [
        f"{path}: changed",
        f"0640 {owner} -> 0644 {owner}",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+three",
    ]


@pytest.mark.parametrize("before", [None, 0o600, 0o644])
def test_what_only_its_owner_may_read_is_shown_nowhere(tmp_path: Path, before: int | None) -> None:
    """Traps 29 and 30."""
    path = tmp_path / "secret"
    if before is not None:
        path.write_text(f"formerly {SECRET}\n")
        path.chmod(before)
    result = place({"path": str(path), "content": f"{SECRET}\n", "mode": "0600"})
    assert path.read_text() == f"{SECRET}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET not in json.dumps(result)
    assert MARKER in json.dumps(result["diff"])


def test_a_text_that_is_not_accepted_changes_nothing(folder: Path) -> None:
    before = state(folder)
    refused = {"path": f"{folder}/table", "content": "nonsense\n", "validate": "grep --quiet table %s"}
    result = place(*wanted(folder), refused)
    assert result["failed"]
    assert f"{folder}/table: grep does not accept" in result["msg"]
    assert state(folder) == before
    assert place({**refused, "content": "a table\n"})["changed"]


def test_a_user_that_does_not_exist(tmp_path: Path) -> None:
    result = place({"path": f"{tmp_path}/a", "content": "text\n", "owner": "nobody-of-this-name"})
    assert result["failed"]
    assert "nobody-of-this-name" in result["msg"]


def test_a_link_takes_no_directory_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert "is a link" in place({"path": f"{tmp_path}/link", "mode": "0755"})["msg"]
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o700


def test_texts_are_kept_out_of_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 30: a module logs what it was called with."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _module, text, **_options: logged.append(text))
    text = f"first line\n{SECRET}\nlast line\n"
    place({"path": f"{tmp_path}/a", "content": text})
    assert any(f"{tmp_path}/a" in each for each in logged)
    assert not [each for each in logged if SECRET in each]


def test_a_text_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    result = run_module(main, {"files": [], "contents": {f"{tmp_path}/a": "one more line\n"}})
    assert f"{tmp_path}/a" in result["msg"]


def test_a_whole_program_is_not_shown(tmp_path: Path) -> None:
    content = "".join(f"line {number}\n" for number in range(1000))
    (shown,) = (each["prepared"] for each in place({"path": str(tmp_path / "a"), "content": content})["diff"])
    assert "+line 38" in shown
    assert shown.endswith("(961 further lines)\n")
    assert (tmp_path / "a").read_text() == content
