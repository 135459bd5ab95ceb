# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's side of the Redis protocol."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.standin.engines.resp import RespClient, RespError, encode

PASSWORD = "Pq5-service-2b7e904d1f"
LOGIN = encode(("AUTH", "user", PASSWORD))


@contextmanager
def engine(answer: bytes) -> Iterator[tuple[RespClient, list[bytes]]]:
    """A client, and the bytes that its engine got; the engine answers anything with `answer` and ends."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _other = listener.accept()
            with connection:
                got.append(connection.recv(65536))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield RespClient("127.0.0.1", listener.getsockname()[1], "user", PASSWORD), got
        thread.join()


def test_commands_are_words_of_any_bytes() -> None:
    assert encode(("SET", b"\r\n\xff", 12)) == b"*3\r\n$3\r\nSET\r\n$3\r\n\r\n\xff\r\n$2\r\n12\r\n"


def test_every_call_logs_in_and_sends_all_at_once() -> None:
    with engine(b"+OK\r\n+PONG\r\n:7\r\n") as (client, got):
        assert client.call_all([("PING",), ("DBSIZE",)]) == [b"PONG", 7]
    assert got == [LOGIN + encode(("PING",)) + encode(("DBSIZE",))]


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (b"+PONG\r\n", b"PONG"),
        (b":-3\r\n", -3),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"$4\r\na\r\nb\r\n", b"a\r\nb"),
        (b"$0\r\n\r\n", b""),
        (b"*0\r\n", []),
        (b"*2\r\n*2\r\n:1\r\n$1\r\nx\r\n+y\r\n", [[1, b"x"], b"y"]),
    ],
)
def test_answers_are_read(wire: bytes, answer: object) -> None:
    with engine(b"+OK\r\n" + wire) as (client, _other):
        assert client.call("ANY") == answer


def test_first_error_of_a_pipeline_is_raised() -> None:
    with (
        engine(b"+OK\r\n+fine\r\n-ERR first\r\n-ERR second\r\n") as (client, _other),
        pytest.raises(RespError, match="first"),
    ):
        client.call_all([("A",), ("B",), ("C",)])


def test_refused_login_is_an_error() -> None:
    with engine(b"-WRONGPASS no\r\n-NOAUTH\r\n") as (client, _other), pytest.raises(RespError, match="WRONGPASS"):
        client.call("PING")


@pytest.mark.parametrize("wire", [b"", b"+OK\r\n", b"+OK\r\n$10\r\nshort", b"+OK\r\n*2\r\n+one\r\n"])
def test_broken_connection_is_an_os_error(wire: bytes) -> None:
    with engine(wire) as (client, _other), pytest.raises(ConnectionError):
        client.call("PING")
