# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a multi-part append-only file, which Redis has since 7.0, as they are at one moment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ...reconcile.problems import Failure
from ..conf.lines import parse, render

BASE, INCREMENT, HISTORY = "b", "i", "h"
ATTEMPTS = 5


@dataclass(frozen=True)
class Part:
    """`type` is BASE, INCREMENT, or HISTORY for a file that the server is about to delete."""

    name: str
    sequence: int
    type: str

    def as_line(self) -> str:
        return render("file", self.name, "seq", str(self.sequence), "type", self.type)


@dataclass(frozen=True)
class OpenedPart:
    part: Part
    file: BinaryIO


class Moved(Failure):
    """The server began or ended a rewrite while its files were being opened."""


def read_parts(path: str) -> list[Part]:
    """Of the manifest's lines, those that the server loads. Raises OSError, ValueError."""
    with open(path, encoding="utf-8") as file:
        lines = parse(path, file.read())
    words = [dict(zip(("file", *line.arguments[1::2]), (line.arguments[0], *line.arguments[2::2]))) for line in lines]
    parts = [Part(word["file"], int(word["seq"]), word["type"]) for word in words]
    return [part for part in parts if part.type != HISTORY]


def render_manifest(parts: list[Part]) -> str:
    return "".join(f"{part.as_line()}\n" for part in parts)


@contextlib.contextmanager
def opened(aof_dir: str, manifest_name: str) -> Iterator[list[OpenedPart]]:
    """All files of one moment, kept open: what a hard link is, without a name that could be left behind.

    The server only ever adds to these files or takes them away as a whole, and puts a new manifest in place before it
    takes one away. So the files that the manifest names, opened between two readings of the same manifest, belong
    together, and stay readable however many rewrites come after.
    https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#backing-up-aof-persistence
    """
    path = os.path.join(aof_dir, manifest_name)
    for _attempt in range(ATTEMPTS):
        try:
            found, files = _open(aof_dir, path)
        except Moved:
            continue
        with files:
            yield found
        return
    raise Failure(
        f"{path} changed {ATTEMPTS} times while its files were being opened: something rewrites it all the time"
    )


def _open(aof_dir: str, path: str) -> tuple[list[OpenedPart], contextlib.ExitStack]:
    parts = read_parts(path)
    with contextlib.ExitStack() as files:
        try:
            found = [
                OpenedPart(part, files.enter_context(open(os.path.join(aof_dir, part.name), "rb"))) for part in parts
            ]
        except FileNotFoundError as error:
            raise Moved(str(error)) from error
        if read_parts(path) != parts:
            raise Moved(path)
        return found, files.pop_all()


def base_name(parts: list[Part], suffix: str = ".rdb") -> str | None:
    """The base file if it is in RDB format, as it is unless aof-use-rdb-preamble is off."""
    return next((part.name for part in parts if part.type == BASE and part.name.endswith(suffix)), None)
