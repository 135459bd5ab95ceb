# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading values, each kind piece by piece, so that none has to fit into memory.

Every reader yields commands (`reading`) and returns the value's digest and its size in bytes. Where the server counts
the items, what came has to be as many: a sorted set or list from which something was removed between two pieces, or a
hash whose table was resized while HSCAN went through it, is found out so and read again.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from .digest import DigestSum, netstrings, score_bytes
from .reading import Changed, Pieces, Reading, Terms, ask
from .streams import read_stream


class Value(NamedTuple):
    digest: bytes
    size: int


Reader = Callable[[bytes, Terms], Reading[Value]]


def read_string(name: bytes, terms: Terms) -> Reading[Value]:
    digest = sha256()
    length, at = 1, 0
    while at < length:
        length, piece = yield from ask(("STRLEN", name), ("GETRANGE", name, at, at + terms.flow.share - 1))
        if length > at and not piece:
            raise Changed
        digest.update(piece)
        at += len(piece)
        terms.flow.took(len(piece), 0)
    if length:
        return _whole(digest.digest(), at, at, length)
    if not (yield from ask(("EXISTS", name)))[0]:
        raise Changed
    return Value(digest.digest(), 0)


def read_list(name: bytes, terms: Terms) -> Reading[Value]:
    digest, pieces = sha256(), Pieces(terms.flow)
    length = 1
    while pieces.items < length:
        last = pieces.items + pieces.next_items - 1
        length, items = yield from ask(("LLEN", name), ("LRANGE", name, pieces.items, last))
        if not items:
            raise Changed
        digest.update(netstrings(items))
        pieces.took(sum(map(len, items)), len(items))
    return _whole(digest.digest(), pieces.size, pieces.items, length)


def read_sorted_set(name: bytes, terms: Terms) -> Reading[Value]:
    """By rank rather than by ZSCAN: the order by score and member is the same on every server."""
    digest, pieces = sha256(), Pieces(terms.flow)
    length = 1
    while pieces.items < length:
        last = pieces.items + pieces.next_items - 1
        length, found = yield from ask(("ZCARD", name), ("ZRANGE", name, pieces.items, last, "WITHSCORES"))
        if not found:
            raise Changed
        members = found[::2]
        digest.update(b"".join([netstrings([m]) + score_bytes(s) for m, s in zip(members, found[1::2])]))
        pieces.took(sum(map(len, members)) + 8 * len(members), len(members))
    return _whole(digest.digest(), pieces.size, pieces.items, length)


def read_set(name: bytes, terms: Terms) -> Reading[Value]:
    members, pieces = DigestSum(), Pieces(terms.flow)
    cursor = b""
    while cursor != b"0":
        scan = ("SSCAN", name, cursor or b"0", "COUNT", pieces.next_items)
        length, (cursor, found) = yield from ask(("SCARD", name), scan)
        members.add_items(found)
        pieces.took(sum(map(len, found)), len(found))
    return _whole(members.digest(), pieces.size, pieces.items, length)


def read_hash(name: bytes, terms: Terms) -> Reading[Value]:
    fields, pieces = DigestSum(), Pieces(terms.flow)
    cursor = b""
    while cursor != b"0":
        scan = ("HSCAN", name, cursor or b"0", "COUNT", pieces.next_items)
        length, (cursor, found) = yield from ask(("HLEN", name), scan)
        names, values = found[::2], found[1::2]
        expiries = yield from _read_field_expiries(name, names, terms)
        fields.add_items(map(netstrings, zip(names, values, expiries)))
        pieces.took(sum(map(len, found)), len(names))
    return _whole(fields.digest(), pieces.size, pieces.items, length)


def _read_field_expiries(name: bytes, fields: list[bytes], terms: Terms) -> Reading[list[bytes]]:
    """As they go into the digest: a field that does not expire is as on a server whose fields cannot."""
    if not fields or not terms.reads_field_expiry:
        return [b""] * len(fields)
    (found,) = yield from ask(("HPEXPIRETIME", name, "FIELDS", len(fields), *fields))
    if not isinstance(found, list) or -2 in found:
        raise Changed
    return [terms.expiry_bytes(None if expiry == -1 else expiry) for expiry in found]


def _whole(digest: bytes, size: int, came: int, length: int) -> Value:
    """Of what is never empty: a key without items is a key that is gone."""
    if came != length or not came:
        raise Changed
    return Value(digest, size)


def _read_stream(name: bytes, terms: Terms) -> Reading[Value]:
    return Value(*(yield from read_stream(name, terms)))


READERS: dict[bytes, Reader] = {
    b"hash": read_hash,
    b"list": read_list,
    b"set": read_set,
    b"stream": _read_stream,
    b"string": read_string,
    b"zset": read_sorted_set,
}
