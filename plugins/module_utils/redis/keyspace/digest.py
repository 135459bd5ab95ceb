# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Digests of keys and values, and sums of digests. Pure.

A server hands out keys, and the members of sets and hashes, in an order that depends on its seed, its version and its
history. So each item is hashed by itself and the hashes are added modulo 2^256: any order gives the same sum. XOR would
be as indifferent to the order, but an item that comes twice would vanish from it, and any two items' bits cancel out.
What has an order of its own (lists, sorted sets, streams) is hashed in that order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

# Part of each key's digest: digests of another recipe never equal these by omission.
RECIPE = b"redisops.keyspace.1"

_MODULUS = 1 << 256


def netstrings(items: Iterable[bytes]) -> bytes:
    """Each with its length before it, so that no two sequences give the same bytes."""
    return b"".join([b"%d:%b," % (len(item), item) for item in items])


@dataclass
class DigestSum:
    """The sum of the digests of so many items."""

    count: int = 0
    total: int = 0

    def add_items(self, items: Iterable[bytes]) -> None:
        for item in items:
            self.add(int.from_bytes(sha256(item).digest(), "big"))

    def add(self, digest: int) -> None:
        self.total = (self.total + digest) % _MODULUS
        self.count += 1

    def digest(self) -> bytes:
        return sha256(b"%d:%x" % (self.count, self.total)).digest()

    @property
    def hexadecimal(self) -> str:
        """The sum itself, in 64 digits."""
        return f"{self.total:064x}"


def score_bytes(text: bytes) -> bytes:
    """A sorted set's score as the double that it is: servers differ in the text that they write for it.

    Zero has no sign here. A listpack does not keep it, a skip list does, and they compare as equal.
    """
    return struct.pack(">d", float(text) + 0.0)


def key_digest(name: bytes, kind: bytes, expiry: bytes, value: bytes) -> int:
    """`expiry` and `value` as the reading of the key has them: what is left out of the digest is empty."""
    return int.from_bytes(sha256(netstrings([RECIPE, name, kind, expiry, value])).digest(), "big")
