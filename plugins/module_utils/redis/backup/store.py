# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory that holds a server's backups: one is made in it as a whole or not at all, and old ones end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ...reconcile.problems import Failure, Refused
from .disk import existing, sync_directory, write_text
from .manifest import FILE_NAME, Manifest, read_manifest

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_PARTIAL = ".partial-"
_LOCK = ".lock"


@dataclass(frozen=True)
class Retention:
    """What is kept of one server's backups: the newest `keep`, and none older than `days`. None is no limit.

    The newest one stays whatever its age: a server that has not been saved for long needs it most.
    """

    keep: int | None = None
    days: float | None = None

    def ends(self, backups: Sequence[Manifest], now: datetime) -> list[Manifest]:
        newest_first = sorted(backups, key=lambda backup: (backup.created, backup.name), reverse=True)
        kept = newest_first[: self.keep]
        if self.days is not None:
            oldest = (now - timedelta(days=self.days)).strftime(TIME_FORMAT)
            kept = [backup for backup in kept if backup.created >= oldest or backup is newest_first[0]]
        return [backup for backup in newest_first if backup not in kept]


@dataclass(frozen=True)
class Store:
    path: str

    def place(self, name: str) -> str:
        return os.path.join(self.path, name)

    def backups(self, config_file: str) -> list[Manifest]:
        """Those of one server; whatever else lies here is none of our business."""
        found = {}
        for name in sorted(os.listdir(self.path)) if os.path.isdir(self.path) else []:
            if NAME.fullmatch(name) and os.path.isfile(os.path.join(self.place(name), FILE_NAME)):
                with contextlib.suppress(ValueError):
                    found[name] = read_manifest(self.place(name))
        # A copy that somebody made under another name is theirs.
        return [each for name, each in found.items() if name == each.name and each.source.config_file == config_file]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time, and what a killed one left is cleared away. Raises Failure while another is at work."""
        sync_to = existing(os.path.dirname(self.path))
        if not os.path.isdir(self.path):
            os.makedirs(self.path, mode=0o700)
            sync_directory(sync_to)
        lock = os.open(self.place(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Failure(f"another run makes a backup in {self.path} at this moment") from error
            for name in os.listdir(self.path):
                if name.startswith(_PARTIAL):
                    shutil.rmtree(self.place(name))
            yield
        finally:
            os.close(lock)

    @contextlib.contextmanager
    def partial(self) -> Iterator[str]:
        """A directory for a backup in the making, gone at the end unless it was given its name."""
        made = tempfile.mkdtemp(prefix=_PARTIAL, dir=self.path)
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def complete(self, partial: str, manifest: Manifest) -> None:
        """From now on it is a backup, also after a power cut."""
        write_text(os.path.join(partial, FILE_NAME), manifest.to_json())
        for folder, _folders, _files in os.walk(partial):
            sync_directory(folder)
        os.rename(partial, self.place(manifest.name))
        sync_directory(self.path)

    def remove(self, name: str) -> None:
        """By way of another name, so that a half removed one is never taken for a backup."""
        ending = self.place(f"{_PARTIAL}{name}")
        os.rename(self.place(name), ending)
        shutil.rmtree(ending)


def require_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Refused(
            [f"name {name!r}: a backup's name has letters, digits, '.', '_' and '-', and begins with a letter or digit"]
        )


def utc_now() -> datetime:
    return datetime.now(timezone.utc)
