# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines end with the process that runs them, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standin.engines.driver import RedisDriver
from tests.standin.engines.plan import EngineError, GroupPlan, NodePlan
from tests.standin.engines.waiting import wait_until

REPOSITORY = Path(__file__).parents[3]
PLAN = GroupPlan("group", 6379, "off", cluster_mode=False, nodes=(NodePlan("group-001", "0001", "primary"),))

# Says where the engine is, and stays.
OWNER = """
import sys, threading
from pathlib import Path
from tests.component.standin.test_engines_lifetime import PLAN
from tests.standin.engines.driver import RedisDriver

driver = RedisDriver(Path(sys.argv[1]))
driver.apply(PLAN)
print(driver.endpoints("group", ["group-001"]).primary, flush=True)
threading.Event().wait()
"""


def engines_in(directory: Path) -> list[str]:
    """Ids of the processes that work somewhere below `directory`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = process.joinpath("cwd").readlink().is_relative_to(directory)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if is_ours:
            found.append(process.name)
    return found


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=lambda end: end.name)
def test_engines_end_with_their_owner(tmp_path: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().startswith(b"127.77.")
        assert len(engines_in(tmp_path)) == 1
        owner.send_signal(end)
    wait_until("the engine is gone", lambda: not engines_in(tmp_path), within=10)


def test_next_driver_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "engines" / "group").mkdir(parents=True)
    driver = RedisDriver(tmp_path)
    try:
        assert list((tmp_path / "engines").iterdir()) == []
    finally:
        driver.stop()


def test_stopped_driver_leaves_the_authority_and_nothing_else(tmp_path: Path) -> None:
    driver = RedisDriver(tmp_path)
    driver.apply(PLAN)
    driver.stop()
    assert engines_in(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == {"ca.key", "ca.pem"}
    with pytest.raises(EngineError, match="stopped"):
        driver.apply(PLAN)
