# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that speaks against restoring a backup, found before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...reconcile.problems import Refused
from .append_only import base_name, read_parts
from .check_tools import CheckFailed, check_aof, check_rdb
from .copies import AOF_FOLDER, AOF_MANIFEST, RDB_NAME
from .disk import sha256, size_if_there
from .engine import Engine
from .headers import objection, read_header
from .manifest import Manifest, read_manifest
from .places import Places


def require_confirmation(name: str | None, confirm: str | None) -> None:
    """Two empty texts are equal, and confirm nothing: they come from variables that are not set."""
    if not (name or "").strip():
        raise Refused(["name: it is empty. Say which cache is to be restored, and repeat it with confirm."])
    if confirm != name:
        told = f" (it was {confirm})" if confirm else ""
        raise Refused(
            [f"{name} was not touched. A restore replaces all of its data; if that is meant, confirm={name}{told}"]
        )


@dataclass(frozen=True)
class Gates:
    """`backup` is a backup's directory; it would be restored to `places`, for `engine` to read."""

    backup: str
    places: Places
    engine: Engine

    def pass_through(self, objections: Callable[[], Iterable[str]]) -> Manifest:
        """Raises Refused with all that can be told at once. `objections` are of the server's part among others."""
        try:
            manifest = read_manifest(self.backup)
        except ValueError as error:
            raise Refused([str(error)]) from error
        problems = list(self._damage(manifest))
        if not problems:
            problems = [*self._unreadable(manifest), *self._unwelcome(), *objections()]
        if problems:
            raise Refused(problems)
        return manifest

    def _damage(self, manifest: Manifest) -> Iterator[str]:
        for file in manifest.files:
            path = os.path.join(self.backup, file.name)
            if size_if_there(path) != file.size or sha256(path) != file.sha256:
                yield f"{path} is not what was backed up: its size or checksum is not the manifest's"

    def _unreadable(self, manifest: Manifest) -> Iterator[str]:
        """By the file's own header, and by the check tool of the release that is to load it (trap 33)."""
        where = f"{self.engine.name} {self.engine.version} does not read {manifest.name}"
        path = self._rdb_file(manifest)
        against = objection(read_header(path), self.engine.name) if path else None
        if against:
            yield f"{where}: {against}"
            return
        try:
            if manifest.kind == "aof":
                check_aof(self.engine.name, os.path.join(self.backup, AOF_FOLDER, AOF_MANIFEST))
            else:
                check_rdb(self.engine.name, os.path.join(self.backup, RDB_NAME))
        except CheckFailed as error:
            yield f"{where}, which is from {manifest.source.engine} {manifest.source.version}: {error}"

    def _rdb_file(self, manifest: Manifest) -> str | None:
        if manifest.kind != "aof":
            return os.path.join(self.backup, RDB_NAME)
        folder = os.path.join(self.backup, AOF_FOLDER)
        name = base_name(read_parts(os.path.join(folder, AOF_MANIFEST)))
        return os.path.join(folder, name) if name else None

    def _unwelcome(self) -> Iterator[str]:
        if self.places.appends and not self.engine.has_parts:
            yield (
                f"{self.engine.name} {self.engine.version} keeps its append-only file in one part, which is not "
                "supported here: restore with appendonly no, and switch it on while the server runs"
            )
