# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup's files on their way into a data directory: beside what is there first, then in its place."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from .append_only import BASE, Part, read_parts, render_manifest
from .copies import AOF_FOLDER, AOF_MANIFEST, RDB_NAME
from .disk import copy, sync_directory, write_text
from .manifest import Manifest
from .places import Places

MODE = 0o640
FOLDER_MODE = 0o750


@contextlib.contextmanager
def staged(backup: str, manifest: Manifest, places: Places) -> Iterator[str]:
    """A directory on the data directory's file system, with the files as the server wants to find them, and its own.

    A copied RDB file becomes the base of an append-only file where the server reads that: with `appendonly yes` it
    would ignore dump.rdb and start empty (traps 1 and 2).
    """
    folder = tempfile.mkdtemp(prefix=".redisops-restore-", dir=places.data_dir)
    try:
        if manifest.kind == "aof":
            _stage_parts(backup, folder, places)
        elif places.appends:
            part = Part(f"{places.aof_name}.1.base.rdb", 1, BASE)
            _copy(os.path.join(backup, RDB_NAME), _aof_path(folder, places, part.name))
            write_text(_aof_path(folder, places, places.aof_manifest_name), render_manifest([part]))
        else:
            _copy(os.path.join(backup, RDB_NAME), os.path.join(folder, places.rdb_name))
        give_to_owner(folder, places.data_dir)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stage_parts(backup: str, folder: str, places: Places) -> None:
    source = os.path.join(backup, AOF_FOLDER)
    parts = read_parts(os.path.join(source, AOF_MANIFEST))
    for part in parts:
        _copy(os.path.join(source, part.name), _aof_path(folder, places, part.name))
    write_text(_aof_path(folder, places, places.aof_manifest_name), render_manifest(parts))


def _aof_path(folder: str, places: Places, name: str) -> str:
    directory = os.path.join(folder, places.aof_dir_name)
    os.makedirs(directory, exist_ok=True)
    return os.path.join(directory, name)


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as file:
        copy(file, target, os.fstat(file.fileno()).st_size, source)


def give_to_owner(folder: str, like: str) -> None:
    """Whoever owns the data directory owns what is put into it, since the server writes there."""
    owner = os.stat(like)
    for directory, _folders, names in os.walk(folder):
        os.chown(directory, owner.st_uid, owner.st_gid)
        os.chmod(directory, FOLDER_MODE)
        for name in names:
            os.chown(os.path.join(directory, name), owner.st_uid, owner.st_gid)
            os.chmod(os.path.join(directory, name), MODE)
        sync_directory(directory)


def data_names(places: Places) -> list[str]:
    """What a server reads at start, in the forms of all versions; one that is left would be taken for the data."""
    return [places.rdb_name, places.aof_dir_name, places.aof_name]


@dataclass
class Swap:
    """Puts what was staged in place of what is there, which is moved to `aside` and never deleted."""

    places: Places
    aside: str
    _moved: list[str] = field(default_factory=list)
    _has_aside: bool = False
    _is_placed: bool = False

    def do(self, folder: str) -> None:
        places = self.places
        found = [name for name in data_names(places) if os.path.lexists(os.path.join(places.data_dir, name))]
        if found:
            os.mkdir(self.aside, 0o700)
            self._has_aside = True
        for name in found:
            os.rename(os.path.join(places.data_dir, name), os.path.join(self.aside, name))
            self._moved.append(name)
        wanted = places.aof_dir_name if places.appends else places.rdb_name
        os.rename(os.path.join(folder, wanted), os.path.join(places.data_dir, wanted))
        self._is_placed = True
        sync_directory(places.data_dir)

    def undo(self) -> None:
        """Everything as it was. What the server wrote meanwhile came from the backup."""
        for name in data_names(self.places) if self._is_placed else []:
            _remove(os.path.join(self.places.data_dir, name))
        for name in self._moved:
            os.rename(os.path.join(self.aside, name), os.path.join(self.places.data_dir, name))
        if self._has_aside:
            os.rmdir(self.aside)
        sync_directory(self.places.data_dir)

    @property
    def moved(self) -> tuple[str, ...]:
        return tuple(self._moved)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
