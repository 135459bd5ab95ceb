# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on a private socket, as the proof of a configuration before anything reaches the service.

Redis has no switch to test a configuration. What starts here is the service's own program as the service's own user,
with everything that it could share with the service taken away: addresses, data directory, pid file, log, primary.
"""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import re
import secrets
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ...reconcile.problems import Failure
from ...reconcile.secret import MARKER
from ..certain import certain
from ..local import LocalServer, Login, connect_by
from ..processes import Started, start
from .files import Configuration
from .lines import Line
from .names import canonical, is_secret

SCRATCH_USER = "redisops-scratch"
"""In the scratch server's ACL, when it was given users: the one as whom it is asked."""

START_SECONDS = 30.0

_READY = re.compile(rb"ready to accept connections", re.IGNORECASE)
_LOGGED = re.compile(r"^\d+:[A-Z] .*? (?P<level>[.*#-]) (?P<words>.*)$")
_FATAL = re.compile(r"\*\*\* FATAL CONFIG FILE ERROR.*?\n[^\n]*\n>>> '(?P<line>.*)'\n(?P<words>.*)")
_NO_REASON = re.compile(
    r"oO0Oo|\w+ version=|Configuration loaded|Reading config from stdin|Server initialized|WARNING|Warning: no config"
)
_IN_ACL_ERRORS = re.compile(r"[#!][0-9a-f]{64}|(?<=')[<>][^']*")


@dataclass(frozen=True)
class Engine:
    """What a service runs, and as whom."""

    binary: str
    user: str
    group: str


class ScratchRefused(Failure):
    """The server does not start with this configuration. `words` are its own, with secrets concealed."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(f"the server refuses this configuration: {words}")


@dataclass
class Scratch:
    """Use as a context manager: entering starts the server and gives a LocalServer, leaving ends it and its directory.

    The configuration goes in through standard input, so that no file of it ever exists. `users` is the text of an ACL
    file that stands in for `aclfile` (and for `user` and `requirepass`, which exclude it); SCRATCH_USER is then added.
    Without `users`, `login` is how to get in, or CheckError is raised. Raises ScratchRefused.
    """

    engine: Engine
    configuration: Configuration
    login: Login = field(default_factory=Login)
    users: str | None = None

    def __enter__(self) -> LocalServer:
        self._directory = tempfile.mkdtemp(prefix="redisops-")
        self._process: Started | None = None
        try:
            self._server = self._start()
        except BaseException:
            self._end()
            raise
        return self._server

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.close()
        self._end()

    def _start(self) -> LocalServer:
        login = self.login
        private = private_configuration(self.configuration, self._directory)
        if self.users is not None:
            login = Login(SCRATCH_USER, secrets.token_urlsafe(24), timeout=self.login.timeout)
            private = self._with_users(private, self.users, str(login.password))
        _give(self._directory, self.engine)
        identity = _credentials(self.engine)
        self._process = start([self.engine.binary, "-"], private.text, self._directory, subprocess.PIPE, identity)
        self._await_ready(self._process)
        return connect_by(private, login)

    def _with_users(self, private: Configuration, users: str, password: str) -> Configuration:
        path = f"{self._directory}/users.acl"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{users.rstrip()}\nuser {SCRATCH_USER} on #{_sha256(password)} ~* &* +@all\n")
        _give(path, self.engine)
        replaced = {"aclfile", "user", "requirepass"}
        return private.without(lambda line: line.name in replaced).followed_by(Line.of("aclfile", path))

    def _await_ready(self, process: Started) -> None:
        pipe = certain(process.stdout)
        deadline = time.monotonic() + START_SECONDS
        output = b""
        while not _READY.search(output):
            remaining = max(0.0, deadline - time.monotonic())
            readable, _writable, _exceptional = select.select([pipe], [], [], remaining)
            more = os.read(pipe.fileno(), 65536) if readable else b""
            output += more
            if not more:
                patience = "" if readable else f"it was not ready after {START_SECONDS:g} seconds; "
                raise ScratchRefused(patience + self._words(output.decode(errors="replace")))

    def _words(self, output: str) -> str:
        told = hide_secrets(refusal_words(output) or "it said nothing", self.configuration)
        return told.replace(f"{self._directory}/users.acl", "the ACL file").replace(self._directory, "its directory")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:  # closes the pipes and waits
                pass
        shutil.rmtree(self._directory)


PRIVATE = {
    "bind": "* -::*",
    "bind-source-addr": "",
    "cluster-config-file": "nodes.conf",
    "cluster-enabled": "no",
    "daemonize": "no",
    "dir": "./",
    "logfile": "",
    "loglevel": "notice",
    "pidfile": "",
    "port": "6379",
    "replicaof": "",
    "supervised": "no",
    "syslog-enabled": "no",
    "tls-port": "0",
    "unixsocket": "",
    "unixsocketperm": "0",
}
"""Settings, with their defaults, of which a scratch server has a value of its own."""

ASKED = {"ACL", "AUTH", "COMMAND", "CONFIG", "INFO", "MODULE", "PING"}
"""Commands that a scratch server keeps when the configuration removes them. A new name they may have."""


def private_configuration(configuration: Configuration, directory: str) -> Configuration:
    """`configuration` with nothing left that a second server must not share with the first."""

    def is_shared(line: Line) -> bool:
        removes = line.name == "rename-command" and len(line.arguments) == 2 and not line.arguments[1]
        return canonical(line.name) in PRIVATE or (removes and line.arguments[0].upper() in ASKED)

    own = {
        "port": "0",
        # Certificates are read only if there is a port for them; with no address nothing listens there.
        "bind": "",
        "tls-port": "0" if configuration.last("tls-port", "0") == "0" else "1",
        "unixsocket": f"{directory}/socket",
        "unixsocketperm": "700",
        "dir": directory,
        "logfile": "",
        "daemonize": "no",
        "loglevel": "notice",
    }
    return configuration.without(is_shared).followed_by(*(Line.of(name, value) for name, value in own.items()))


def hide_secrets(text: str, configuration: Configuration, known: Collection[str] = ()) -> str:
    """Servers quote lines that they do not like. `known` are secrets that no directive's name gives away."""
    words = {word for line in configuration.lines if is_secret(line.name) for word in line.arguments if word}
    for word in sorted(words.union(known), key=len, reverse=True):
        text = text.replace(word, MARKER)
    return text


def refusal_words(output: str) -> str:
    """The reason in the output of a server that did not start."""
    fatal = _FATAL.search(output)
    if fatal:
        return f"'{fatal['line']}': {fatal['words']}"
    told = [found for found in map(_LOGGED.match, output.splitlines()) if found]
    reasons = [found["words"] for found in told if found["level"] == "#" and not _NO_REASON.match(found["words"])]
    return _IN_ACL_ERRORS.sub(MARKER, " ".join(reasons) or output.strip().rpartition("\n")[2])


def _sha256(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def _give(path: str, engine: Engine) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, engine.user, engine.group)


def _credentials(engine: Engine) -> dict[str, Any]:
    """Who is not root can start a server only as oneself."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(engine.user)
    group = grp.getgrnam(engine.group).gr_gid
    return {"user": user.pw_uid, "group": group, "extra_groups": os.getgrouplist(engine.user, group)}
