# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are started and go on: how they end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ansible_collections.redisops.cache.plugins.module_utils.redis.processes import end, run, start

STUBBORN = ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
PARENT = """
import sys, time
from ansible_collections.redisops.cache.plugins.module_utils.redis.processes import start
start(["/bin/sh", "-c", "echo started; exec sleep 600"], "", "/", sys.stdout, {})
time.sleep(600)
"""


def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    """A server that holds somebody's configuration, and that nobody knows of, would otherwise run on for ever."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
        # The end of the file comes when nobody has it open any more: neither of the two runs.
        assert parent.stdout.read() == b""


def test_one_that_does_not_end_when_told_to_is_killed(tmp_path: Path) -> None:
    process = start(STUBBORN, "", str(tmp_path), subprocess.PIPE, {})
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert end(process, signal.SIGTERM, 0.1) == -signal.SIGKILL


def test_output_that_is_no_text_is_read_all_the_same() -> None:
    assert run(["printf", "a\\377b"]).stdout == "a\ufffdb"
