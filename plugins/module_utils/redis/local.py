# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in to the server that runs on this very host, by what its own configuration says about it."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path

from .conf.files import Configuration
from .connection import Target
from .failures import CheckError
from .session import Reply, Session, log_in

OPERATOR = "redisops"
"""The ACL user as whom the collection's own modules log in on a host; its password never leaves that host."""

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


class LocalServer:
    """A conversation with the server on this host. Commands are given by their own names, whatever they are renamed to.

    `configuration` is that of the files, which may be newer than what the server was started with.
    """

    def __init__(self, session: Session, configuration: Configuration) -> None:
        self._session = session
        self.configuration = configuration

    def command(self, *words: str | int) -> Reply:
        """Raises CheckError, with code COMMAND_REMOVED for one that the configuration takes away."""
        name, *arguments = words
        alias = self.configuration.renamed_commands.get(str(name).upper(), str(name))
        if not alias:
            raise CheckError("COMMAND_REMOVED", str(name).upper())
        return self._session.command(alias, *arguments)

    def info(self, *sections: str) -> dict[str, str]:
        """INFO as a mapping; several sections are asked for one by one, as servers before 7.0 need it."""
        text = "\n".join(str(self.command("INFO", section)) for section in sections or ("default",))
        pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line and not line.startswith("#"))
        return {name: value.strip() for name, value in pairs}

    def settings(self, pattern: str = "*") -> dict[str, str]:
        """CONFIG GET as a mapping."""
        reply = self.command("CONFIG", "GET", pattern)
        assert isinstance(reply, list)
        return dict(zip(reply[::2], reply[1::2]))

    def close(self) -> None:
        self._session.close()


def connect(path: str, login: Login) -> LocalServer:
    """Log in to the server that the configuration file at `path` is for. PING was answered, or LOADING.

    Raises CheckError: CONNECTION_REFUSED when nothing listens, NOAUTH or WRONGPASS when no way to log in works;
    OSError and ValueError of the files.
    """
    configuration = Configuration.read(path)
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
    assert refused is not None
    raise refused


def _answering(session: Session) -> Session:
    try:
        session.command("PING")
    except CheckError as error:
        if error.code != "LOADING":
            session.close()
            raise
    return session


def _dial(configuration: Configuration, timeout: float) -> socket.socket:
    """By the Unix socket if there is one (no TLS, no address to be bound to), else by the port on loopback."""
    path = configuration.last("unixsocket")
    port = int(configuration.last("port", "6379"))
    bound = (configuration.last("bind", "127.0.0.1").split() or ["127.0.0.1"])[0].lstrip("-")
    host = "127.0.0.1" if bound in {"*", "0.0.0.0", "::", "::*"} else bound
    where = path or f"{host} port {port}"
    try:
        if path:
            opened = socket.socket(socket.AF_UNIX)
            opened.settimeout(timeout)
            opened.connect(path)
            return opened
        return socket.create_connection((host, port), timeout)
    except OSError as error:
        raise CheckError("CONNECTION_REFUSED", f"{where} ({error.strerror or error})") from error
