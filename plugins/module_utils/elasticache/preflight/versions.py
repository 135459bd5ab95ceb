# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that the service offers: which one a wish means, which is nearest to one that is not there."""

from __future__ import annotations

from collections.abc import Iterable

from ...reconcile.compare import version_key
from .facts import EngineVersion


def versions_of(engine: str, offered: Iterable[EngineVersion]) -> list[str]:
    """Oldest first."""
    return sorted({each.version for each in offered if each.engine == engine}, key=version_key)


def newest(engine: str, offered: Iterable[EngineVersion]) -> str | None:
    found = versions_of(engine, offered)
    return found[-1] if found else None


def resolve(engine: str, wish: str, offered: Iterable[EngineVersion]) -> str | None:
    """The offered version that `wish` means: itself, or for `6.x` the newest of that major version."""
    found = versions_of(engine, offered)
    if wish in found:
        return wish
    if not wish.endswith(".x"):
        return None
    return next((each for each in reversed(found) if version_key(each)[:1] == version_key(wish)), None)


def nearest(engine: str, wish: str, offered: Iterable[EngineVersion]) -> str | None:
    """The one with the closest minor version, or the newest of the closest major version."""
    major, minor = (*version_key(wish), 0, 0)[:2]

    def distance(version: str) -> tuple[int, ...]:
        found = version_key(version)
        apart = abs(found[0] - major)
        return (apart, 0 if apart else abs(found[1] - minor), *(-part for part in found))

    return min(versions_of(engine, offered), key=distance, default=None)


def family_of(engine: str, version: str | None, offered: Iterable[EngineVersion]) -> str | None:
    """By major and minor version, since existing groups report patches of their own."""
    wanted = version_key(version or "")[:2]
    matches = (each.family for each in offered if each.engine == engine and version_key(each.version)[:2] == wanted)
    return next(matches, None)
