# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of a database's keys: all of them as SCAN has them, or a sample that two servers choose alike.

SCAN names a key twice only where the table of keys shrinks while it runs: the buckets of the large table that become
one bucket of the small one lie side by side in SCAN's order, and those of them that were passed already come again. So
whatever comes twice comes soon after, within about as many names as the table gets times smaller (dict.c, dictScan;
Valkey's tables have the same order). That is remembered here, in bounded memory; and whoever counts all keys can hold
the count against DBSIZE, which tells whether it was enough.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from hashlib import blake2b

from .pace import Pace
from .reading import checked
from .rounds import KeyspaceSession

REMEMBERED_NAMES = 32768


class RecentNames:
    """Whether a name is among the last so many; what is kept of each is a hash of 16 bytes."""

    def __init__(self, size: int = REMEMBERED_NAMES) -> None:
        self._size = size
        self._seen: dict[bytes, None] = {}
        self.repeated = 0

    def is_new(self, name: bytes) -> bool:
        mark = blake2b(name, digest_size=16).digest()
        if mark in self._seen:
            self.repeated += 1
            return False
        self._seen[mark] = None
        if len(self._seen) > self._size:
            del self._seen[next(iter(self._seen))]
        return True


def scan_names(session: KeyspaceSession, pattern: str | None, count: int, pace: Pace) -> Iterator[bytes]:
    """Every key once, and some perhaps twice. With a pattern, SCAN looks at more keys than it names: those cost too."""
    count = pace.burst(count)
    matching = ("MATCH", pattern) if pattern else ()
    cursor = b""
    while cursor != b"0":
        cursor, names = checked(session.pipeline([("SCAN", cursor or b"0", *matching, "COUNT", count)])[0])
        pace.take(max(count, len(names)) if pattern else len(names))
        yield from names


class Sample:
    """Of all names that are offered, the `size` ones whose hashes are the smallest: the same on every server."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._largest_first: list[tuple[int, bytes, int]] = []
        self._chosen: set[bytes] = set()

    def offer(self, name: bytes, node: int) -> None:
        rank = -int.from_bytes(blake2b(name, digest_size=16).digest(), "big")
        is_full = len(self._chosen) >= self._size
        if name in self._chosen or (is_full and rank < self._largest_first[0][0]):
            return
        heapq.heappush(self._largest_first, (rank, name, node))
        self._chosen.add(name)
        if is_full:
            self._chosen.discard(heapq.heappop(self._largest_first)[1])

    def of_node(self, node: int) -> list[bytes]:
        return [name for _rank, name, owner in self._largest_first if owner == node]
