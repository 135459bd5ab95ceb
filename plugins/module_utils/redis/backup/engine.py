# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which engine a host has, and in which version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...reconcile.problems import Failure
from ..local import LocalServer
from ..processes import run

_VERSION = re.compile(r"(Redis|Valkey) server v=(\S+)")


@dataclass(frozen=True)
class Engine:
    """`name` is redis or valkey, as the names of its programs begin."""

    name: str
    version: str

    @property
    def has_parts(self) -> bool:
        """Whether an append-only file has several parts, and a manifest."""
        return int(self.version.split(".")[0]) >= 7

    @classmethod
    def running(cls, server: LocalServer) -> Engine:
        told = server.info("server")
        valkey = told.get("valkey_version")
        return cls("valkey", valkey) if valkey else cls("redis", told["redis_version"])

    @classmethod
    def installed(cls, program: str) -> Engine:
        try:
            done = run([program, "--version"])
        except OSError as error:
            raise Failure(f"{program} cannot be run: {error.strerror}") from error
        found = _VERSION.search(done.stdout)
        if not found:
            raise Failure(f"{program} --version does not tell a version of Redis or Valkey: {done.stdout.strip()}")
        return cls(found[1].lower(), found[2])
