# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what stands in an inventory to what the service spells and its tables allow. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .normalize import Parameter

WHOLE = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
RANGE = re.compile(r"(?P<least>-?\d+(\.\d+)?)-(?P<most>-?\d+(\.\d+)?)?")
ANY_NUMBER = "-"

SWITCHES = (("yes", "no"), ("1", "0"), ("true", "false"), ("on", "off"))
"""On and off, as one or the other engine spells them: Redis and Valkey `yes,no`, Memcached `0,1`."""
ON = frozenset({"yes", "true", "on"})
OFF = frozenset({"no", "false", "off"})

RENAMES = "rename-commands"
"""The one parameter whose allowed values are not values: they are the commands that its pairs may begin with.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html"""

UNITS = {"k": 10**3, "kb": 2**10, "m": 10**6, "mb": 2**20, "g": 10**9, "gb": 2**30}
"""Of a redis.conf; ElastiCache takes bytes alone."""


def plain_parameters(given: Mapping[Any, Any]) -> dict[str, str]:
    return {plain_name(name): plain_text(value) for name, value in given.items()}


def plain_name(name: Any) -> str:
    return str(name).strip().lower()


def plain_text(value: Any) -> str:
    """YAML's `true` and an unquoted `yes` arrive as booleans, numbers as numbers; the service takes text alone."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def choices(parameter: Parameter) -> list[str]:
    return [each.strip() for each in parameter.allowed_values.split(",") if each.strip()]


def spelled(parameter: Parameter, text: str) -> str:
    """`text` as the service would show it: switches and choices in its words, numbers without leading zeros."""
    if parameter.data_type == "integer":
        return str(int(text)) if WHOLE.fullmatch(text) else text
    allowed = choices(parameter)
    for on, off in SWITCHES:
        if set(allowed) == {on, off} and text.lower() in ON | OFF:
            return on if text.lower() in ON else off
    if parameter.name == RENAMES:
        return " ".join(text.split())
    return next((each for each in allowed if each.lower() == text.lower()), text)


def value_problem(parameter: Parameter, value: str) -> str | None:
    """Why the service would not take `value` (as `spelled`), or None."""
    allowed = choices(parameter)
    if parameter.name == RENAMES:
        return renames_problem(value, allowed)
    if parameter.data_type == "integer" and not WHOLE.fullmatch(value):
        return f"{value!r} is not a whole number{bytes_hint(value)}."
    if allowed and not any(admits(each, value) for each in allowed):
        return f"{value!r} is none of the allowed values, {parameter.allowed_values}."
    return None


def admits(choice: str, value: str) -> bool:
    """`choice` is a word, a number, a range that may be open above (`0-`), or `-` for any number."""
    if choice == value:
        return True
    if not NUMBER.fullmatch(value):
        return False
    if choice == ANY_NUMBER:
        return True
    bounds = RANGE.fullmatch(choice)
    if bounds is None:
        return False
    most = bounds["most"]
    return Decimal(bounds["least"]) <= Decimal(value) and (most is None or Decimal(value) <= Decimal(most))


def bytes_hint(value: str) -> str:
    sized = re.fullmatch(r"(\d+)\s*([kmg]b?)", value.lower())
    return f"; in bytes it is {int(sized[1]) * UNITS[sized[2]]}" if sized else ""


def renames_problem(value: str, allowed: Sequence[str]) -> str | None:
    """The value is a list of pairs, the command and its new name, all separated by spaces."""
    words = value.split()
    if len(words) % 2:
        return f"{value!r} holds {len(words)} words, but it is made of pairs: a command and its new name."
    fixed = [word for word in words[::2] if allowed and word.upper() not in allowed]
    return f"{', '.join(fixed)} cannot be renamed; those that can are {', '.join(allowed)}." if fixed else None
