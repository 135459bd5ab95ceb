# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags as a mapping: comparison with and without purge, and what has to be added and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RESERVED_PREFIX = "aws:"
"""Tags that AWS owns: never compared, never removed.
https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"""


@dataclass(frozen=True)
class TagDelta:
    """`wanted` is the whole mapping that results; `added` also holds changed values."""

    wanted: Mapping[str, str]
    added: Mapping[str, str]
    removed: tuple[str, ...]


def own_tags(found: Mapping[str, str]) -> dict[str, str]:
    """Without those of AWS."""
    return {key: value for key, value in found.items() if not key.startswith(RESERVED_PREFIX)}


def tag_delta(wanted: Mapping[str, str] | None, found: Mapping[str, str], purge: bool) -> TagDelta | None:
    """None when nothing differs, or when `wanted` is None (tags are not managed)."""
    if wanted is None:
        return None
    own = own_tags(found)
    added = {key: value for key, value in wanted.items() if own.get(key) != value}
    removed = tuple(sorted(key for key in own if key not in wanted)) if purge else ()
    if not added and not removed:
        return None
    kept = {key: value for key, value in own.items() if key not in removed}
    return TagDelta({**kept, **wanted}, added, removed)


def to_api(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def from_api(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def parse_tags(tags: Mapping[Any, Any] | None) -> Mapping[str, Any] | None:
    """Keys and scalar values as text, as amazon.aws spells them (`True`, `2026`); the rest is left to `problems_of`."""
    if tags is None:
        return None
    return {str(key): str(value) if isinstance(value, (bool, int, float)) else value for key, value in tags.items()}


def problems_of(tags: Mapping[str, Any] | None) -> list[str]:
    """Keys hold 1-128 characters, values up to 256, at most 50 tags, no reserved prefix."""
    problems = [problem for key, value in (tags or {}).items() for problem in problems_of_tag(key, value)]
    if tags and len(tags) > 50:
        problems.append(f"tags: {len(tags)} are given, a resource holds at most 50.")
    return problems


def problems_of_tag(key: str, value: Any) -> Iterator[str]:
    if key.lower().startswith(RESERVED_PREFIX):
        yield f"tags: the key {key!r} is reserved for AWS (prefix {RESERVED_PREFIX!r})."
    if not 1 <= len(key) <= 128:
        yield f"tags: the key {key!r} must hold 1 to 128 characters."
    if not isinstance(value, str):
        yield f"tags: the value of {key!r} is no text."
    elif len(value) > 256:
        yield f"tags: the value of {key!r} holds more than 256 characters."
