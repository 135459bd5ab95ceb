# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in as a process of its own: starting, being found, ending."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin.control import Control
from tests.standin.engines.waiting import wait_until

PATIENCE = 60.0


def command(state: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.standin", *arguments, "--state", str(state)]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        command(tmp_path, "--no-engines", "--stepped"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wait_until("it answers", (tmp_path / "endpoint.json").exists, within=PATIENCE)
    yield started
    started.kill()
    started.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_answers_and_ends_when_told(
    process: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    endpoint = json.loads((tmp_path / "endpoint.json").read_text())
    assert endpoint["pid"] == process.pid
    assert Control(endpoint["url"]).hello() == {"pid": process.pid, "clock": "stepped", "rate": 0.0}
    process.send_signal(number)
    said, _other = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert said.strip() == endpoint["url"]
    assert not (tmp_path / "endpoint.json").exists()
    assert "stopped" in (tmp_path / "standin.log").read_text()


def test_one_at_a_time_for_a_state_directory(process: subprocess.Popen[str], tmp_path: Path) -> None:
    second = subprocess.run(command(tmp_path, "--no-engines"), capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert process.poll() is None


def test_a_file_that_a_killed_one_left_is_no_obstacle(process: subprocess.Popen[str], tmp_path: Path) -> None:
    process.kill()
    process.wait(PATIENCE)
    stopping = subprocess.run(command(tmp_path, "stop"), capture_output=True, text=True, check=False)
    assert stopping.returncode == 1
    assert "no stand-in runs" in stopping.stderr
    left = (tmp_path / "endpoint.json").read_text()
    again = subprocess.Popen(command(tmp_path, "--no-engines"), stdout=subprocess.DEVNULL)
    wait_until("it answers anew", lambda: (tmp_path / "endpoint.json").read_text() != left, within=PATIENCE)
    assert subprocess.run(command(tmp_path, "stop"), check=False).returncode == 0
    assert again.wait(PATIENCE) == 0
