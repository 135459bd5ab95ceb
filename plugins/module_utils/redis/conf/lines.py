# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of a redis.conf, split and quoted as the server does it (sdssplitargs and sdscatrepr in its sds.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}
_ESCAPES = {character: f"\\{letter}" for letter, character in _ESCAPED.items()}
_PLAIN = re.compile(r"[^\s\"'\\\x00-\x1f\x7f]+")
_WORD = re.compile(
    r"""
    "(?P<double>(?:[^"\\]|\\.)*)"(?=\s|$)      # escapes mean something
  | '(?P<single>(?:[^'\\]|\\.)*)'(?=\s|$)      # only \' is an escape
  | (?P<plain>[^\s"']\S*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One directive where it stands. `name` is in lower case, as the server compares it."""

    path: str
    number: int
    name: str
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, name: str, *arguments: str) -> Line:
        """A line that stands in no file yet."""
        return cls("", 0, name.lower(), arguments)

    @property
    def text(self) -> str:
        return render(self.name, *self.arguments)


def split(text: str) -> list[str]:
    """The words of a line. Raises ValueError when its quotes are not balanced."""
    words = []
    rest = text.strip()
    while rest:
        found = _WORD.match(rest)
        if not found:
            raise ValueError("unbalanced quotes")
        words.append(_unquote(found))
        rest = rest[found.end() :].lstrip()
    return words


def quote(word: str) -> str:
    """A word as it can stand in a file, in double quotes only where it must."""
    if _PLAIN.fullmatch(word) and not word.startswith("#"):
        return word
    return '"' + "".join(_quote_character(character) for character in word) + '"'


def render(name: str, *arguments: str) -> str:
    return " ".join([name, *map(quote, arguments)])


def parse(path: str, text: str) -> list[Line]:
    """The directives of one file. Raises ValueError with path and line number."""
    lines = []
    for number, content in enumerate(text.split("\n"), 1):
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        try:
            name, *arguments = split(content)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        lines.append(Line(path, number, name.lower(), tuple(arguments)))
    return lines


def _unquote(found: re.Match[str]) -> str:
    if found["double"] is not None:
        unescaped = _ESCAPE.sub(_unescape, found["double"])
        # Bytes of one character can be escaped one by one: the server knows bytes only.
        return unescaped.encode(errors="surrogateescape").decode(errors="surrogateescape")
    if found["single"] is not None:
        return str(found["single"].replace("\\'", "'"))
    return str(found["plain"])


def _unescape(found: re.Match[str]) -> str:
    escaped = found[1]
    if len(escaped) == 3:
        return bytes([int(escaped[1:], 16)]).decode(errors="surrogateescape")
    return _ESCAPED.get(escaped, escaped)


def _quote_character(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    return (
        character
        if character.isprintable()
        else "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
    )
