# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting a backup into a server's place. Whatever fails on the way is undone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from ...reconcile.problems import Failure
from ..conf.files import Configuration
from ..conf.observe import is_watched
from ..local import LocalServer, Login, connect_by
from ..patience import Patience
from ..service import Service
from . import disk
from .contents import counts, differences
from .engine import Engine
from .gates import Gates, require_confirmation
from .loading import LoadedBackup
from .manifest import Manifest
from .places import Places
from .staging import Swap, data_names, give_to_owner, staged
from .store import utc_now

OF_A_REPLICA = "this server is a replica, and its primary would replace what is restored: restore the primary"
OF_A_WATCHED = (
    "Sentinels watch this server. While it is stopped they would promote a replica, which would then replace what is "
    "restored: stop the Sentinels, restore, start them again"
)


@dataclass(frozen=True)
class Wish:
    """`program` is the server's own binary. `name` is the cache's, and `confirm` has to repeat it."""

    backup: str
    name: str
    confirm: str | None
    program: str


@dataclass(frozen=True)
class Restoring:
    """`service` runs the server that `configuration` is for; it is stopped, and runs the restored data afterwards."""

    configuration: Configuration
    login: Login
    service: Service
    wish: Wish
    patience: Patience

    def run(self, check_mode: bool = False) -> dict[str, Any]:
        """Raises Refused before anything was touched, Failure when all is again as it was."""
        require_confirmation(self.wish.name, self.wish.confirm)
        places = Places.of(self.configuration)
        manifest = Gates(self.wish.backup, places, Engine.installed(self.wish.program)).pass_through(self._objections)
        disk.require_room({places.data_dir: _size(manifest, places)})
        was_active = self.service.is_active()
        foretold = _foretell(manifest, places, was_active)
        if check_mode:
            return foretold
        aside = os.path.join(places.data_dir, f"redisops-replaced-{utc_now():%Y%m%dT%H%M%S.%fZ}")
        swap = Swap(places, aside)
        try:
            self.service.stop()
            databases = self._put_in_place(manifest, swap)
        except BaseException as error:
            self._put_back(swap, was_active, error)
            if isinstance(error, (Failure, OSError)):
                raise Failure(f"{error}\nIt was not restored: {self.wish.name} has the data that it had") from error
            raise
        loaded = {str(number): keys for number, keys in databases.items()}
        return {**foretold, "databases": loaded, "moved_aside": aside if swap.moved else None}

    def _objections(self) -> list[str]:
        if not self.service.is_active():
            follows = self.configuration.last("replicaof") or self.configuration.last("slaveof")
            return [OF_A_REPLICA] if follows else []
        server = connect_by(self.configuration, self.login)
        try:
            is_replica = server.info("replication")["role"] == "slave"
            return [*([OF_A_REPLICA] if is_replica else []), *([OF_A_WATCHED] if is_watched(server) else [])]
        finally:
            server.close()

    def _put_in_place(self, manifest: Manifest, swap: Swap) -> dict[int, int]:
        """Gives the keys of each database, as the backup was loaded."""
        with staged(self.wish.backup, manifest, swap.places) as folder:
            databases = self._prove(manifest, folder, swap.places)
            swap.do(folder)
        self.service.start()
        server = connect_by(self.configuration, self.login)
        try:
            self.patience.await_persistence(server, lambda told: told["loading"] == "0", "loads its data")
            self._require_loaded(server, sum(databases.values()))
        finally:
            server.close()
        return databases

    def _prove(self, manifest: Manifest, folder: str, places: Places) -> dict[int, int]:
        """Loaded where no client changes it meanwhile, it must be what was backed up. Raises Failure."""
        becomes_rdb = manifest.kind == "aof" and not places.appends
        appends = places.appends or becomes_rdb
        loaded = LoadedBackup(self.wish.program, self.configuration, folder, self.patience, appends, becomes_rdb)
        with loaded as server:
            told = differences(manifest.contents, server)
            if told:
                raise Failure(f"{manifest.name} does not load as it was backed up: {'; '.join(told)}")
            found = counts(server.info("keyspace"))
        give_to_owner(folder, places.data_dir)
        return {number: count.keys for number, count in found.items()}

    def _require_loaded(self, server: LocalServer, keys: int) -> None:
        """By now clients may change it; what must not be is that it has looked elsewhere for its data (trap 2)."""
        if keys and not counts(server.info("keyspace")):
            raise Failure(
                f"the service started empty instead of with {keys} keys: does it read another dir, or another "
                f"appendonly, than {self.configuration.path} says?"
            )

    def _put_back(self, swap: Swap, was_active: bool, error: BaseException) -> None:
        """Raises Failure with both reasons when even that fails."""
        try:
            self.service.stop()
            swap.undo()
            if was_active:
                self.service.start()
        except (Failure, OSError) as second:
            told = f"{error}\nIt was not restored, and {self.wish.name} could not be made as it was: {second}"
            where = f"\nIts data is in {swap.places.data_dir}, or below in {os.path.basename(swap.aside)}"
            raise Failure(f"{told}{where}") from error


def _size(manifest: Manifest, places: Places) -> int:
    """Twice for an append-only file that has to become an RDB file."""
    size = sum(file.size for file in manifest.files)
    return 2 * size if manifest.kind == "aof" and not places.appends else size


def _foretell(manifest: Manifest, places: Places, was_active: bool) -> dict[str, Any]:
    there = [name for name in data_names(places) if os.path.lexists(os.path.join(places.data_dir, name))]
    holds = {str(number): count.keys for number, count in manifest.contents.databases.items()}
    return {
        "changed": True,
        "changes": [{"change": "restored", "backup": manifest.name, "into": places.data_dir, "replaces": there}],
        "diff": {
            "before": {"data": there, "service": "active" if was_active else "inactive"},
            "after": {"data": {"backup": manifest.name, "keys": holds}, "service": "active"},
        },
        "backup": manifest.summary(),
    }
