# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading streams: entries, last id, groups, their consumers, and what those have not acknowledged yet.

Left out is what moves by itself (how long consumers and pending entries have been idle), and what servers before 7.0
do not have, nor their snapshots (entries-added, max-deleted-entry-id, entries-read).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from .digest import netstrings
from .reading import MOST_ITEMS, Changed, Pieces, Reading, Terms, ask

_LARGEST = (1 << 64) - 1


def read_stream(name: bytes, terms: Terms) -> Reading[tuple[bytes, int]]:
    """Digest and size in bytes."""
    pieces = Pieces(terms.flow)
    facts, groups = yield from ask(("XINFO", "STREAM", name), ("XINFO", "GROUPS", name))
    stream = _mapping(facts)
    digest = sha256(netstrings([b"%d" % stream[b"length"], stream[b"last-generated-id"]]))
    digest.update((yield from _read_entries(name, pieces)))
    if pieces.items != stream[b"length"]:
        raise Changed
    for group in sorted(map(_mapping, groups), key=lambda each: bytes(each[b"name"])):
        digest.update((yield from _read_group(name, group, pieces)))
    return digest.digest(), pieces.size


def next_id(identifier: bytes) -> bytes:
    """The smallest one after it. XRANGE takes `(` for that only from 6.2 on."""
    milliseconds, number = map(int, identifier.split(b"-"))
    return b"%d-0" % (milliseconds + 1) if number == _LARGEST else b"%d-%d" % (milliseconds, number + 1)


def _read_entries(name: bytes, pieces: Pieces) -> Reading[bytes]:
    digest = sha256()
    start = b"-"
    while start:
        count = pieces.next_items
        (entries,) = yield from ask(("XRANGE", name, start, "+", "COUNT", count))
        for identifier, body in entries:
            digest.update(netstrings([identifier, b"%d" % len(body), *body]))
        pieces.took(sum(len(i) + sum(map(len, body)) for i, body in entries), len(entries))
        start = next_id(entries[-1][0]) if len(entries) == count else b""
    return digest.digest()


def _read_group(name: bytes, group: dict[bytes, Any], pieces: Pieces) -> Reading[bytes]:
    (found,) = yield from ask(("XINFO", "CONSUMERS", name, group[b"name"]))
    consumers = sorted((consumer[b"name"], consumer[b"pending"]) for consumer in map(_mapping, found))
    told = [group[b"name"], group[b"last-delivered-id"], b"%d" % len(consumers)]
    told += [word for consumer, pending in consumers for word in (consumer, b"%d" % pending)]
    pieces.flow.took(sum(map(len, told)), 0)
    return netstrings([*told, (yield from _read_pending(name, group, pieces))])


def _read_pending(name: bytes, group: dict[bytes, Any], pieces: Pieces) -> Reading[bytes]:
    """Id, consumer and number of deliveries of each entry that was delivered and not acknowledged."""
    digest, start, came = sha256(), b"-", 0
    while start:
        count = MOST_ITEMS
        (found,) = yield from ask(("XPENDING", name, group[b"name"], start, "+", count))
        for identifier, consumer, _idle, deliveries in found:
            digest.update(netstrings([identifier, consumer, b"%d" % deliveries]))
        came += len(found)
        pieces.flow.took(sum(len(i) + len(consumer) + 8 for i, consumer, *_rest in found), 0)
        start = next_id(found[-1][0]) if len(found) == count else b""
    if came != group[b"pending"]:
        raise Changed
    return digest.digest()


def _mapping(words: list[Any]) -> dict[bytes, Any]:
    """XINFO answers names and values in turn."""
    return dict(zip(words[::2], words[1::2]))
