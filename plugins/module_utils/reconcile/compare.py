# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When two values mean the same, and what differs between a Spec and a State."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .plan import Change

if TYPE_CHECKING:
    from .field import Field


def equal(wanted: Any, found: Any) -> bool:
    return bool(wanted == found)


def same_ignoring_case(wanted: str, found: str) -> bool:
    return (wanted or "").lower() == (found or "").lower()


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


def differences(fields: Iterable[Field], wanted: Any, state: Any) -> tuple[Change, ...]:
    """Changes for the fields that the Spec sets, whose wanted value is neither the current nor the pending one.

    Secret fields are never compared: their changes come from the resource's planner.
    """
    return tuple(
        Change(
            each.name,
            getattr(state, each.name),
            getattr(wanted, each.name),
            each.disruption(getattr(state, each.name), getattr(wanted, each.name)),
        )
        for each in fields
        if not each.secret and getattr(wanted, each.name) is not None and not is_converged(each, wanted, state)
    )


def is_converged(field: Field, wanted: Any, state: Any) -> bool:
    asked = getattr(wanted, field.name)
    pending: Mapping[str, Any] = state.pending
    return field.same(asked, getattr(state, field.name)) or (
        field.name in pending and field.same(asked, pending[field.name])
    )
