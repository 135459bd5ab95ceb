# SPDX-License-Identifier: GPL-3.0-or-later
"""Fronts: the addresses that clients connect to, forwarded to the engines that stand behind them now.

A front ends TLS, so that engines speak plain text among themselves and a change of the TLS mode touches no
process. All fronts of a stand-in live in one thread with one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.standin.engines.link import Link, Target, adopt
from tests.standin.engines.plan import EngineError, TlsMode

CALL_SECONDS = 10
BACKLOG = 512
REST_SECONDS = 0.1
TLS_HANDSHAKE_RECORD = b"\x16"

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Terms:
    """How clients are let in.

    `greeting` is sent to the engine ahead of the client's own bytes and must be answered by +OK: it logs in
    clients that send no password. `peers` are the source addresses of engines: these speak plain text in
    every mode and are not greeted.
    """

    tls: TlsMode = "off"
    context: ssl.SSLContext | None = None
    greeting: bytes = field(default=b"", repr=False)
    peers: frozenset[str] = frozenset()


class Forwarder:
    """The thread that runs all fronts."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="standin-fronts", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[None, None, Result]) -> Result:
        """Run `work` in the forwarder's loop and wait for it; from any thread but its own."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)

    def stop(self) -> None:
        """End the thread; close the fronts before."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Front:
    """One public address and port. It listens as long as it has targets and serves them in turn."""

    def __init__(self, forwarder: Forwarder, address: str, port: int) -> None:
        self.address = address
        self._port = port
        self._forwarder = forwarder
        self._targets: tuple[Target, ...] = ()
        self._terms = Terms()
        self._turn = 0
        self._listener: socket.socket | None = None
        self._arriving: set[asyncio.Task[None]] = set()
        self._links: set[Link] = set()

    def point(self, targets: Sequence[Target]) -> None:
        """Forward to `targets` from now on; connections to others are closed. Raises EngineError."""
        self._forwarder.run(self._change(tuple(targets), self._terms))

    def admit(self, terms: Terms) -> None:
        """Let clients in by `terms` from now on; connections whose transport they rule out are closed."""
        self._forwarder.run(self._change(self._targets, terms))

    def close(self) -> None:
        self.point(())

    async def _change(self, targets: tuple[Target, ...], terms: Terms) -> None:
        self._targets, self._terms = targets, terms
        for link in [link for link in self._links if not self._is_permitted(link)]:
            link.abort()
        if targets and self._listener is None:
            self._listen()
        if not targets:
            await self._hush()

    def _is_permitted(self, link: Link) -> bool:
        if link.target not in self._targets:
            return False
        if link.is_peer:
            return True
        return self._terms.tls != ("off" if link.is_encrypted else "required")

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setblocking(False)
            listener.bind((self.address, self._port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            raise EngineError(f"cannot listen on {self.address}:{self._port}: {error.strerror}") from error
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    async def _hush(self) -> None:
        if self._listener is None:
            return
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
        self._listener = None
        arriving = list(self._arriving)
        for task in arriving:
            task.cancel()
        await asyncio.gather(*arriving, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        """Take one waiting client in; the loop calls again as long as there are more."""
        try:
            arrived, (host, _other) = listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            log.warning("front %s cannot accept: %s", self.address, error)
            self._rest(listener)
            return
        arrived.setblocking(False)
        task = asyncio.create_task(self._welcome(arrived, host))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    def _rest(self, listener: socket.socket) -> None:
        """Accept nobody for a moment: out of file descriptors, usually, so some connections must end first."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)

        def resume() -> None:
            if self._listener is listener:
                loop.add_reader(listener, self._accept, listener)

        loop.call_later(REST_SECONDS, resume)

    async def _welcome(self, arrived: socket.socket, host: str) -> None:
        """Link a client to an engine; whatever goes wrong before that ends its connection, as a dead engine would."""
        try:
            link = await self._link(arrived, host)
        except (OSError, EOFError) as error:
            log.debug("front %s turned a client away: %s", self.address, error)
            return
        if self._is_permitted(link):
            self._links.add(link)
            link.start(self._links.discard)
        else:
            link.abort()

    async def _link(self, arrived: socket.socket, host: str) -> Link:
        terms, is_peer = self._terms, host in self._terms.peers
        with contextlib.ExitStack() as undo:
            undo.callback(arrived.close)
            is_encrypted = not is_peer and await _is_encrypted(arrived, terms.tls)
            client = await adopt(arrived, terms.context if is_encrypted else None, is_client=True)
            undo.callback(client.transport.abort)
            target, upstream = await self._dial(b"" if is_peer else terms.greeting)
            undo.callback(upstream.close)
            engine = await adopt(upstream, None, is_client=False)
            undo.pop_all()
        return Link(target, client, engine, is_encrypted=is_encrypted, is_peer=is_peer)

    async def _dial(self, greeting: bytes) -> tuple[Target, socket.socket]:
        """Connect to the target whose turn it is, or to the next one that answers. Raises OSError or EOFError."""
        refusal: OSError | EOFError = EOFError("nothing stands behind it")
        targets = self._targets
        for _other in targets:
            target = targets[self._turn % len(targets)]
            self._turn += 1
            try:
                return target, await _connect(target, greeting)
            except (OSError, EOFError) as error:
                refusal = error
        raise refusal


async def _connect(target: Target, greeting: bytes) -> socket.socket:
    loop = asyncio.get_running_loop()
    upstream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    upstream.setblocking(False)
    try:
        await loop.sock_connect(upstream, (target.address, target.port))
        if greeting:
            await loop.sock_sendall(upstream, greeting)
            await _expect(upstream, b"+OK\r\n")
    except BaseException:
        upstream.close()
        raise
    return upstream


async def _expect(upstream: socket.socket, answer: bytes) -> None:
    loop = asyncio.get_running_loop()
    received = b""
    while len(received) < len(answer):
        piece = await loop.sock_recv(upstream, len(answer) - len(received))
        received += piece
        if not piece or not answer.startswith(received):
            raise EOFError("the engine refused the front's login")


async def _is_encrypted(arrived: socket.socket, tls: TlsMode) -> bool:
    """Tell by the first byte where both are allowed; it stays in the socket."""
    if tls != "preferred":
        return tls == "required"
    loop = asyncio.get_running_loop()
    while True:
        try:
            return arrived.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE_RECORD
        except BlockingIOError:
            readable = asyncio.Event()
            loop.add_reader(arrived, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(arrived)
