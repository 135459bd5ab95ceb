# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of the Redis protocol (RESP2) as a driver needs to command its engines."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from io import BufferedReader
from typing import Any

Word = str | bytes | int
Command = Sequence[Word]

CALL_SECONDS = 30
PIPELINE_LENGTH = 1000


class RespError(Exception):
    """An error that Redis answered."""


def encode(command: Command) -> bytes:
    words = [word if isinstance(word, bytes) else str(word).encode() for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


class RespClient:
    """Connects and logs in for every call: engines close idle connections, and clients may kill any.

    Answers are bytes, int, None, or a list of these; an error raises RespError, a broken connection OSError.
    """

    def __init__(self, address: str, port: int, user: str, password: str) -> None:
        self._address = (address, port)
        self._login = ("AUTH", user, password)

    def call(self, *command: Word) -> Any:
        return self.call_all([command])[0]

    def call_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send many in few round trips. All of them are carried out; the first error is raised."""
        answers: list[Any] = []
        with (
            socket.create_connection(self._address, CALL_SECONDS) as connection,
            connection.makefile("rb") as reader,
        ):
            for start in range(0, len(commands), PIPELINE_LENGTH):
                batch = commands[start : start + PIPELINE_LENGTH]
                connection.sendall(b"".join(encode(command) for command in (self._login, *batch)))
                welcome, *received = [_read_answer(reader) for _other in (self._login, *batch)]
                if isinstance(welcome, RespError):
                    raise welcome
                answers += received
        for answer in answers:
            if isinstance(answer, RespError):
                raise answer
        return answers


def _read_answer(reader: BufferedReader) -> Any:
    line = reader.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionResetError("the engine closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"+":
        return rest
    if kind == b"-":
        return RespError(rest.decode())
    if kind == b":":
        return int(rest)
    length = int(rest)
    if length < 0:
        return None
    if kind == b"*":
        return [_read_answer(reader) for _other in range(length)]
    return _read_bulk(reader, length)


def _read_bulk(reader: BufferedReader, length: int) -> bytes:
    content = reader.read(length + 2)
    if len(content) < length + 2:
        raise ConnectionResetError("the engine closed the connection")
    return content[:-2]
