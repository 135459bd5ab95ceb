# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts/setup.py makes of the machine that it finds itself on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from scripts import setup


def machine_with(monkeypatch: pytest.MonkeyPatch, *versions: str) -> None:
    monkeypatch.setattr(setup, "find_interpreter", lambda version: Path("/python") if version in versions else None)


@pytest.mark.parametrize(
    ("versions", "newest", "oldest"),
    [
        (("3.11", "3.12", "3.13"), "Python 3.13, ansible-core 2.21", "Python 3.11, ansible-core 2.19"),
        (("3.12",), "Python 3.12, ansible-core 2.21", "Python 3.12, ansible-core 2.19"),
        (("3.11",), "Python 3.11, ansible-core 2.19", "Python 3.11, ansible-core 2.19"),
    ],
)
def test_each_line_takes_the_best_python_that_there_is(
    monkeypatch: pytest.MonkeyPatch, versions: tuple[str, ...], newest: str, oldest: str
) -> None:
    machine_with(monkeypatch, *versions)
    assert setup.describe("newest").startswith(newest)
    assert setup.describe("oldest").startswith(oldest)


def test_a_machine_without_a_usable_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch, "3.9", "3.14")
    with pytest.raises(SystemExit, match=r"runs on 3\.11, 3\.12, 3\.13\. Please install one"):
        setup.describe("oldest")


def test_an_interpreter_is_the_real_one_and_no_virtualenv() -> None:
    found = setup.find_interpreter("{}.{}".format(*sys.version_info))
    assert found is not None
    assert not found.is_relative_to(sys.prefix)


def test_a_version_that_is_not_there_is_not_found() -> None:
    assert setup.find_interpreter("3.1") is None


def test_without_apt_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: None)
    with pytest.raises(SystemExit, match="Please install redis-server"):
        setup.provide_commands(["redis-server"])


def test_without_permission_the_command_to_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: "/usr/bin/apt-get" if command == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup, "answer", lambda *command: None)
    with pytest.raises(SystemExit, match="sudo apt-get install redis-server shellcheck"):
        setup.provide_commands(["redis-server", "shellcheck"])


def test_what_hosts_need_is_asked_for_by_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(setup, "install_packages", asked.extend)
    monkeypatch.setattr(shutil, "which", lambda command: "/usr/bin/ssh" if command == "ssh" else None)
    setup.provide_commands(["redis-server", "hosts"])
    assert asked == ["redis-server", "iproute2", "mmdebstrap", "nftables", "systemd-container"]


def test_a_changed_requirement_asks_for_a_new_set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pins = tmp_path / "requirements" / "newest.txt"
    pins.parent.mkdir()
    pins.write_text("boto3==1.0\n", encoding="utf-8")
    for name in ("requirements.yml", "scripts/install_collections.py", "scripts/setup.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    before = setup.fingerprint()
    assert setup.fingerprint() == before
    pins.write_text("boto3==2.0\n", encoding="utf-8")
    assert setup.fingerprint() != before
