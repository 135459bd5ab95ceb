# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A systemd unit of this host."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from ..reconcile.problems import Failure
from .processes import run

LOG_LINES = 20


class UnitFailed(Failure):
    """systemctl refused. The message ends with the unit's last lines of log."""


class Service(Protocol):
    """What starts and stops a server; a test has processes in its place."""

    @property
    def name(self) -> str: ...

    def is_active(self) -> bool: ...

    def start(self) -> None:
        """Raises UnitFailed. Returns when the unit is up, for the packaged units when the data set is loaded."""

    def restart(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class SystemdUnit:
    name: str

    def is_active(self) -> bool:
        return run(["systemctl", "is-active", "--quiet", self.name]).returncode == 0

    def start(self) -> None:
        self._control("start")

    def restart(self) -> None:
        self._control("restart")

    def stop(self) -> None:
        self._control("stop")

    def _control(self, verb: str) -> None:
        # A unit that has failed too often is not started until that is forgotten.
        run(["systemctl", "reset-failed", self.name])
        begun = time.time()
        done = run(["systemctl", verb, self.name])
        if done.returncode:
            raise UnitFailed(f"systemctl {verb} {self.name} failed:\n{self._log(begun) or done.stderr}".strip())

    def _log(self, since: float) -> str:
        what = [f"--since=@{since:.3f}", f"--lines={LOG_LINES}", f"--unit={self.name}"]
        return run(["journalctl", "--no-pager", "--output=cat", *what]).stdout
