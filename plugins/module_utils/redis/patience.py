# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a server is waited for, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..reconcile.problems import Failure
from .local import LocalServer
from .waiting import Clock, wait_until

Told = dict[str, str]
"""What INFO says, by name."""


@dataclass(frozen=True)
class Patience:
    """`seconds` for each single thing that is waited for."""

    seconds: float
    clock: Clock

    def await_persistence(self, server: LocalServer, holds: Callable[[Told], bool], what: str) -> Told:
        """INFO persistence, once it is as it should be. Raises Failure."""
        told, _attempts = wait_until(lambda: server.info("persistence"), holds, self.seconds, self.clock)
        if not holds(told):
            raise Failure(f"after {self.seconds:g} seconds the server still {what}")
        return told
