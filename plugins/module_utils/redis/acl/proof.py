# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the service's own program makes of an ACL file, told by a scratch server before the real one sees the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...reconcile.problems import Refused
from ...reconcile.secret import MARKER
from ..conf.files import Configuration
from ..conf.scratch import SCRATCH_USER, Engine, Scratch, ScratchRefused
from ..local import OPERATOR, LocalServer, Login
from .compare import Entry, read_entries
from .users import DEFAULT, User

NEEDED = (
    ("ping",),
    ("info", "server"),
    ("config", "get", "aclfile"),
    ("client", "kill", "user", DEFAULT),
    ("acl", "whoami"),
    ("acl", "list"),
    ("acl", "load"),
    ("acl", "setuser", DEFAULT),
    ("acl", "deluser", DEFAULT),
)
"""What this module says to a running server, and must be allowed to say the next time as well."""

_HASH = re.compile(r"(?<=#)[0-9a-f]{64}")
_FAULT = re.compile(r"the ACL file:(?P<line>\d+):? ?(?P<words>.*?)(?= the ACL file:\d+| WARNING: |$)", re.DOTALL)


@dataclass(frozen=True)
class Proof:
    """`login` is how this module will log in once the file holds, with `secret` as the operator's password."""

    engine: Engine
    configuration: Configuration
    login: Login
    secret: str | None

    def entries(self, text: str, users: Sequence[User]) -> dict[str, Entry]:
        """`text` in the server's words. Raises Refused for what it does not take, and for a set that locks us out."""
        try:
            with Scratch(self.engine, self.configuration, users=text) as server:
                locked_out = self._locked_out(server, users)
                entries = _listed(server)
        except ScratchRefused as refused:
            raise Refused(_faults(refused.words, text.splitlines())) from None  # the same, by line instead of by user
        if locked_out:
            raise Refused(locked_out)
        return entries

    def entries_of_old(self, text: str | None) -> dict[str, Entry]:
        """Of a file that may be anybody's. Nothing, if it is not there or no server would start with it."""
        if text is None:
            return {}
        try:
            with Scratch(self.engine, self.configuration, users=text) as server:
                return _listed(server)
        except ScratchRefused:
            return {}

    def entries_of_running(self, listed: Sequence[str], wanted: Mapping[str, Entry]) -> dict[str, Entry]:
        """A server that was not restarted since its program was upgraded has other words for the same rules."""
        told = read_entries(listed)
        return told if told == wanted else self.entries_of_old("\n".join(listed)) or told

    def _locked_out(self, server: LocalServer, users: Iterable[User]) -> list[str]:
        """Why the next run of this module could not log in, or not do its work."""
        named = {user.name: user for user in users}
        accepted = (name for name, password in self._ways() if name in named and named[name].accepts(password))
        name = next(accepted, None)
        if name is None:
            return [
                f"with these users nobody could manage the server any more: no way to log in (login_username with "
                f"login_password, or {OPERATOR} with login_secret_file) fits one that is enabled"
            ]
        denied = [" ".join(words[:2]).upper() for words in NEEDED if not _may(server, name, words)]
        needs = f"user {name!r}: this module logs in as this user, and could not use {', '.join(denied)} any more"
        return [needs] if denied else []

    def _ways(self) -> Iterable[tuple[str, str]]:
        """As Login.credentials has them. The first that is accepted is used."""
        if self.login.password:
            yield self.login.username or DEFAULT, self.login.password
        if self.secret:
            yield OPERATOR, self.secret
        if self.configuration.last("requirepass"):
            yield DEFAULT, self.configuration.last("requirepass")
        yield DEFAULT, ""


def _may(server: LocalServer, user: str, words: Sequence[str]) -> bool:
    """What configuration takes away is no matter of users."""
    name, *arguments = words
    alias = server.configuration.renamed_commands.get(name.upper(), name)
    return not alias or server.command("ACL", "DRYRUN", user, alias, *arguments) == "OK"


def _listed(server: LocalServer) -> dict[str, Entry]:
    listed = server.listed("ACL", "LIST")
    return {name: entry for name, entry in read_entries(listed).items() if name != SCRATCH_USER}


def _faults(words: str, lines: Sequence[str]) -> list[str]:
    """One problem for each line that the server names, with the user's name; or else its words as they are."""
    found = [(int(fault["line"]), fault["words"].strip()) for fault in _FAULT.finditer(words)]
    named = [_fault(lines[line - 1], told) for line, told in found if line <= len(lines)]
    return named or [f"the server does not start with these users: {words}"]


def _fault(line: str, told: str) -> str:
    _word, user, rules = line.split(" ", 2)
    return f"user {user!r}: the server says: {told} Its rules: {_HASH.sub(MARKER, rules)}"
