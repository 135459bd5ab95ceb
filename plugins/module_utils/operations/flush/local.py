# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup of the server of this host, in place of a snapshot that a service takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ...redis.backup.arguments import backup_arguments
from ...redis.backup.run import take
from ...redis.backup.store import Store
from ...redis.backup.take import Taken
from ...redis.flush.arguments import own_login_from
from .snapshots import SnapshotTold, next_name, require_recent

STEM = "before-flush"


class LocalBackup:
    """See SnapshotBefore. `params` are those of redis_flush. No other backup is removed for it."""

    def __init__(self, params: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._params = params
        self._now = now
        self._name: str | None = params["snapshot_name"]

    def foresee(self) -> SnapshotTold:
        if not self._name:
            store = Store(self._params["backup_dir"])
            config_file = os.path.abspath(self._params["config_file"])
            self._name = next_name(STEM, [each.name for each in store.backups(config_file)])
        told = self._told(self._take(check=True))
        if not told.is_new and told.created:
            require_recent(told.name, told.created, self._params["snapshot_max_age"], self._now())
        return told

    def take(self) -> SnapshotTold:
        return self._told(self._take(check=False))

    def _take(self, check: bool) -> Taken:
        defaults = {name: option.get("default") for name, option in backup_arguments().items()}
        given = {name: self._params[name] for name in ("config_file", "wait_timeout")}
        wanted = {**defaults, **given, "path": self._params["backup_dir"], "name": self._name}
        return take(wanted, own_login_from(self._params), check)

    def _told(self, taken: Taken) -> SnapshotTold:
        path = os.path.join(self._params["backup_dir"], taken.name)
        created = taken.manifest.created if taken.manifest else None
        return SnapshotTold(taken.name, taken.changed, path, created, taken.notes)
