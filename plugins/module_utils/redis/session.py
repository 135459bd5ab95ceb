# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A logged-in conversation with one server. The only file that knows redis-py, of which versions 4.3 to 8 will do."""

from __future__ import annotations

import inspect
import re
import socket
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Protocol, Union

from .connection import Target
from .failures import CheckError, RedirectError

try:
    import redis
    from redis.connection import Connection

    if int(redis.__version__.split(".")[0]) < 4:
        raise ImportError(f"redis-py {redis.__version__} is too old")
except ImportError:
    REDIS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REDIS_IMPORT_ERROR = None

REDIS_REQUIREMENT = "redis >= 4.3"

# RESP2: text, numbers, nothing, or lists of these.
Reply = Union[str, int, None, list[Any]]
# The same as it came: bytes in place of text.
RawReply = Union[bytes, int, None, list[Any]]
Words = Sequence[Union[bytes, int, str]]

_REDIRECTION = re.compile(r"(MOVED|ASK) \d+ (\S*):(\d+)$")

# redis-py's parser takes the error word off where it has an exception class, so the class tells it. Those of clusters
# it knows since version 6 only.
_WORD_OF_CLASS = {"AskError": "ASK ", "MovedError": "MOVED "}
_CODE_OF_CLASS = {
    "BusyLoadingError": "LOADING",
    "ClusterDownError": "CLUSTERDOWN",
    "ConnectionError": "CONNECTION_CLOSED",
    "MasterDownError": "MASTERDOWN",
    "NoPermissionError": "NOPERM",
    "OutOfMemoryError": "OOM",
    "ReadOnlyError": "READONLY",
    "RedisError": "SERVER_ERROR",
    "TimeoutError": "ANSWER_TIMEOUT",
}

# Where one class stands for several things, or none stands for it, the server's words tell; old servers' included.
_CODE_OF_WORDS = {
    "Authentication required": "NOAUTH",
    "CERTIFICATE_REQUIRED": "CLOSED_AFTER_HANDSHAKE",
    "CLUSTERDOWN ": "CLUSTERDOWN",
    "DB index is out of range": "NO_SUCH_DATABASE",
    "DENIED ": "DENIED",
    "MASTERDOWN ": "MASTERDOWN",
    "MISCONF ": "MISCONF",
    "NOREPLICAS ": "NOREPLICAS",
    "SELECT is not allowed in cluster mode": "NO_SUCH_DATABASE",
    "cluster support disabled": "NOT_A_CLUSTER",
    "invalid password": "WRONGPASS",
    "invalid username-password pair": "WRONGPASS",
    "max number of clients reached": "MAX_CLIENTS",
    "no password is set": "NO_PASSWORD_SET",
    "without any password configured": "NO_PASSWORD_SET",
}


class Commands(Protocol):
    def command(self, *words: str | int) -> Reply:
        """Raises CheckError for an error reply and for a lost connection, RedirectError for MOVED and ASK."""

    def close(self) -> None: ...


class _Wire(Protocol):
    def connect(self) -> None: ...

    def send_command(self, *words: str | int) -> None: ...

    def pack_commands(self, commands: Sequence[Words]) -> list[bytes]: ...

    def send_packed_command(self, command: list[bytes]) -> None: ...

    def read_response(self, disable_decoding: bool = False) -> Any: ...

    def disconnect(self) -> None: ...


class Session:
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def command(self, *words: str | int) -> Reply:
        try:
            self._wire.send_command(*words)
            reply: Reply = self._wire.read_response()
        except redis.RedisError as error:
            raise check_error(error) from error
        return reply

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        """All commands in one sending; to each its answer in bytes, or its error reply.

        Raises CheckError when no further answer can be had (connection lost, LOADING); the session is then closed,
        since it could no longer tell which answer belongs to which command.
        """
        try:
            self._wire.send_packed_command(self._wire.pack_commands(commands))
            return [self._raw_reply() for _command in commands]
        except redis.RedisError as error:
            self.close()
            raise check_error(error) from error

    def _raw_reply(self) -> RawReply | CheckError:
        try:
            reply: RawReply = self._wire.read_response(disable_decoding=True)
        except redis.ResponseError as error:
            return check_error(error)
        return reply

    def close(self) -> None:
        self._wire.disconnect()


def log_in(target: Target, sock: socket.socket) -> Session:
    """AUTH (and SELECT) over a socket that is already open and secured; the session owns it from then on.

    Without a password nothing is sent: whether the server wants one shows with the first command.
    """
    wire = _wire_over(target, sock)
    try:
        wire.connect()
    except redis.RedisError as error:
        told = check_error(error)
        raise CheckError(told.code, target.redact(told.evidence)) from None  # the cause's text is not redacted
    return Session(wire)


def check_error(error: redis.RedisError) -> CheckError:
    """What redis-py raised, in this collection's words.

    What a server quotes of its input is left out, since with AUTH that is the password: the arguments of a command
    that it does not know, and everything from something that is no Redis at all.
    """
    text = str(error).partition(", with args beginning with")[0]
    if isinstance(error, redis.exceptions.InvalidResponse):
        return CheckError("NOT_REDIS")
    redirection = _REDIRECTION.match(_WORD_OF_CLASS.get(type(error).__name__, "") + text)
    if redirection:
        word, host, port = redirection.groups()
        return RedirectError(redirection.group(), host, int(port), asking=word == "ASK")
    for words, code in _CODE_OF_WORDS.items():
        if words in text:
            return CheckError(code, text)
    classes = [ancestor.__name__ for ancestor in type(error).__mro__]
    return CheckError(next(_CODE_OF_CLASS[name] for name in classes if name in _CODE_OF_CLASS), text)


def _wire_over(target: Target, sock: socket.socket) -> _Wire:
    unused = [sock]

    class OpenedConnection(Connection):
        """`_connect` is what redis-py's AbstractConnection leaves to its subclasses, in all these versions."""

        def _connect(self) -> socket.socket:
            if not unused:  # redis-py reconnects by itself, which would hide that the server hung up
                raise redis.ConnectionError("the connection was lost")
            return unused.pop()

    connect: Callable[..., _Wire] = OpenedConnection
    return connect(
        host=target.host,
        port=target.port,
        db=target.db,
        username=target.username,
        password=target.password,
        socket_timeout=target.timeout,
        decode_responses=True,
        encoding_errors="replace",
        **_options_of_this_version(),
    )


def _options_of_this_version() -> dict[str, Any]:
    """RESP2 where there is a choice, and no CLIENT SETINFO: redis-py drops its error, which would be the one to show.

    Version 5 brought both; the options for the latter were replaced by driver_info during version 7, and warn since.
    """
    wanted = {"protocol": 2, "driver_info": None, "lib_name": None, "lib_version": None}
    if _is_option("driver_info"):
        wanted = {"protocol": 2, "driver_info": None}
    return {name: value for name, value in wanted.items() if _is_option(name)}


def _is_option(name: str) -> bool:
    """Connection hands what it does not know to the class above it, which is where `inspect` has to look as well."""
    return any(name in inspect.signature(ancestor).parameters for ancestor in Connection.__mro__[:-1])
