# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a secret can be seen by those who may list processes or read units."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator

from .files import secret_files
from .rows import Row, judge
from .subject import Subject

_SECRET_DIRECTIVES = ("masterauth", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass")
LONG_ENOUGH = 8
"""Characters from which on a secret is looked for within an argument; a shorter one has to be all of it."""


def check_secrets(subject: Subject) -> Iterator[Row]:
    secrets = set(_secrets(subject))
    if not secrets:
        yield judge("secrets", "seen nowhere", "none is known here", None, "")
        return
    shown = [
        f"{name} (process {number})"
        for number, name, words in subject.machine.command_lines()
        if any(_holds(word, secrets) for word in words)
    ]
    yield judge(
        "secrets.command_lines",
        "none shows a secret",
        ", ".join(shown) or "none",
        not shown,
        "how it is started: REDISCLI_AUTH or a file of mode 0600 in the place of an argument; then a new secret",
    )
    told = [
        path
        for path in _unit_files(subject)
        if _is_public(subject, path) and any(_holds(word, secrets) for word in subject.machine.text(path).split())
    ]
    yield judge(
        "secrets.units",
        "no readable file of a unit has one",
        ", ".join(told) or "none",
        not told,
        "the file: credentials belong into LoadCredential= or an EnvironmentFile= of mode 0600; then a new secret",
    )


def _secrets(subject: Subject) -> Iterator[str]:
    yield from subject.wanted.passwords
    for path in secret_files(subject):
        yield from subject.machine.text(path).split()
    for name in _SECRET_DIRECTIVES:
        yield from (word for line in subject.configuration.all(name) for word in line.arguments if word)


def _holds(word: str, secrets: Iterable[str]) -> bool:
    return any(word == secret or (len(secret) >= LONG_ENOUGH and secret in word) for secret in secrets)


def _unit_files(subject: Subject) -> Iterator[str]:
    for name in filter(None, (subject.wanted.service, *subject.wanted.units)):
        shown = subject.unit if name == subject.wanted.service else subject.machine.unit(name)
        yield from filter(None, (shown.get("FragmentPath"), *shown.get("DropInPaths", "").split()))
        # Each is shown as: PATH (ignore_errors=no)
        yield from (word for word in shown.get("EnvironmentFiles", "").split() if word.startswith("/"))


def _is_public(subject: Subject, path: str) -> bool:
    found = subject.machine.stat(path)
    return found is not None and bool(found.st_mode & stat.S_IROTH)
