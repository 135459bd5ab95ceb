# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the core needs of the outside: clients, a clock, somebody to tell about progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .service_time import ServiceTime


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of the machine. Tests bring a clock on which waiting costs nothing."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def tell_nobody(_message: str) -> None:
    return None


@dataclass(frozen=True)
class Session:
    """`connect` makes a boto3 client for a service name; each is made once. `progress` receives a line per event."""

    connect: Callable[[str], Any]
    clock: Clock = field(default_factory=SystemClock)
    progress: Callable[[str], None] = tell_nobody
    clients: dict[str, Any] = field(default_factory=dict)
    service_time: ServiceTime = field(default_factory=ServiceTime)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            client = self.connect(service)
            client.meta.events.register("after-call", self._hear)
            self.clients[service] = client
        return self.clients[service]

    def service_now(self) -> datetime:
        """The time of day in UTC as the services have it, see ServiceTime."""
        return self.service_time.at(self.clock.now())

    def _hear(self, parsed: Mapping[str, Any], **_event: Any) -> None:
        self.service_time.hear(parsed, self.clock.now())
