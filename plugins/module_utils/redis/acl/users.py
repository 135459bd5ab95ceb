# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users as they are asked for: read from the module's options, and judged before anything is touched."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...reconcile.problems import Refused
from ..local import OPERATOR
from .presets import PRESETS

DEFAULT = "default"
PASSWORDS_AT_MOST = 2
"""The old and the new one, while clients move from one to the other."""

_NAME = re.compile(r"[^\s\x00-\x1f\x7f\"'()\\]+")
_PATTERN = re.compile(r"[^\s\x00-\x1f\x7f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"\([^()]*\)|[^\s()]\S*")

_CREDENTIAL = (">", "<", "#", "!")
_WORDS_OF_OPTIONS = {"on", "off", "nopass", "resetpass", "reset"}


@dataclass(frozen=True)
class User:
    """`rules` are single words or whole selectors, those of the preset first. `hashes` are in hexadecimal."""

    name: str
    enabled: bool = True
    nopass: bool = False
    hashes: tuple[str, ...] = ()
    secret_path: str | None = None
    keys: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def has_login(self) -> bool:
        return self.nopass or bool(self.hashes)

    def accepts(self, password: str) -> bool:
        return self.enabled and (self.nopass or hash_of(password) in self.hashes)

    def with_password(self, password: str) -> User:
        return replace(self, hashes=tuple(dict.fromkeys([*self.hashes, hash_of(password)])))


LOCKED_DEFAULT = User(DEFAULT, enabled=False)
"""Without a `default` entry the server lets everybody in without a password (redis#7883)."""


def hash_of(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def build_users(entries: Sequence[Mapping[str, Any]], operator_secret: str | None) -> tuple[User, ...]:
    """The whole set, sorted by name: those asked for, `default`, and the operator whose password is in that file.

    Raises Refused with every problem of every entry.
    """
    problems = [*_repeated(entries), *(problem for entry in entries for problem in _problems(entry, operator_secret))]
    if problems:
        raise Refused(problems)
    users = {entry["name"]: _user(entry, operator_secret) for entry in entries}
    users.setdefault(DEFAULT, LOCKED_DEFAULT)
    if operator_secret:
        users.setdefault(OPERATOR, _user({"name": OPERATOR, "preset": "operator"}, operator_secret))
    return tuple(users[name] for name in sorted(users))


def credentials_in_rules(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    """Passwords and hashes in the place of rules, where they are refused, and must not be shown either."""
    words = (word for entry in entries for rule in _list(entry, "rules") for word in _single_words(rule))
    return {part for word in words if word.startswith(_CREDENTIAL) and word[1:] for part in (word, word[1:])}


def _user(entry: Mapping[str, Any], operator_secret: str | None) -> User:
    preset = PRESETS[entry.get("preset") or "none"]
    hashes = [*map(hash_of, _list(entry, "passwords")), *map(str.lower, _list(entry, "password_hashes"))]
    return User(
        name=entry["name"],
        enabled=entry.get("enabled") is not False,
        nopass=bool(entry.get("nopass")),
        hashes=tuple(dict.fromkeys(hashes)),
        secret_path=_secret_path(entry, operator_secret),
        keys=_patterns(entry, "keys", "~", ("~", "%")) or preset.keys,
        channels=_patterns(entry, "channels", "&", ("&",)) or preset.channels,
        rules=(*preset.commands, *(word for rule in _list(entry, "rules") for word in _WORD.findall(rule))),
    )


def _secret_path(entry: Mapping[str, Any], operator_secret: str | None) -> str | None:
    own = entry.get("secret_file")
    return own or (operator_secret if entry["name"] == OPERATOR else None)


def _patterns(entry: Mapping[str, Any], option: str, prefix: str, complete: tuple[str, ...]) -> tuple[str, ...]:
    """With the sign that makes a rule of them, which may be there already, as in `%R~cache:*`."""
    given = _list(entry, option)
    return tuple(pattern if pattern.startswith(complete) else prefix + pattern for pattern in given)


def _list(entry: Mapping[str, Any], option: str) -> list[str]:
    return list(entry.get(option) or [])


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = Counter(entry["name"] for entry in entries)
    yield from (f"users: {name} is listed {count} times" for name, count in names.items() if count > 1)
    paths = Counter(entry["secret_file"] for entry in entries if entry.get("secret_file"))
    yield from (f"users: {count} users share the secret_file {path}" for path, count in paths.items() if count > 1)


def _problems(entry: Mapping[str, Any], operator_secret: str | None) -> Iterator[str]:
    name = entry["name"]
    found = [
        *_problems_of_name(name),
        *_problems_of_login(entry, operator_secret),
        *_problems_of_patterns(entry),
        *(problem for numbered in enumerate(_list(entry, "rules"), 1) for problem in _problems_of_rule(*numbered)),
    ]
    if (entry.get("preset") or "none") not in PRESETS:
        found.append(f"preset {entry['preset']} is none of {', '.join(PRESETS)}")
    yield from (f"user {name!r}: {problem}" for problem in found)


def _problems_of_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield "a name has at least one character, and no white space, quotes, backslashes or parentheses"


def _problems_of_login(entry: Mapping[str, Any], operator_secret: str | None) -> Iterator[str]:
    hashes = [value.lower() for value in _list(entry, "password_hashes")]
    secret_path = _secret_path(entry, operator_secret)
    passwords = _list(entry, "passwords")
    different = {*map(hash_of, passwords), *hashes}
    count = len(different) + (secret_path is not None)
    if count > PASSWORDS_AT_MOST:
        yield f"{count} passwords, of which {PASSWORDS_AT_MOST} can be in effect, the new one and the old one"
    if entry.get("nopass") and count:
        yield "nopass, which lets everybody in, goes with no password at all"
    if not all(passwords):
        yield "passwords has an empty one"
    if not all(map(_HASH.fullmatch, hashes)):
        yield "password_hashes takes SHA-256 as 64 hexadecimal digits"
    if secret_path and not secret_path.startswith("/"):
        yield f"secret_file {secret_path} is no absolute path"
    if entry["name"] == OPERATOR and operator_secret and secret_path != operator_secret:
        yield f"secret_file {secret_path} differs from login_secret_file {operator_secret}, which holds its password"


def _problems_of_patterns(entry: Mapping[str, Any]) -> Iterator[str]:
    for option in ("keys", "channels"):
        for pattern in _list(entry, option):
            if not _PATTERN.fullmatch(pattern):
                yield f"{option}: {pattern!r} is no pattern: it has to be one word"


def _problems_of_rule(number: int, rule: str) -> Iterator[str]:
    """By number where a rule is not known to be one: it may be anything, a password included."""
    if _CONTROL.search(rule) or not rule.strip():
        yield f"rules: number {number} is empty, or more than one line"
        return
    if _WORD.sub("", rule).strip():
        yield f"rules: number {number} has parentheses that do not fit together"
    for word in _single_words(rule):
        if word.startswith(_CREDENTIAL):
            yield f"rules: {word[0]}... is a password, which belongs into passwords or password_hashes"
        if word.lower() in _WORDS_OF_OPTIONS:
            yield f"rules: {word} is said by the options enabled, nopass and passwords"


def _single_words(rule: str) -> list[str]:
    return rule.replace("(", " ").replace(")", " ").split()
