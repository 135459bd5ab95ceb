# SPDX-License-Identifier: GPL-3.0-or-later
"""Engine versions on offer (user guide, "Supported engines and versions", 2026).

`asked` is what requests name and DescribeCacheEngineVersions lists; from Redis OSS 6.0 on it is major.minor, and the
patch is the service's. `full` is what a member cluster reads back. Patches of 6.0, 6.2, 7.0, 7.1, 7.2 and 9.1 were seen
in public inventories; the others are guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class EngineVersion:
    engine: str
    asked: str
    full: str
    family: str

    @cached_property
    def number(self) -> tuple[int, ...]:
        """For comparisons within one engine."""
        return as_number(self.full)


def as_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


_REDIS = (
    ("4.0.10", "4.0.10", "redis4.0"),
    ("5.0.6", "5.0.6", "redis5.0"),
    ("6.0", "6.0.5", "redis6.x"),
    ("6.2", "6.2.6", "redis6.x"),
    ("7.0", "7.0.7", "redis7"),
    ("7.1", "7.1.0", "redis7"),
)
_VALKEY = (
    ("7.2", "7.2.6", "valkey7"),
    ("8.0", "8.0.1", "valkey8"),
    ("8.1", "8.1.0", "valkey8"),
    ("8.2", "8.2.0", "valkey8"),
    ("9.0", "9.0.0", "valkey9"),
    ("9.1", "9.1.0", "valkey9"),
)
_MEMCACHED = (
    ("1.4.5", "memcached1.4"),
    ("1.4.14", "memcached1.4"),
    ("1.4.24", "memcached1.4"),
    ("1.4.33", "memcached1.4"),
    ("1.4.34", "memcached1.4"),
    ("1.5.10", "memcached1.5"),
    ("1.5.16", "memcached1.5"),
    ("1.6.6", "memcached1.6"),
    ("1.6.12", "memcached1.6"),
    ("1.6.17", "memcached1.6"),
    ("1.6.22", "memcached1.6"),
)

VERSIONS: tuple[EngineVersion, ...] = (
    *(EngineVersion("memcached", version, version, family) for version, family in _MEMCACHED),
    *(EngineVersion("redis", asked, full, family) for asked, full, family in _REDIS),
    *(EngineVersion("valkey", asked, full, family) for asked, full, family in _VALKEY),
)

ENGINE_TITLES = {"memcached": "memcached", "redis": "Redis", "valkey": "Valkey"}

# What a create without EngineVersion gets; Valkey has none, its default is what DefaultOnly answers.
DEFAULT_VERSIONS = {"memcached": "1.6.22", "redis": "7.1", "valkey": "7.2"}

FIRST_VALKEY = (7, 2)
FIRST_CHOSEN_BY_SERVICE = (6, 0)


def versions_of(engine: str) -> list[EngineVersion]:
    """Oldest first."""
    return [version for version in VERSIONS if version.engine == engine]


def find_version(engine: str, asked: str) -> EngineVersion | None:
    """By the name that requests use; `6.x` is the newest 6."""
    if engine == "redis" and asked == "6.x":
        return [version for version in versions_of(engine) if version.number[0] == 6][-1]
    return next((version for version in versions_of(engine) if version.asked == asked), None)


def find_by_patch(engine: str, full: str) -> EngineVersion | None:
    """The version whose minor a full number belongs to, when that minor is one that takes no patch."""
    minor = ".".join(full.split(".")[:2])
    version = find_version(engine, minor)
    return version if version is not None and full != minor else None
