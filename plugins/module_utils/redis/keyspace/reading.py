# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a conversation about one key is made of: it yields commands and gets their replies.

A reading is a generator, so that many can be advanced together with one sending (`rounds`), and none needs a server to
be tested.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar, Union

from ..failures import CheckError, RedirectError
from ..session import RawReply, Words

Replies = list[Union[RawReply, CheckError]]
Result = TypeVar("Result")
# Subscripted at run time only from Python 3.9 on, which is the oldest that this runs with.
Reading = Generator[list[Words], Replies, Result]

ROUND_BYTES = 4 * 1024 * 1024
"""What one sending should bring at most: it is the memory needed here, and in the server's output buffer."""

MOST_ITEMS = 1000
"""In one piece of a value: a server does nothing else while it puts that together."""

_LARGEST_SHARE = 1024 * 1024
_SMALLEST_SHARE = 1024
_MOST_FIRST_ITEMS = 100

# How fast the memory of large items fades, in pieces: it takes some hundred small ones to forget a large one.
_FADING = 0.98


class Changed(Exception):
    """The key is no longer what the reading took it for: to be read from its beginning."""


class Elsewhere(Exception):
    """Another node of the cluster has the key."""


@dataclass
class Flow:
    """How much is asked for at once. `share` is what one key's next piece should bring, in bytes.

    `item` is the size that an item of unknown size is taken for. It starts large, so that of the first values one item
    is read and then more, and follows what is seen.
    """

    share: int = _SMALLEST_SHARE
    bytes_read: int = 0
    item: float = float(_LARGEST_SHARE)

    def divide(self, readings: int) -> None:
        self.share = max(_SMALLEST_SHARE, min(_LARGEST_SHARE, ROUND_BYTES // max(1, readings)))

    def first_items(self) -> int:
        return max(1, min(_MOST_FIRST_ITEMS, int(self.share / max(1.0, self.item))))

    def took(self, size: int, items: int) -> None:
        self.bytes_read += size
        if items:
            self.item = max(size / items, self.item * _FADING)


@dataclass
class Pieces:
    """Of one value that comes in pieces: what came so far, and how many items to ask for next."""

    flow: Flow
    size: int = 0
    items: int = 0

    def took(self, size: int, items: int) -> None:
        self.size += size
        self.items += items
        self.flow.took(size, items)

    @property
    def next_items(self) -> int:
        if not self.items:
            return self.flow.first_items()
        return max(1, min(MOST_ITEMS, int(self.flow.share * self.items / max(1, self.size))))


@dataclass(frozen=True)
class Terms:
    """`expiry` is exact, presence or ignore. The rest says which commands the server knows (COMMAND INFO)."""

    expiry: str = "exact"
    has_pexpiretime: bool = True
    has_hpexpiretime: bool = False
    flow: Flow = field(default_factory=Flow)

    @property
    def reads_field_expiry(self) -> bool:
        return self.has_hpexpiretime and self.expiry != "ignore"

    def expiry_bytes(self, milliseconds: int | None) -> bytes:
        """What of an expiry (Unix time) goes into a digest."""
        if self.expiry == "ignore" or milliseconds is None:
            return b""
        return b"%d" % milliseconds if self.expiry == "exact" else b"expires"


def ask(*commands: Words) -> Reading[list[Any]]:
    """The replies, none of which is an error. Raises Changed, Elsewhere, or CheckError for what will not pass."""
    replies = yield list(commands)
    for reply in replies:
        if isinstance(reply, RedirectError):
            raise Elsewhere
        if isinstance(reply, CheckError):
            raise Changed if is_of_change(reply) else reply
    return replies


def checked(reply: RawReply | CheckError) -> Any:
    if isinstance(reply, CheckError):
        raise reply
    return reply


def is_of_change(error: CheckError) -> bool:
    """What commands say to a key that was deleted, or made anew as another type, since TYPE."""
    return error.evidence.startswith(("WRONGTYPE", "NOGROUP", "no such key"))
