# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files, written whole or not at all, and put back as they were."""

from __future__ import annotations

import grp
import os
import pwd
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .files import read_text


@dataclass(frozen=True)
class Owner:
    """`mode` are permission bits."""

    mode: int
    uid: int
    gid: int

    @classmethod
    def of(cls, path: str) -> Owner:
        found = os.stat(path)
        return cls(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)

    def __str__(self) -> str:
        return f"{self.mode:04o} {_name(pwd.getpwuid, self.uid)}:{_name(grp.getgrgid, self.gid)}"


@dataclass(frozen=True)
class Snapshot:
    """A file as it was; `text` is None when it was not there."""

    path: str
    text: str | None = field(repr=False)
    owner: Owner | None

    @classmethod
    def take(cls, path: str) -> Snapshot:
        return cls(path, read_text(path), Owner.of(path)) if os.path.exists(path) else cls(path, None, None)

    def restore(self) -> None:
        if self.text is None or self.owner is None:
            if os.path.exists(self.path):
                os.unlink(self.path)
        else:
            write(self.path, self.text, self.owner)


def write(path: str, text: str, owner: Owner) -> None:
    """In one step, so that neither a server that starts nor a crash meets half of it, readable for its owner alone.

    A link stays one: the file that it leads to is written.
    """
    path = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=os.path.dirname(path))
    try:
        with open(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fchown(file.fileno(), owner.uid, owner.gid)
            os.fchmod(file.fileno(), owner.mode)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def make_directory(path: str, owner: Owner) -> None:
    """Directories above it are everybody's to pass through."""
    if not os.path.isdir(path):
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        os.mkdir(path, mode=0o700)
        os.chown(path, owner.uid, owner.gid)
        os.chmod(path, owner.mode)


def _name(of: Callable[[int], Any], number: int) -> str:
    try:
        return str(of(number)[0])
    except KeyError:
        return str(number)
