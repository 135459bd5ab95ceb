# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check tools that come with the engine: they read a file as the server of the same release would."""

from __future__ import annotations

import re
import shutil

from ...reconcile.problems import Failure
from ..processes import run
from .manifest import Count

LAST_LINES = 5
_ERROR = re.compile(r"RDB ERROR DETECTED ---\n(?:\[offset \d+\] )?(.*)")
_COUNTED = re.compile(r"\[info\] (\d+) (keys read|expires)$", re.MULTILINE)


class CheckFailed(Failure):
    """The tool does not accept the file. The message ends with the tool's own words."""


def check_rdb(engine: str, path: str) -> Count | None:
    """How many keys the file has in all databases together; None when the tool does not tell."""
    output = _run(f"{engine}-check-rdb", path)
    counted = {what: int(number) for number, what in _COUNTED.findall(output)}
    return Count(counted["keys read"], counted["expires"]) if len(counted) == 2 else None


def check_aof(engine: str, manifest_path: str) -> None:
    """Given the manifest, the tool checks all of its files, the RDB one included."""
    _run(f"{engine}-check-aof", manifest_path)


def _run(tool: str, path: str) -> str:
    program = shutil.which(tool)
    if not program:
        raise Failure(f"{tool} is not installed, and nothing is called a backup that was not checked with it")
    done = run([program, path])
    output = done.stdout + done.stderr
    if done.returncode:
        found = _ERROR.search(output)
        said = found[1] if found else " / ".join(output.strip().splitlines()[-LAST_LINES:])
        raise CheckFailed(f"{tool} does not accept {path}: {said}")
    return output
