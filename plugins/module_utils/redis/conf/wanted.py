# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the module's options to lines of configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

from ...reconcile.problems import Refused
from ...reconcile.secret import Secret
from .lines import Line, render, split
from .names import ADDING, canonical, is_secret

Text = Union[str, Secret]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

_BELONGS_ELSEWHERE = {
    "daemonize": "the service's unit says on its command line how the server runs",
    "include": "the main file is where other files are included",
    "rename-command": "give it as renamed_commands",
    "replicaof": "who is whose replica is the business of redis_replication and of Sentinel, and changes by itself",
    "sentinel": "this is a directive of Sentinel's own file",
    "supervised": "the service's unit says on its command line how the server runs",
    "user": "users belong in the ACL file, see redis_acl",
}


@dataclass(frozen=True)
class Directive:
    """`lines` are the arguments of each of its lines. None at all: it stands in no file."""

    name: str
    lines: tuple[tuple[str, ...], ...]
    secret: bool = False

    def __repr__(self) -> str:
        return f"Directive({self.name!r}, {self.shown!r})"

    @property
    def rendered(self) -> tuple[str, ...]:
        return tuple(render(self.name, *arguments) for arguments in self.lines)

    @property
    def shown(self) -> Text:
        return shown(self.name, self.lines, self.secret)


@dataclass(frozen=True)
class Wanted:
    """`renamed` is from a command's own name to its new one, "" for a removed command."""

    directives: tuple[Directive, ...]
    renamed: Mapping[str, str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(canonical(directive.name) for directive in self.directives)

    @property
    def secrets(self) -> frozenset[str]:
        found = (each for each in self.directives if each.secret)
        return frozenset(word for each in found for arguments in each.lines for word in arguments if word)

    def directive(self, name: str) -> Directive | None:
        return next((each for each in self.directives if canonical(each.name) == name), None)

    @property
    def included(self) -> tuple[Directive, ...]:
        """All but modules: CONFIG REWRITE copies those to the main file, and no server starts with one twice."""
        return tuple(directive for directive in self.directives if directive.name != "loadmodule")

    @property
    def lines(self) -> tuple[Line, ...]:
        """Those of the included files."""
        plain = (Line.of(each.name, *arguments) for each in self.included for arguments in each.lines)
        return (*plain, *(Line.of("rename-command", name, alias) for name, alias in self.renamed.items()))


def shown(name: str, lines: Iterable[tuple[str, ...]], secret: bool = False) -> Text:
    """What people see of a directive: its arguments, those of several lines parted by commas."""
    text = ", ".join(" ".join(line) for line in lines if name != "save" or line != ("",))
    return Secret(text) if secret or is_secret(name) else text


def build_wanted(
    directives: Mapping[str, Any], secret_directives: Mapping[str, Any], renamed_commands: Mapping[str, Any]
) -> Wanted:
    """Raises Refused with everything that is wrong. An option whose value is None is not managed."""
    problems: list[str] = []
    found: dict[str, Directive] = {}
    for name, value, secret in _given(directives, secret_directives):
        problem = _problem(name, value, secret)
        if canonical(name) in found:
            problem = f"{name}: given twice, the other time as {found[canonical(name)].name}"
        if problem:
            problems.append(problem)
            continue
        try:
            found[canonical(name)] = Directive(name.lower(), tuple(_lines(name.lower(), value, secret)), secret)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    renamed = {name.upper(): str(alias) for name, alias in renamed_commands.items() if alias is not None}
    problems += [f"renamed_commands: {name!r} is no command" for name in renamed if not _NAME.fullmatch(name)]
    problems += [
        f'renamed_commands: {name}: {alias!r} is no name; "" removes the command'
        for name, alias in renamed_commands.items()
        if isinstance(alias, (bool, dict, list))
    ]
    if problems:
        raise Refused(problems)
    return Wanted(tuple(sorted(found.values(), key=lambda each: each.name)), dict(sorted(renamed.items())))


def misplaced_secrets(directives: Mapping[str, Any]) -> set[str]:
    """What was given in directives and belongs in secret_directives: it is refused, and must not be shown either."""
    return {str(value) for name, value in directives.items() if is_secret(name) and value not in (None, "")}


def _given(directives: Mapping[str, Any], secret_directives: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    for given, secret in ((directives, False), (secret_directives, True)):
        for name, value in given.items():
            if value is not None:
                yield name, value, secret


def _problem(name: str, value: Any, secret: bool) -> str:
    if not _NAME.fullmatch(name):
        return f"{name!r} is no directive"
    if canonical(name) in _BELONGS_ELSEWHERE:
        return f"{name}: {_BELONGS_ELSEWHERE[canonical(name)]}"
    if is_secret(name) and not secret:
        return f"{name}: give it in secret_directives, so that it appears in no output"
    if isinstance(value, dict) or (secret and isinstance(value, list)):
        return f"{name}: the value must be a scalar{'' if secret else ' or a list of lines'}"
    return ""


def _lines(name: str, value: Any, secret: bool) -> Iterator[tuple[str, ...]]:
    """Raises ValueError when quotes are not balanced.

    `save ""` stands before the points, because without it they would be added to those of the file before.
    """
    if secret:
        yield (_scalar(value),)
        return
    entries = [_words(entry) for entry in value] if isinstance(value, list) else [_words(value)]
    entries = [entry for entry in entries if entry != ("",)] if name == "save" else entries
    if name not in ADDING:  # the last line would take the place of those before
        yield tuple(word for entry in entries for word in entry) or ("",)
        return
    if name == "save" or not (entries or name == "loadmodule"):
        yield ("",)
    yield from entries


def _words(value: Any) -> tuple[str, ...]:
    return tuple(split(_scalar(value))) or ("",)


def _scalar(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
