# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies that are on the disk when they are said to be, and room for them looked for first."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from typing import BinaryIO

from ...reconcile.problems import Failure
from .manifest import CopiedFile

CHUNK_BYTES = 1 << 20
SPARE_BYTES = 1 << 20
"""For directories and manifests, and for whatever else writes to the disk meanwhile."""


class NoRoom(Failure):
    """A file system is full, or would be."""


def copy(source: BinaryIO, target: str, size: int, name: str) -> CopiedFile:
    """The first `size` bytes of a file to a new one that only its owner may read, on the disk when this returns."""
    digest = hashlib.sha256()
    source.seek(0)
    left = size
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            while left:
                chunk = source.read(min(CHUNK_BYTES, left))
                if not chunk:
                    raise Failure(f"{name} became shorter while it was copied")
                digest.update(chunk)
                written.write(chunk)
                left -= len(chunk)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise _told(error, target, size) from error
    return CopiedFile(name, size, digest.hexdigest())


def write_text(target: str, text: str) -> None:
    """A new file that only its owner may read."""
    data = text.encode()
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise _told(error, target, len(data)) from error


def sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()


def sync_directory(path: str) -> None:
    """So that names made or changed in it survive a power cut."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def require_room(needs: Mapping[str, int]) -> None:
    """Raises NoRoom unless each directory has room for so many bytes; those on one file system share its room."""
    wanted: dict[int, int] = {}
    for path, size in needs.items():
        device = os.stat(existing(path)).st_dev
        wanted[device] = wanted.get(device, SPARE_BYTES) + size
        free = free_bytes(path)
        if free < wanted[device]:
            raise NoRoom(
                f"not enough room in {path}: {in_mebibytes(wanted[device])} needed, {in_mebibytes(free)} free. "
                "Nothing was begun"
            )


def free_bytes(path: str) -> int:
    found = os.statvfs(existing(path))
    return found.f_bavail * found.f_frsize


def existing(path: str) -> str:
    """The directory itself, or the nearest one above it that exists."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def size_if_there(path: str) -> int:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def in_mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB"


def _told(error: OSError, target: str, size: int) -> Failure | OSError:
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return error
    where = os.path.dirname(target)
    return NoRoom(
        f"no space left in {where}, with {in_mebibytes(size)} to be written: {in_mebibytes(free_bytes(where))} free"
    )
