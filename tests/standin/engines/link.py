# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's connection joined to one engine's, byte for byte, with back pressure both ways."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

HANDSHAKE_SECONDS = 10


@dataclass(frozen=True)
class Target:
    """An engine's private listener."""

    address: str
    port: int


class Side(asyncio.Protocol):
    """One end of a link. Nothing is read before the link starts."""

    def __init__(self, keeps_half_open: bool) -> None:
        self._keeps_half_open = keeps_half_open
        self._transport: asyncio.Transport | None = None
        self._other: Side | None = None
        self._ended: Callable[[], None] | None = None

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None, "a side is handed out when it is connected"
        return self._transport

    @property
    def other(self) -> Side:
        assert self._other is not None, "nothing flows before the sides are joined"
        return self._other

    def join(self, other: Side, ended: Callable[[], None]) -> None:
        self._other, self._ended = other, ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        """A plain client may close its writing half and go on reading; TLS connections and engines end whole."""
        if self.other.transport.can_write_eof():
            self.other.transport.write_eof()
        return self._keeps_half_open

    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._ended is not None:
            self._ended()


class Link:
    """`client` and `engine`, joined. `is_peer` says that the client is an engine itself."""

    def __init__(self, target: Target, client: Side, engine: Side, *, is_encrypted: bool, is_peer: bool) -> None:
        self.target = target
        self.is_encrypted = is_encrypted
        self.is_peer = is_peer
        self._sides = (client, engine)

    def start(self, ended: Callable[[Link], None]) -> None:
        """Let the bytes flow; when either side ends, the other is closed after what it has yet to be sent."""
        client, engine = self._sides

        def end() -> None:
            ended(self)
            client.transport.close()
            engine.transport.close()

        client.join(engine, end)
        engine.join(client, end)
        if client.transport.is_closing() or engine.transport.is_closing():
            end()
        client.transport.resume_reading()
        engine.transport.resume_reading()

    def abort(self) -> None:
        for side in self._sides:
            side.transport.abort()


async def adopt(connection: socket.socket, context: ssl.SSLContext | None, *, is_client: bool) -> Side:
    """Put a connected socket under a protocol, as the server's end of TLS if there is a `context`. Raises OSError.

    What comes in is sent on at once: asyncio would see to that by itself only for sockets that name their protocol.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _other, side = await asyncio.get_running_loop().connect_accepted_socket(
        lambda: Side(keeps_half_open=is_client and context is None),
        connection,
        ssl=context,
        ssl_handshake_timeout=HANDSHAKE_SECONDS if context else None,
    )
    return side
