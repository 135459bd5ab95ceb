# SPDX-License-Identifier: GPL-3.0-or-later
"""Loopback addresses for endpoints and nodes: stable per name, never shared by two stand-ins of one machine."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from tests.standin.engines.plan import Endpoints, EngineError

NETWORK = "127.77"
BLOCK_COUNT = 256
BLOCK_HOSTS = range(1, 255)

Release = Callable[[], None]


def lease_block(block: int) -> Release | None:
    """Claim 127.77.<block>.0/24 for this process; None when another process holds it.

    The claim is a bound abstract Unix socket: like the loopback addresses it belongs to the network
    namespace, needs no file, and the kernel drops it with the process, however that ends.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0redisops.cache stand-in {NETWORK}.{block}")
    except OSError:
        claim.close()
        return None
    return claim.close


def unshared_block(block: int) -> Release | None:
    """Claim nothing: for a driver that never listens, whose addresses may equal another's."""
    return lambda: None


class AddressBook:
    """Hands out addresses per group; a freed one comes back as late as possible, so that stale clients miss."""

    def __init__(self, claim_block: Callable[[int], Release | None] = lease_block) -> None:
        self._claim_block = claim_block
        self._unclaimed = iter(range(BLOCK_COUNT))
        self._releases: list[Release] = []
        self._free: deque[str] = deque()
        self._groups: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def endpoints(self, group_id: str, node_ids: Sequence[str]) -> Endpoints:
        with self._lock:
            held = self._groups.setdefault(group_id, {})
            roles = ("endpoint:primary", "endpoint:reader", "endpoint:configuration")
            for name in (*roles, *(f"node:{node_id}" for node_id in node_ids)):
                if name not in held:
                    held[name] = self._next_address()
            primary, reader, configuration = (held[role] for role in roles)
            nodes = {node_id: held[f"node:{node_id}"] for node_id in node_ids}
        return Endpoints(primary=primary, reader=reader, configuration=configuration, nodes=nodes)

    def free(self, group_id: str) -> None:
        with self._lock:
            self._free.extend(self._groups.pop(group_id, {}).values())

    def close(self) -> None:
        """Give every block back; the book cannot be used afterwards."""
        with self._lock:
            for release in self._releases:
                release()
            self._releases.clear()
            self._free.clear()
            self._groups.clear()
            self._unclaimed = iter(())

    def _next_address(self) -> str:
        if not self._free:
            self._free.extend(self._claim_next_block())
        return self._free.popleft()

    def _claim_next_block(self) -> Iterable[str]:
        for block in self._unclaimed:
            release = self._claim_block(block)
            if release is not None:
                self._releases.append(release)
                return [f"{NETWORK}.{block}.{host}" for host in BLOCK_HOSTS]
        raise EngineError(f"no loopback addresses are left in {NETWORK}.0.0/16")
