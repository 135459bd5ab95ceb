# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading one key: what it is, when it expires, what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Union

from .digest import key_digest
from .reading import Changed, Elsewhere, Reading, Terms, ask
from .values import READERS, Value

TRIES = 10
"""How often a key that changes while it is read is begun anew."""


@dataclass(frozen=True)
class KeyRead:
    """`size`: bytes of name and value. `is_supported` is false for a module's type: no value is in the digest then."""

    digest: int
    kind: str
    expires: bool
    size: int
    is_supported: bool


class Missed(Enum):
    """Why a key that SCAN named is not in the digest."""

    CHANGING = "changed each time that they were read"
    ELSEWHERE = "belong to another node of the cluster"
    VANISHED = "expired or were deleted before they were read"


Outcome = Union[KeyRead, Missed]


def read_key(name: bytes, terms: Terms) -> Reading[Outcome]:
    for _attempt in range(TRIES):
        try:
            return (yield from _read_once(name, terms))
        except Changed:
            continue
        except Elsewhere:
            return Missed.ELSEWHERE
    return Missed.CHANGING


def _read_once(name: bytes, terms: Terms) -> Reading[Outcome]:
    kind, *told = yield from ask(("TYPE", name), *_expiry_commands(name, terms))
    if kind == b"none":
        return Missed.VANISHED
    expiry = _expiry_from(told)
    reader = READERS.get(kind)
    value = (yield from reader(name, terms)) if reader else Value(b"", 0)
    return KeyRead(
        digest=key_digest(name, kind, terms.expiry_bytes(expiry), value.digest),
        kind=kind.decode(errors="replace"),
        expires=expiry is not None,
        size=len(name) + value.size,
        is_supported=reader is not None,
    )


def _expiry_commands(name: bytes, terms: Terms) -> list[tuple[Any, ...]]:
    """Servers before 7.0 tell only how long a key still has: TIME on both sides makes a moment of that."""
    if terms.has_pexpiretime:
        return [("PEXPIRETIME", name)]
    if terms.expiry == "exact":
        return [("TIME",), ("PTTL", name), ("TIME",)]
    return [("PTTL", name)]


def _expiry_from(told: list[Any]) -> int | None:
    """Unix time in milliseconds, or anything but None where the moment does not matter.

    Between two TIMEs of the same millisecond PTTL was answered in it too, so that the moment is exact. Where a
    millisecond ended in between it would be one of two: that is asked again.
    """
    if len(told) == 1:
        (expiry,) = told
        return _unless_gone(expiry)
    before, left, after = told
    moments = [int(seconds) * 1000 + int(micros) // 1000 for seconds, micros in (before, after)]
    remaining = _unless_gone(left)
    if remaining is None:
        return None
    if moments[0] != moments[1]:
        raise Changed
    return moments[0] + remaining


def _unless_gone(expiry: int) -> int | None:
    """-1 is for ever; -2 is a key that is not there."""
    if expiry == -2:
        raise Changed
    return None if expiry == -1 else expiry
