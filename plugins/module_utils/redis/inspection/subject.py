# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inspection is asked for, and what its checks share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..conf.files import Configuration
from ..local import LocalServer
from ..waiting import Clock
from .machine import Machine


@dataclass(frozen=True)
class Wanted:
    """`service` is the server's unit, `units` are others that belong to it. `bind` and `ports`: as configured if empty.

    `passwords` are those that no process and no unit may show, besides the ones found on the host.
    """

    service: str | None = None
    units: tuple[str, ...] = ()
    drop_ins: tuple[str, ...] = ()
    user: str = "redis"
    group: str = "redis"
    bind: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    include_dir: str | None = None
    nopass_users: tuple[str, ...] = ()
    key_prefix: str = "redisops:check:"
    tolerate: tuple[str, ...] = ()
    passwords: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class Subject:
    """The server under inspection. `server` is None when there is no way to log in; `settings` is then empty.

    `pid` is None when neither systemd nor the server tells it.
    """

    wanted: Wanted
    machine: Machine
    configuration: Configuration
    server: LocalServer | None = None
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    info: Mapping[str, str] = field(default_factory=dict)
    unit: Mapping[str, str] = field(default_factory=dict)
    may_write: bool = True
    clock: Clock = time

    @property
    def pid(self) -> int | None:
        found = int(self.unit.get("MainPID") or self.info.get("process_id") or 0)
        return found or None

    @property
    def connected(self) -> LocalServer:
        if self.server is None:
            raise RuntimeError("a check that needs the server runs without it")
        return self.server

    def setting(self, name: str, default: str = "") -> str:
        """What is in effect; what the files say where the server does not tell."""
        found = self.settings.get(name)
        return self.configuration.last(name, default) if found is None else found

    @property
    def ports(self) -> list[int]:
        named = [int(self.setting("port", "6379")), int(self.setting("tls-port", "0"))]
        return list(self.wanted.ports) or [port for port in named if port]

    @property
    def bound(self) -> list[str]:
        return list(self.wanted.bind) or self.setting("bind", "* -::*").split()

    @property
    def is_saving(self) -> bool:
        """Whether it forks to write its data to disk."""
        return bool(self.setting("save")) or self.setting("appendonly") == "yes"
