# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that a host's timer starts: the module redis_backup without Ansible, its options from a file.

The file is JSON, with the options of the module, and `login_secret_file`: the password of `login_username`.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from ...reconcile.problems import Failure
from ..local import Login
from .arguments import backup_arguments
from .run import take

USAGE = 2
FAILED = 1


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: redisops-backup OPTIONS.json\n")
        return USAGE
    signal.signal(signal.SIGTERM, _leave)
    try:
        params = read_options(arguments[0])
        taken = take(params, login_from(params))
    except Failure as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    for line in (
        f"{taken.name} is in {params['path']}",
        *(f"{name} was removed" for name in taken.removed),
        *taken.notes,
    ):
        sys.stdout.write(f"{line}\n")
    return 0


def read_options(path: str) -> dict[str, Any]:
    """Raises Failure."""
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    if not isinstance(given, dict):
        raise Failure(f"{path}: it holds no options by name")
    defaults = {name: option.get("default") for name, option in backup_arguments().items()}
    return {"login_username": None, "login_secret_file": None, "timeout": 10.0, **defaults, **given}


def login_from(params: dict[str, Any]) -> Login:
    """Raises Failure."""
    secret = params["login_secret_file"]
    if not secret:
        return Login(timeout=params["timeout"])
    try:
        password = Path(secret).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Failure(f"{secret}: {error.strerror}") from error
    return Login(params["login_username"], password, timeout=params["timeout"])


def _leave(_number: int, _frame: FrameType | None) -> None:
    """As an exception, so that what was held is given back and what is half is cleared away."""
    raise SystemExit("stopped before the backup was complete")
