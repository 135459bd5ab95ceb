# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two values mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def equal(wanted: Any, found: Any) -> bool:
    return bool(wanted == found)


def same_set(wanted: Iterable[Any], found: Iterable[Any]) -> bool:
    return set(wanted or ()) == set(found or ())


def version_key(version: str) -> tuple[int, ...]:
    """`7.1.0` → (7, 1, 0); `6.x` → (6,): a part that is no number ends the key."""
    key: list[int] = []
    for part in version.split("."):
        if not re.fullmatch(r"\d+", part):
            break
        key.append(int(part))
    return tuple(key)


def same_version(wanted: str, found: str) -> bool:
    """Compares as many parts as were asked for, major and minor at most: services report patches of their own."""
    asked = version_key(wanted)[:2]
    return bool(asked) and version_key(found or "")[: len(asked)] == asked
