# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A systemd unit of this host."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..reconcile.problems import Failure

LOG_LINES = 20


class UnitFailed(Failure):
    """systemctl refused. The message ends with the unit's last lines of log."""


class Service(Protocol):
    """What starts and stops a server; a test has processes in its place."""

    name: str

    def is_active(self) -> bool: ...

    def start(self) -> None:
        """Raises UnitFailed. Returns when the unit is up, for the packaged units when the data set is loaded."""

    def restart(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class SystemdUnit:
    name: str

    def is_active(self) -> bool:
        return _run(["systemctl", "is-active", "--quiet", self.name]).returncode == 0

    def start(self) -> None:
        self._control("start")

    def restart(self) -> None:
        self._control("restart")

    def stop(self) -> None:
        self._control("stop")

    def _control(self, verb: str) -> None:
        # A unit that has failed too often is not started until that is forgotten.
        _run(["systemctl", "reset-failed", self.name])
        done = _run(["systemctl", verb, self.name])
        if done.returncode:
            raise UnitFailed(f"systemctl {verb} {self.name}: {done.stderr.strip()}\n{self._log()}".strip())

    def _log(self) -> str:
        lines = str(LOG_LINES)
        return _run(["journalctl", "--no-pager", "--output=cat", f"--lines={lines}", f"--unit={self.name}"]).stdout


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
