# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of this host that are as before or as wanted, never in between, and never readable by more than is meant."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import replace

from ...reconcile.problems import Failure
from ..conf.scratch import Engine
from ..conf.store import Owner, Snapshot, make_directory, write

FILE_MODE = 0o640
DIRECTORY_MODE = 0o750
SECRET_MODE = 0o600


def owner_of(path: str) -> Owner | None:
    """None where nothing is. Raises Failure for what is no regular file, a symbolic link included."""
    if not os.path.lexists(path):
        return None
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise Failure(f"{path} is there and is no regular file: remove it, or name another one")
    return Owner.of(path)


def owner_for(engine: Engine) -> Owner:
    """Of what the server may read and not write: it belongs to who runs this (root), and to the server's group."""
    try:
        pwd.getpwnam(engine.user)
    except KeyError:
        raise Failure(f"there is no user {engine.user} on this host: install the server first, or set user") from None
    try:
        group = grp.getgrnam(engine.group).gr_gid
    except KeyError:
        raise Failure(
            f"there is no group {engine.group} on this host: install the server first, or set group"
        ) from None
    return Owner(FILE_MODE, os.geteuid(), group)


def owner_of_secrets() -> Owner:
    return Owner(SECRET_MODE, os.geteuid(), os.getegid())


def make_directory_of(path: str, owner: Owner) -> None:
    """For the owner of a file to change, and for its group to look into. One that is there stays as it is."""
    make_directory(os.path.dirname(path), replace(owner, mode=DIRECTORY_MODE))


def write_file(path: str, text: str, owner: Owner) -> None:
    """Raises Failure, with the file as it was, for instance on a full disk."""
    try:
        make_directory_of(path, owner)
        write(path, text, owner)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def restored_on_error(path: str) -> Iterator[None]:
    """Whatever is raised inside: the file is as it was before, or gone if it was not there."""
    before = Snapshot.take(path)
    try:
        yield
    except BaseException:
        if Snapshot.take(path) != before:
            before.restore()
        raise
