# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of the keys that a writing client numbers, all of them in one hash slot."""

from __future__ import annotations

import binascii
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from ..hops import CLUSTER_SLOTS

ALL_SLOTS = f"0-{CLUSTER_SLOTS - 1}"


@dataclass(frozen=True)
class KeyNames:
    """`beginning` is of this run alone and has a tag, so that all keys are in one slot."""

    beginning: str

    def of(self, number: int) -> str:
        return f"{self.beginning}:{number}"


def new_names(prefix: str, slots: str = ALL_SLOTS) -> KeyNames:
    """`slots`: the ranges of the shard that is to have the keys, such as "0-8191,9000"."""
    wanted = list(slot_ranges(slots))
    tags = map(str, itertools.count())
    tag = next(tag for tag in tags if any(first <= slot_of(tag) <= last for first, last in wanted))
    return KeyNames(f"{prefix}{uuid.uuid4().hex}:{{{tag}}}")


def slot_ranges(slots: str) -> Iterator[tuple[int, int]]:
    for part in slots.split(","):
        first, _hyphen, last = part.strip().partition("-")
        yield int(first), int(last or first)


def slot_of(hashed: str) -> int:
    """Of the part of a name that is hashed, i.e. of its tag (Redis Cluster specification: CRC16, XMODEM)."""
    return binascii.crc_hqx(hashed.encode(), 0) % CLUSTER_SLOTS
