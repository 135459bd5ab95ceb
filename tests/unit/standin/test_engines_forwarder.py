# SPDX-License-Identifier: GPL-3.0-or-later
"""Fronts, with small servers in the place of engines."""

from __future__ import annotations

import asyncio
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.standin.engines.addresses import AddressBook
from tests.standin.engines.certificates import CertificateAuthority
from tests.standin.engines.forwarder import Forwarder, Front, Terms
from tests.standin.engines.link import Target, adopt
from tests.standin.engines.plan import EngineError

FRONT_PORT = 6379
ENGINE_PORT = 21000
PATIENCE = 30
LARGE = bytes(range(256)) * 40_000


class Engine(socketserver.ThreadingTCPServer):
    """Says its name, then gives back what it gets until the client has said all."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: str, name: bytes) -> None:
        super().__init__((address, ENGINE_PORT), _Echo)
        self.name = name
        self.target = Target(address, ENGINE_PORT)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


class _Echo(socketserver.BaseRequestHandler):
    server: Engine

    def handle(self) -> None:
        self.request.sendall(self.server.name)
        while received := self.request.recv(65536):
            self.request.sendall(received)


class Bench:
    """Engines and a front at addresses of their own."""

    def __init__(self, directory: Path) -> None:
        self._book = AddressBook()
        self.forwarder = Forwarder()
        self.engines: list[Engine] = []
        self.front = Front(self.forwarder, self.address("front"), FRONT_PORT)
        self.authority = CertificateAuthority(directory)
        self.context = self.authority.server_context("front", [self.front.address], directory / "server.pem")

    def address(self, name: str) -> str:
        return self._book.endpoints("bench", [name]).nodes[name]

    def engine(self, name: bytes) -> Engine:
        engine = Engine(self.address(name.decode()), name)
        self.engines.append(engine)
        return engine

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        connection = socket.create_connection((self.front.address, FRONT_PORT), PATIENCE, source_address=(source, 0))
        connection.settimeout(PATIENCE)
        return connection

    def authority_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority.certificate_path)

    def connect_encrypted(self) -> ssl.SSLSocket:
        return self.authority_context().wrap_socket(self.connect(), server_hostname=self.front.address)

    def close(self) -> None:
        self.front.close()
        for engine in self.engines:
            engine.shutdown()
            engine.server_close()
        self.forwarder.stop()
        self._book.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def receive(connection: socket.socket, size: int) -> bytes:
    """Up to `size` bytes, fewer if the connection ends."""
    received = b""
    while len(received) < size and (piece := connection.recv(size - len(received))):
        received += piece
    return received


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_targets_take_turns_and_dead_ones_are_passed_over(bench: Bench) -> None:
    dead = Target(bench.address("dead"), ENGINE_PORT)
    bench.front.point([bench.engine(b"a").target, dead, bench.engine(b"b").target])
    names = []
    for _other in range(4):
        with bench.connect() as connection:
            names.append(receive(connection, 1))
    assert set(names) == {b"a", b"b"}


def test_nothing_is_held_back_on_either_side() -> None:
    """Nagle's algorithm makes each round trip of a pipeline wait for an acknowledgment, 40 ms late."""

    async def adopted() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            far = socket.create_connection(listening.getsockname())
            near, _address = listening.accept()
            near.setblocking(False)
            with far:
                side = await adopt(near, None, is_client=True)
                held = not near.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                side.transport.abort()
                return held

    assert asyncio.run(adopted()) is False


def test_front_without_targets_refuses(bench: Bench) -> None:
    bench.front.point([bench.engine(b"a").target])
    bench.connect().close()
    bench.front.point([])
    with pytest.raises(ConnectionRefusedError):
        bench.connect()


def test_front_closes_at_once_when_nothing_answers(bench: Bench) -> None:
    bench.front.point([Target(bench.address("dead"), ENGINE_PORT)])
    with bench.connect() as connection:
        assert is_closed(connection)


