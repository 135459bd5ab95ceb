# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of a host's memory a server's data may take."""

from __future__ import annotations

import re

UNITS = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1024,
    "m": 1000**2,
    "mb": 1024**2,
    "g": 1000**3,
    "gb": 1024**3,
}
"""The server's own, as in memtoull of its util.c."""
SYSTEMD_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}

SAFE_SHARE = 80
"""Percent of the memory for data when nothing forks: the rest is for clients' buffers, fragmentation and the system."""
SAFE_SHARE_WITH_FORKS = 60
"""Percent when the server forks to save, to rewrite or to feed a replica. What is written while the fork lives is
copied, page by page: with 60 % in use, two thirds of it fit beside the data."""

# A host reports some pages more or fewer after each update of its kernel. Without rounding, each would be a change.
_STEP = 16 * 1024**2

_SIZE = re.compile(r"(\d+)([a-z]*)")
_SYSTEMD_SIZE = re.compile(r"(\d+)([KMGT]?)")


def size_in_bytes(text: str) -> int:
    """Bytes of a size as a redis.conf has it. Raises ValueError."""
    return _bytes(_SIZE.fullmatch(text.strip().lower()), UNITS, text, "512mb or 2gb")


def systemd_size_in_bytes(text: str) -> int:
    """Bytes of a size as a unit file has it. Raises ValueError."""
    return _bytes(_SYSTEMD_SIZE.fullmatch(text.strip()), SYSTEMD_UNITS, text, "512M or 2G")


def is_share(text: str) -> bool:
    return text.strip().endswith("%")


def share_in_bytes(text: str, memory: int) -> int:
    """Bytes of a share such as 50%, in steps of 16 MiB. Raises ValueError."""
    try:
        percent = float(text.strip().rstrip("%"))
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:
        raise ValueError(f"{text!r} is no share; write one as 50%")
    return max(int(memory * percent / 100) // _STEP, 1) * _STEP


def safe_share(forks: bool) -> int:
    return SAFE_SHARE_WITH_FORKS if forks else SAFE_SHARE


def _bytes(found: re.Match[str] | None, units: dict[str, int], text: str, example: str) -> int:
    if not found or found[2] not in units:
        raise ValueError(f"{text!r} is no size; write one as {example}")
    return int(found[1]) * units[found[2]]
