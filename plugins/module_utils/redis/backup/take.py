# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making one backup: what would be done, and doing it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field, replace
from typing import Any

from ...reconcile.problems import Refused
from ..local import LocalServer
from ..patience import Patience
from . import disk
from .copies import Job, copy_aof, copy_rdb
from .engine import Engine
from .manifest import Contents, Manifest, Source
from .places import Places
from .saving import await_idle
from .store import TIME_FORMAT, Retention, Store, require_name, utc_now

RDB, AOF, AUTO = "rdb", "aof", "auto"


@dataclass(frozen=True)
class Request:
    """`kind` is RDB, AOF or AUTO: the append-only file where the server has one, since then it reads nothing else.

    `samples` is the number of keys whose values are remembered for the restore.
    """

    path: str
    name: str | None = None
    kind: str = AUTO
    retention: Retention = field(default_factory=Retention)
    samples: int = 100


@dataclass(frozen=True)
class Taken:
    """What a run did, or in check mode would do. `notes` are for whoever reads the result."""

    name: str
    changed: bool
    existing: tuple[str, ...]
    removed: tuple[str, ...]
    notes: tuple[str, ...] = ()
    manifest: Manifest | None = None

    def as_dict(self, path: str) -> dict[str, Any]:
        after = [name for name in (*self.existing, self.name) if name not in self.removed]
        changes = [{"backup": self.name, "change": "made"}] if self.changed else []
        return {
            "changed": self.changed,
            "changes": [*changes, *({"backup": name, "change": "removed"} for name in self.removed)],
            "diff": {"before": {"backups": sorted(self.existing)}, "after": {"backups": sorted(set(after))}},
            "name": self.name,
            "path": os.path.join(path, self.name),
            "backup": self.manifest.summary() if self.manifest else None,
            "removed": list(self.removed),
            "notes": list(self.notes),
        }


class Taking:
    """One server's next backup. The server is logged in to; `config_file` of it names the source in the manifest."""

    def __init__(self, server: LocalServer, request: Request, patience: Patience) -> None:
        self._server = server
        self._request = request
        self._patience = patience
        self._store = Store(request.path)
        self._places = Places.of(server.configuration)
        self._notes: list[str] = []
        self._engine = Engine.running(server)
        config_file = os.path.abspath(server.configuration.path)
        self._source = Source(socket.gethostname(), config_file, self._engine.name, self._engine.version)
        self._told = server.info("persistence", "memory")

    def run(self, check_mode: bool = False) -> Taken:
        """Raises Refused and NoRoom when nothing was begun, another Failure later on. No half backup is left."""
        now = utc_now()
        name = self._request.name or now.strftime("%Y%m%dT%H%M%SZ")
        require_name(name)
        found = self._store.backups(self._source.config_file)
        existing = tuple(backup.name for backup in found)
        if name in existing:
            there = next(backup for backup in found if backup.name == name)
            return Taken(name, False, existing, (), manifest=there)
        if os.path.lexists(self._store.place(name)):
            raise Refused([f"{self._store.place(name)} is there, and is no backup of this server"])
        kind = self._kind()
        disk.require_room(self._needs(kind))
        made = Manifest(name, now.strftime(TIME_FORMAT), kind, self._source, None, (), Contents({}))
        removed = tuple(sorted(each.name for each in self._request.retention.ends([*found, made], now)))
        if check_mode:
            return Taken(name, True, existing, removed, tuple(self._notes))
        with self._store.locked():
            manifest = self._make(made)
            for each in removed:
                self._store.remove(each)
        return Taken(name, True, existing, removed, tuple(self._notes), manifest)

    def _kind(self) -> str:
        wanted = self._request.kind
        appends = self._told.get("aof_enabled") == "1"
        if wanted == AOF and not (appends and self._engine.has_parts):
            why = (
                "before 7.0 it is one file, which cannot be copied while it is rewritten"
                if appends
                else "appendonly is off"
            )
            raise Refused([f"kind aof: this server has no multi-part append-only file ({why}); kind rdb can be had"])
        if wanted != AUTO:
            return wanted
        return AOF if appends and self._engine.has_parts else RDB

    def _needs(self, kind: str) -> dict[str, int]:
        """An RDB file is hardly ever larger than the data in memory; the server writes it beside the one it has."""
        if kind == AOF:
            return {self._request.path: int(self._told.get("aof_current_size", 0))}
        size = max(int(self._told["used_memory_dataset"]), disk.size_if_there(self._places.rdb))
        return {self._places.data_dir: size, self._request.path: size}

    def _make(self, planned: Manifest) -> Manifest:
        await_idle(self._server, self._patience)
        job = Job(self._server, self._places, self._source.engine, self._patience, self._request.samples)
        with self._store.partial() as folder:
            copied = copy_rdb(job, folder) if planned.kind == RDB else copy_aof(job, folder, self._store.path)
            self._notes += copied.notes
            made = replace(planned, rdb_version=copied.rdb_version, files=copied.files, contents=copied.contents)
            self._store.complete(folder, made)
        return made
