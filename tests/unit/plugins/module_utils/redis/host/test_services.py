# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.services import read_packages, read_units

SHOWN = """LoadState=loaded
ActiveState=active
UnitFileState=enabled
NeedDaemonReload=no
DropInPaths=/etc/systemd/system/redis-server.service.d/redisops.conf
LimitNOFILE=65535
MemoryMax=infinity
MainPID={pid}
ExecMainStartTimestampMonotonic={started}

LoadState=not-found
ActiveState=inactive
UnitFileState=
NeedDaemonReload=no
DropInPaths=
MainPID=0
ExecMainStartTimestampMonotonic=0
"""


class Commands:
    """Answers by the first word of a command that is known. `calls` are the commands that were run."""

    def __init__(self, **outputs: str | int) -> None:
        self.outputs = outputs
        self.calls: list[list[str]] = []

    def __call__(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.calls.append(list(words))
        answer = self.outputs[words[0].replace("-", "_")]
        code, text = (answer, "") if isinstance(answer, int) else (0, answer)
        return subprocess.CompletedProcess(list(words), code, text, "")


class TestPackages:
    def test_of_debian(self) -> None:
        call = Commands(dpkg_query="redis-server installed 5:7.0\nredis-tools config-files 5:7.0\n", dpkg=1)
        found = read_packages("debian", {"redis-server": "5:7.1", "redis-tools": None, "nginx": None}, call)
        assert found["redis-server"] == {"installed": "5:7.0", "wanted": "5:7.1", "comparison": "older"}
        assert found["redis-tools"]["installed"] is None
        assert found["nginx"] == {"installed": None, "wanted": None, "comparison": None}

    @pytest.mark.parametrize(("wanted", "code", "comparison"), [("7", 0, "same"), ("6", 0, "newer"), ("8", 1, "older")])
    def test_versions_are_compared_by_the_package_tool(self, wanted: str, code: int, comparison: str) -> None:
        """Trap 33."""
        call = Commands(dpkg_query="redis-server installed 7\n", dpkg=code)
        assert read_packages("debian", {"redis-server": wanted}, call)["redis-server"]["comparison"] == comparison

    @pytest.mark.parametrize(("answer", "comparison"), [("-1\n", "older"), ("0\n", "same"), ("1\n", "newer")])
    def test_of_red_hat(self, answer: str, comparison: str) -> None:
        class Rpm(Commands):
            def __call__(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
                text = answer if "--eval" in words else "valkey installed 0:8.0.6-1.el10\npackage x is not installed\n"
                return subprocess.CompletedProcess(list(words), 0, text, "")

        found = read_packages("redhat", {"valkey": "0:8.0.7-1.el10", "x": None}, Rpm())
        assert (found["valkey"]["comparison"], found["x"]["installed"]) == (comparison, None)

    def test_nothing_is_run_for_nothing(self) -> None:
        call = Commands()
        assert read_packages("debian", {}, call) == {}
        assert read_units([], Path("/"), call) == {}
        assert call.calls == []


class TestUnits:
    def read(self, root: Path, started: float) -> dict[str, dict[str, object]]:
        shown = SHOWN.format(pid=42, started=int(started * 1e6))
        return read_units(["redis-server.service", "x.service"], root, Commands(systemctl=shown))

    def test_one_call_for_all(self, tmp_path: Path) -> None:
        found = self.read(tmp_path, time.monotonic())
        assert found["redis-server.service"]["enabled"] == "enabled"
        assert found["redis-server.service"]["limit_nofile"] == "65535"
        assert found["x.service"]["load"] == "not-found"
        assert found["x.service"]["newer_drop_ins"] == []

    @pytest.mark.parametrize(("target", "is_replaced"), [("/usr/bin/redis", False), ("/usr/bin/redis (deleted)", True)])
    def test_a_program_that_an_upgrade_has_replaced(self, tmp_path: Path, target: str, is_replaced: bool) -> None:
        (tmp_path / "proc/42").mkdir(parents=True)
        (tmp_path / "proc/42/exe").symlink_to(target)
        assert self.read(tmp_path, time.monotonic())["redis-server.service"]["binary_replaced"] is is_replaced

    @pytest.mark.parametrize(("seconds_ago", "is_newer"), [(3600, True), (-3600, False)])
    def test_a_drop_in_that_was_written_after_the_start(self, tmp_path: Path, seconds_ago: int, is_newer: bool) -> None:
        """Also where the run that wrote it was interrupted before it could restart the unit."""
        path = tmp_path / "etc/systemd/system/redis-server.service.d/redisops.conf"
        path.parent.mkdir(parents=True)
        path.touch()
        found = self.read(tmp_path, time.monotonic() - seconds_ago)["redis-server.service"]
        assert bool(found["newer_drop_ins"]) is is_newer
