# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a parameter may be set, and to that value, by the service's own AllowedValues."""

from __future__ import annotations

import re

from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.data.families import CONDITIONALLY_MODIFIABLE, Parameter

_INTEGER = re.compile(r"-?\d+")
# "0-", "1-75", "-5", or "-" alone for any integer; a leading minus belongs to the number.
_RANGE = re.compile(r"(?P<least>-?\d+)?-(?P<most>\d+)?")
_KEYSPACE_EVENTS = re.compile(r"[KEg$lshzxetdmnA]*")


def require_settable(parameter: Parameter, is_used: bool) -> None:
    """`is_used`: a cluster uses the group, so that what applies at creation only is refused."""
    if parameter.modifiable or (parameter.name in CONDITIONALLY_MODIFIABLE and not is_used):
        return
    raise invalid_value(f"The parameter {parameter.name} cannot be modified.")


def require_value(parameter: Parameter, value: str) -> None:
    """Raises InvalidParameterValue that names what is allowed."""
    if parameter.name == "rename-commands":
        _require_renames(parameter, value)
    elif parameter.name == "notify-keyspace-events":
        if not _KEYSPACE_EVENTS.fullmatch(value):
            raise _refused(parameter, value, "the letters KEg$lshzxetdmnA")
    elif parameter.allowed is not None and not is_allowed(parameter, value):
        raise _refused(parameter, value, parameter.allowed)


def is_allowed(parameter: Parameter, value: str) -> bool:
    """AllowedValues is a list of single values and, for integers, ranges that may be open at an end."""
    terms = (parameter.allowed or "").split(",")
    if parameter.data_type == "string":
        return value in terms
    return bool(_INTEGER.fullmatch(value)) and any(_holds(term, int(value)) for term in terms)


def _holds(term: str, number: int) -> bool:
    if _INTEGER.fullmatch(term):
        return number == int(term)
    bounds = _RANGE.fullmatch(term)
    if bounds is None:
        raise ValueError(f"AllowedValues holds {term}, which is neither a number nor a range")
    least, most = bounds["least"], bounds["most"]
    return (least is None or int(least) <= number) and (most is None or number <= int(most))


def _require_renames(parameter: Parameter, value: str) -> None:
    """Space-separated pairs of a command and its new name."""
    words = value.split()
    renameable = set((parameter.allowed or "").split(","))
    if len(words) % 2 or not renameable.issuperset(word.upper() for word in words[::2]):
        raise _refused(parameter, value, "pairs of a renameable command and its new name")


def _refused(parameter: Parameter, value: str, allowed: str) -> ApiError:
    return invalid_value(f"Invalid value {value} for parameter {parameter.name}. Allowed values are: {allowed}")
