# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two sets of users as a server tells them (ACL LIST), and what is different."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...reconcile.secret import MARKER

_WORD = re.compile(r"\([^)]*\)|\S+")
_SINGLE_COMMAND = re.compile(r"[+-][^@]")

# What a user has anyway; some versions say it and some do not, depending on how the user came to be.
_IMPLIED = {"sanitize-payload"}


@dataclass(frozen=True)
class Entry:
    """One user in the server's own normalized words. The order of passwords means nothing."""

    words: tuple[str, ...]
    hashes: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def enabled(self) -> bool:
        return "on" in self.words

    @property
    def nopass(self) -> bool:
        return "nopass" in self.words

    @property
    def rules(self) -> list[str]:
        """As ACL SETUSER takes them."""
        return [*self.words, *(f"#{value}" for value in sorted(self.hashes))]

    def __str__(self) -> str:
        """Without the hashes, of which only the number shows."""
        state, *rest = self.words
        return " ".join([state, *[f"#{MARKER}"] * len(self.hashes), *rest])


Entries = Mapping[str, Entry]


@dataclass(frozen=True)
class UserChange:
    user: str
    before: Entry | None
    after: Entry | None

    def to_dict(self) -> dict[str, Any]:
        before = self.before.hashes if self.before else frozenset()
        after = self.after.hashes if self.after else frozenset()
        return {
            "user": self.user,
            "before": str(self.before) if self.before else None,
            "after": str(self.after) if self.after else None,
            "passwords_added": len(after - before),
            "passwords_removed": len(before - after),
        }

    @property
    def cuts_off(self) -> bool:
        """Whether sessions of the user are to end: switched off, or left with none of the ways it had to log in.

        A server ends the sessions of a user who is removed by itself; those of others it lets live (redis#7011).
        """
        if not self.before or not self.after or not self.before.enabled:
            return False
        if not self.after.enabled:
            return True
        keeps_one = self.after.nopass or bool(self.before.hashes & self.after.hashes)
        return not keeps_one and (self.before.nopass or bool(self.before.hashes))


def read_entries(listed: Iterable[str]) -> dict[str, Entry]:
    """From the lines of ACL LIST."""
    entries = {}
    for line in listed:
        _user, name, *words = _WORD.findall(line)
        hashes = frozenset(word[1:] for word in words if word.startswith("#"))
        rest = [word for word in words if not word.startswith("#") and word not in _IMPLIED]
        entries[name] = Entry(tuple(map(_in_order, _sorted_commands(rest))), hashes)
    return entries


def _sorted_commands(words: Iterable[str]) -> list[str]:
    """Each run of rules for single commands by name: Redis 7.0 tells them in an order that no two processes share.

    Within a run nothing depends on the order: a server names each command once, and before its subcommands.
    """
    ordered: list[str] = []
    for is_single, run in itertools.groupby(words, key=lambda word: bool(_SINGLE_COMMAND.match(word))):
        found = list(run)
        ordered += sorted(found, key=lambda word: word[1:]) if is_single else found
    return ordered


def _in_order(word: str) -> str:
    """A selector with its own commands sorted; other words as they are."""
    return f"({' '.join(_sorted_commands(word[1:-1].split()))})" if word.startswith("(") else word


def changes_between(before: Entries, after: Entries) -> tuple[UserChange, ...]:
    """Sorted by name; a user that is only in `before` goes away."""
    names = sorted({*before, *after})
    found = (UserChange(name, before.get(name), after.get(name)) for name in names)
    return tuple(change for change in found if change.before != change.after)
