# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may read, and who may change, the server's files."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass

from .rows import Row, judge
from .subject import Subject


@dataclass(frozen=True)
class File:
    """`hidden`: mode bits that may not be set. `is_ours`: the server reads it, and must not be able to change it."""

    kind: str
    path: str
    hidden: int = stat.S_IRWXO
    is_ours: bool = False


def check_files(subject: Subject) -> Iterator[Row]:
    for file in _files(subject):
        yield _judge(subject, file)


def secret_files(subject: Subject) -> list[str]:
    folder = subject.wanted.include_dir
    return subject.machine.matches(folder, "*.secret") if folder else []


def _files(subject: Subject) -> Iterator[File]:
    configuration = subject.configuration
    yield File("main", configuration.path)
    folder = subject.wanted.include_dir
    if folder:
        yield File("include_dir", folder, is_ours=True)
    for path in dict.fromkeys(line.path for line in configuration.lines):
        if path != configuration.path:
            yield File("include", path, is_ours=bool(folder) and path.startswith(f"{folder}/"))
    for name in ("aclfile", "tls-key-file", "tls-client-key-file"):
        if subject.setting(name):
            yield File(name, subject.setting(name), is_ours=True)
    for path in secret_files(subject):
        yield File("secret", path, hidden=stat.S_IRWXO | stat.S_IRWXG)
    if subject.setting("dir"):
        yield File("data", subject.setting("dir"))
    if subject.setting("unixsocket"):
        yield File("socket", subject.setting("unixsocket"))


def _judge(subject: Subject, file: File) -> Row:
    expected = "for its owner alone" if file.hidden & stat.S_IRWXG else "not for others"
    if file.is_ours:
        expected += f"; read, not written, by {subject.wanted.user}"
    found = subject.machine.stat(file.path)
    name = f"file.{file.kind} {file.path}"
    if found is None:
        return judge(name, expected, "missing", False, file.path)
    mode = stat.S_IMODE(found.st_mode)
    ok = not mode & file.hidden
    if file.is_ours:
        # What the server may do is what its user, or else its group, may do.
        machine, wanted = subject.machine, subject.wanted
        owns, shares = found.st_uid == machine.user_id(wanted.user), found.st_gid == machine.group_id(wanted.group)
        own_bits = mode >> 6 if owns else mode >> 3 if shares else mode
        ok = ok and bool(own_bits & stat.S_IROTH) and not (owns or own_bits & stat.S_IWOTH)
    return judge(name, expected, f"{mode:04o}, {found.st_uid}:{found.st_gid}", ok, "mode, owner and group of the file")
