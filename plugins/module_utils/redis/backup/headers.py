# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first bytes of an RDB file: who wrote it, and in which version of the format."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADER_BYTES = 9
_HEADER = re.compile(rb"(?:REDIS(\d{4})|VALKEY(\d{3}))")
FOREIGN_TO_VALKEY = range(12, 80)
"""Versions that only Redis writes; Valkey went on from 11 with 80 (RDB_FOREIGN_VERSION_MIN and _MAX of its rdb.h)."""


@dataclass(frozen=True)
class Header:
    engine: str
    version: int


def read_header(path: str) -> Header:
    """Raises ValueError for a file that is no RDB file, OSError for one that cannot be read."""
    with open(path, "rb") as file:
        found = _HEADER.fullmatch(file.read(HEADER_BYTES))
    if not found:
        raise ValueError(f"{path} does not begin as an RDB file does")
    by_redis, by_valkey = found.groups()
    return Header("redis", int(by_redis)) if by_redis else Header("valkey", int(by_valkey))


def objection(header: Header, engine: str) -> str | None:
    """Why no release of that engine reads such a file; a single release may still be too old, its check tool knows."""
    if engine == "valkey" and header.version in FOREIGN_TO_VALKEY:
        return (
            f"it is in RDB version {header.version}, and Valkey refuses the versions 12 to 79, which are Redis' own "
            "since 7.4: copy the keys through a client, or restore to Redis"
        )
    if engine == "redis" and header.version not in range(1, FOREIGN_TO_VALKEY.stop):
        return (
            f"it is in RDB version {header.version}, which is Valkey's own since 9.0: copy the keys through a client, "
            "or restore to Valkey"
        )
    return None
