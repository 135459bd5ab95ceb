# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a server keeps its data, by the configuration files that it reads at its start."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ...reconcile.problems import Refused
from ..conf.files import Configuration


@dataclass(frozen=True)
class Places:
    """`appends`: whether the server reads its append-only file at start, rather than the RDB file."""

    data_dir: str
    rdb_name: str
    aof_dir_name: str
    aof_name: str
    appends: bool

    @classmethod
    def of(cls, configuration: Configuration) -> Places:
        """Raises Refused for a directory that depends on where the server was started."""
        data_dir = configuration.last("dir", "./")
        if not os.path.isabs(data_dir):
            raise Refused(
                [f"dir {data_dir} in {configuration.path} is not an absolute path, so nobody knows which is meant"]
            )
        return cls(
            data_dir=data_dir.rstrip("/") or "/",
            rdb_name=configuration.last("dbfilename", "dump.rdb"),
            aof_dir_name=configuration.last("appenddirname", "appendonlydir"),
            aof_name=configuration.last("appendfilename", "appendonly.aof"),
            appends=configuration.last("appendonly", "no").lower() == "yes",
        )

    @property
    def rdb(self) -> str:
        return os.path.join(self.data_dir, self.rdb_name)

    @property
    def aof_dir(self) -> str:
        return os.path.join(self.data_dir, self.aof_dir_name)

    @property
    def aof_manifest_name(self) -> str:
        return f"{self.aof_name}.manifest"