def test_connections_end_when_their_target_goes_and_stay_when_it_does_not(bench: Bench) -> None:
    a, b = bench.engine(b"a").target, bench.engine(b"b").target
    bench.front.point([a, b])
    with bench.connect() as first, bench.connect() as second:
        assert [receive(first, 1), receive(second, 1)] == [b"a", b"b"]
        bench.front.point([b])
        assert is_closed(first)
        second.sendall(b"still here")
        assert receive(second, 10) == b"still here"


def test_client_that_has_said_all_still_gets_the_answer(bench: Bench) -> None:
    bench.front.point([bench.engine(b"a").target])
    with bench.connect() as connection:
        connection.sendall(b"question")
        connection.shutdown(socket.SHUT_WR)
        assert receive(connection, 100) == b"aquestion"


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_much_data_passes_whole_in_both_directions_at_once(bench: Bench, is_encrypted: bool) -> None:
    bench.front.admit(Terms(tls="preferred", context=bench.context))
    bench.front.point([bench.engine(b"a").target])
    assert asyncio.run(asyncio.wait_for(send_and_receive(bench, is_encrypted), PATIENCE)) == b"a" + LARGE


async def send_and_receive(bench: Bench, is_encrypted: bool) -> bytes:
    """By asyncio, since a thread that sends and one that receives may not share Python's SSL socket."""
    context = bench.authority_context() if is_encrypted else None
    reader, writer = await asyncio.open_connection(bench.front.address, FRONT_PORT, ssl=context)
    writer.write(LARGE)
    received = await reader.readexactly(1 + len(LARGE))
    writer.close()
    await writer.wait_closed()
    return received


def test_required_tls_closes_on_plain_text(bench: Bench) -> None:
    bench.front.admit(Terms(tls="required", context=bench.context))
    bench.front.point([bench.engine(b"a").target])
    with bench.connect() as plain:
        plain.sendall(b"PING\r\n")
        assert is_closed(plain)
    with bench.connect_encrypted() as encrypted:
        assert receive(encrypted, 1) == b"a"


def test_engines_speak_plain_text_in_every_mode(bench: Bench) -> None:
    peer = bench.address("peer")
    bench.front.admit(Terms(tls="required", context=bench.context, greeting=b"login", peers=frozenset({peer})))
    bench.front.point([bench.engine(b"a").target])
    with bench.connect(source=peer) as connection:
        assert receive(connection, 1) == b"a"


def test_new_terms_close_what_they_rule_out(bench: Bench) -> None:
    preferred = Terms(tls="preferred", context=bench.context)
    bench.front.admit(preferred)
    bench.front.point([bench.engine(b"a").target])
    with bench.connect_encrypted() as encrypted, bench.connect() as plain:
        plain.sendall(b"-")
        assert receive(plain, 2) == b"a-"
        assert receive(encrypted, 1) == b"a"
        bench.front.admit(Terms(tls="required", context=bench.context))
        assert is_closed(plain)
        bench.front.admit(preferred)
        encrypted.sendall(b"still here")
        assert receive(encrypted, 10) == b"still here"
        bench.front.admit(Terms())
        assert is_closed(encrypted)


@pytest.mark.parametrize(("answer", "is_let_in"), [(b"+OK\r\n", True), (b"-ERR\r\n", False), (b"+O", False)])
def test_greeting_goes_first_and_its_answer_to_nobody(bench: Bench, answer: bytes, is_let_in: bool) -> None:
    address = bench.address("engine")
    with closing(socket.create_server((address, ENGINE_PORT))) as engine:
        bench.front.admit(Terms(greeting=b"login"))
        bench.front.point([Target(address, ENGINE_PORT)])
        with bench.connect() as connection:
            connection.sendall(b"hello")
            upstream, _other = engine.accept()
            with upstream:
                assert receive(upstream, 5) == b"login"
                upstream.sendall(answer)
                if is_let_in:
                    assert receive(upstream, 5) == b"hello"
            assert is_closed(connection)


def test_taken_address_is_an_error_that_names_it(bench: Bench) -> None:
    with (
        closing(socket.create_server((bench.front.address, FRONT_PORT))),
        pytest.raises(EngineError, match=f"cannot listen on {bench.front.address}:{FRONT_PORT}"),
    ):
        bench.front.point([bench.engine(b"a").target])
