# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's configuration as its files give it: the main file, and what it includes in its place."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .lines import Line, parse

INCLUDES_AT_MOST = 100


@dataclass(frozen=True)
class Configuration:
    """`lines` in the order in which the server reads them, so that for most directives the last one holds."""

    path: str
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, path: str) -> Configuration:
        """Raises OSError for a file that cannot be read, ValueError for one that is no configuration."""
        return cls.of(path, read_text(path))

    @classmethod
    def of(cls, path: str, text: str) -> Configuration:
        """As if `text` stood in the file at `path`. Raises as `read` does, for what the text includes."""
        return cls(path, tuple(_follow(path, text, depth=0)))

    @property
    def text(self) -> str:
        """One file that needs no other."""
        return "".join(f"{line.text}\n" for line in self.lines)

    def without(self, unwanted: Callable[[Line], bool]) -> Configuration:
        return replace(self, lines=tuple(line for line in self.lines if not unwanted(line)))

    def followed_by(self, *lines: Line) -> Configuration:
        return replace(self, lines=self.lines + lines)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def last(self, name: str, default: str = "") -> str:
        """The last line's arguments, joined by spaces."""
        found = self.all(name)
        return " ".join(found[-1].arguments) if found else default

    @property
    def renamed_commands(self) -> dict[str, str]:
        """From the command's own name, in upper case, to the name that it goes by; "" for a removed one."""
        return {line.arguments[0].upper(): line.arguments[1] for line in self.all("rename-command")}


def read_text(path: str) -> str:
    """Bytes that are no UTF-8 and ends of lines survive a way through `read_text` and back."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as opened:
        return opened.read()


def _follow(path: str, text: str, depth: int) -> Iterator[Line]:
    if depth > INCLUDES_AT_MOST:
        raise ValueError(f"{path}: files include one another without end")
    for line in parse(path, text):
        if line.name != "include":
            yield line
            continue
        for pattern in line.arguments:
            for included in _matches(pattern):
                yield from _follow(included, read_text(included), depth + 1)


def _matches(pattern: str) -> list[str]:
    """Since Redis 7.0 a pattern is expanded, in the order of glob(3); one without wildcards must exist."""
    if any(character in pattern for character in "*?["):
        return sorted(glob.glob(pattern))
    return [os.path.abspath(pattern)]
