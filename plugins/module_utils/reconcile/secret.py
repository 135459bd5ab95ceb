# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that must never be seen: wrapped on the way in, revealed only in the call that needs them."""

from __future__ import annotations

from typing import Any

MARKER = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""What stands for a secret in every diff, plan and message; the same text that Ansible prints for `no_log` options."""


class Secret:
    """A value whose `str`, `repr` and serialized form is `MARKER`; `reveal()` gives the value itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MARKER

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(MARKER)

    def __len__(self) -> int:
        return len(self._value)


def reveal(value: Any) -> Any:
    """A copy of `value` (mappings, lists, tuples, scalars) in which every `Secret` is its plain value."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [reveal(item) for item in value]
    return value


def conceal(value: Any) -> Any:
    """A JSON-ready copy of `value` in which every `Secret` is `MARKER`."""
    if isinstance(value, Secret):
        return MARKER
    if isinstance(value, dict):
        return {str(key): conceal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [conceal(item) for item in value]
    return value
