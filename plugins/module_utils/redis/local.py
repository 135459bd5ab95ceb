# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in to the server that runs on this very host, by what its own configuration says about it."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .certain import certain
from .conf.files import Configuration
from .connection import Target, dial_tcp
from .failures import CheckError
from .session import RawReply, Reply, Session, Words, log_in

OPERATOR = "redisops"
"""The ACL user as whom the collection's own modules log in on a host; its password never leaves that host."""

_LOGGED_IN = {"LOADING", "MASTERDOWN", "MISCONF"}
"""Said to a PING by servers that do not serve data now, and yet can be asked for their state."""

_ONLY_ANOTHER_LOGIN_HELPS = {"NOAUTH", "NO_PASSWORD_SET", "WRONGPASS"}


@dataclass(frozen=True)
class Login:
    """Ways to log in, tried in this order: what was given by name, the operator's secret, `requirepass`, nothing.

    `secret_path` is a file that holds the operator's password. `timeout` in seconds, for each single answer.
    """

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    secret_path: str | None = None
    timeout: float = 10.0

    def credentials(self, configuration: Configuration) -> list[tuple[str | None, str | None]]:
        ways: list[tuple[str | None, str | None]] = []
        if self.password:
            ways.append((self.username, self.password))
        if self.secret_path and Path(self.secret_path).is_file():
            ways.append((OPERATOR, Path(self.secret_path).read_text(encoding="utf-8").strip()))
        if configuration.last("requirepass"):
            ways.append((None, configuration.last("requirepass")))
        return [*ways, (None, None)]


class Known(NamedTuple):
    """A command by its own name, in upper case, and whether it writes."""

    name: str
    writes: bool


class LocalServer:
    """A conversation with the server on this host. Commands are given by their own names, whatever they are renamed to.

    `configuration` is that of the files, which may be newer than what the server was started with: of a command that
    they rename, the server itself is asked by which name it knows it.
    """

    def __init__(self, session: Session, configuration: Configuration) -> None:
        self._session = session
        self.configuration = configuration
        self._names: dict[str, str] = {}

    def command(self, *words: str | int) -> Reply:
        """Raises CheckError, with code COMMAND_REMOVED for one that the server does not have."""
        spoken = self._spoken(words[0])
        try:
            return self._session.command(spoken, *words[1:])
        except CheckError as error:
            if error.code == "SERVER_ERROR" and error.evidence.lower().startswith("unknown command"):
                raise CheckError("COMMAND_REMOVED", str(words[0]).upper()) from error
            raise

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        """As Session's; raises COMMAND_REMOVED before anything is sent."""
        spoken = {name: self._spoken(name) for name in {words[0] for words in commands}}
        return self._session.pipeline([[spoken[words[0]], *words[1:]] for words in commands])

    def listed(self, *words: str | int) -> list[Any]:
        """The reply to a command that answers with a list."""
        reply = self.command(*words)
        if not isinstance(reply, list):
            raise CheckError("SERVER_ERROR", f"{words[0]} was not answered with a list")
        return reply

    def learn(self, *names: str) -> None:
        """Find out what commands are called that will be given where the server cannot be asked: in a transaction."""
        for name in names:
            with suppress(CheckError):  # of one that was removed, whoever gives it is told
                self._spoken(name)

    def known(self, *words: str) -> dict[str, Known]:
        """Those words that the server knows as commands, and which commands they are."""
        reply = self.listed("COMMAND", "INFO", *words)
        found = {word: details for word, details in zip(words, reply) if details}
        return {word: Known(str(details[0]).upper(), "write" in details[2]) for word, details in found.items()}

    def info(self, *sections: str) -> dict[str, str]:
        """INFO as a mapping; several sections are asked for one by one, as servers before 7.0 need it."""
        text = "\n".join(str(self.command("INFO", section)) for section in sections or ("default",))
        pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line and not line.startswith("#"))
        return {name: value.strip() for name, value in pairs}

    def settings(self, pattern: str = "*") -> dict[str, str]:
        """CONFIG GET as a mapping."""
        reply = self.listed("CONFIG", "GET", pattern)
        return dict(zip(reply[::2], reply[1::2]))

    def close(self) -> None:
        self._session.close()

    def _spoken(self, word: bytes | int | str) -> str:
        """The name by which to call a command. Raises COMMAND_REMOVED."""
        name = str(word).upper()
        alias = self.configuration.renamed_commands.get(name)
        if alias is not None and name not in self._names:
            # COMMAND itself cannot be asked about: the files must be right about it.
            known = {alias: Known(name, False)} if name == "COMMAND" else self.known(*filter(None, (alias, name)))
            self._names[name] = next((each for each, command in known.items() if command.name == name), "")
        spoken = self._names.get(name, str(word))
        if not spoken:
            raise CheckError("COMMAND_REMOVED", name)
        return spoken


def connect(path: str, login: Login) -> LocalServer:
    """Log in to the server that the configuration file at `path` is for, whether it serves data or not.

    Raises CheckError: CONNECTION_REFUSED when nothing listens, or only a server that was started with another file;
    NOAUTH or WRONGPASS when no way to log in works. OSError and ValueError of the files.
    """
    server = connect_by(Configuration.read(path), login)
    other = _other_file(server, path)
    if other:
        server.close()
        raise CheckError("CONNECTION_REFUSED", f"the server there is that of {other}")
    return server


def connect_by(configuration: Configuration, login: Login) -> LocalServer:
    """As `connect`, by a configuration that need not stand in files."""
    refused: CheckError | None = None
    for username, password in login.credentials(configuration):
        target = Target("localhost", tls=False, username=username, password=password, timeout=login.timeout)
        try:
            session = log_in(target, _dial(configuration, login.timeout))
            return LocalServer(_answering(session), configuration)
        except CheckError as error:
            if error.code not in _ONLY_ANOTHER_LOGIN_HELPS:
                raise
            refused = refused or error
    raise certain(refused)


def _other_file(server: LocalServer, path: str) -> str:
    """With which other file it was started, if it says so. A file that was just copied has another instance's port."""
    try:
        told = server.info("server").get("config_file", "")
    except CheckError:
        return ""
    return "" if not told or os.path.realpath(told) == os.path.realpath(path) else told


def local_address(bind: str) -> str:
    """Where a server that is bound to these addresses can be reached from its own host."""
    bound = (bind.split() or ["127.0.0.1"])[0].lstrip("-")
    return "127.0.0.1" if bound in {"*", "0.0.0.0", "::", "::*"} else bound


def _answering(session: Session) -> Session:
    try:
        session.command("PING")
    except CheckError as error:
        if error.code not in _LOGGED_IN:
            session.close()
            raise
    return session


def _dial(configuration: Configuration, timeout: float) -> socket.socket:
    """By the Unix socket if there is one (no TLS, no address to be bound to), else by the port on loopback."""
    path = configuration.last("unixsocket")
    port = int(configuration.last("port", "6379"))
    host = local_address(configuration.last("bind", "127.0.0.1"))
    where = path or f"{host} port {port}"
    try:
        if path:
            opened = socket.socket(socket.AF_UNIX)
            opened.settimeout(timeout)
            opened.connect(path)
            return opened
        return dial_tcp(host, port, timeout)
    except OSError as error:
        raise CheckError("CONNECTION_REFUSED", f"{where} ({error.strerror or error})") from error
