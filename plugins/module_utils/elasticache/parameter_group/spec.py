# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a parameter group should be, and every rule that needs no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.tags import parse_tags, problems_of
from ...reconcile.problems import Refused
from ..names import name_problems
from ..tagging import TAGS_SPEC
from .fields import FIELDS
from .values import plain_name

DEFAULT_PREFIX = "default."
"""The service's own groups, which nobody can change or delete."""
EXCLUDING = frozenset({"reserved-memory", "reserved-memory-percent"})
"""Two ways to say how much memory is kept free; the service takes one.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html"""
WAIT_TIMEOUT = 600


@dataclass(frozen=True)
class ParameterGroupSpec:
    """`parameters` by lower-case name, as text; how the service spells a value is seen in its tables only."""

    parameter_group_name: str
    state: str = "present"
    family: str | None = None
    description: str | None = None
    parameters: Mapping[str, str] | None = None
    purge_parameters: bool = True
    unsupported_parameters: str = "refuse"
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True
    wait_timeout: float = WAIT_TIMEOUT


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **FIELDS.argument_spec(),
        "purge_parameters": {"type": "bool", "default": True},
        "unsupported_parameters": {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"},
        **TAGS_SPEC,
        "wait_timeout": {"type": "int", "default": WAIT_TIMEOUT},
    }


def build_spec(params: Mapping[str, Any]) -> ParameterGroupSpec:
    """Raises Refused with every problem of the parameters."""
    spec = ParameterGroupSpec(
        **FIELDS.read(params),
        state=params.get("state", "present"),
        purge_parameters=params.get("purge_parameters", True),
        unsupported_parameters=params.get("unsupported_parameters", "refuse"),
        tags=parse_tags(params.get("tags")),
        purge_tags=params.get("purge_tags", True),
        wait_timeout=params.get("wait_timeout", WAIT_TIMEOUT),
    )
    problems = group_name_problems(spec.parameter_group_name)
    if spec.state == "present":
        problems += problems_of(spec.tags) + parameter_problems(params.get("parameters") or {})
    if problems:
        raise Refused(problems)
    return spec


def group_name_problems(name: str) -> list[str]:
    if name.startswith(DEFAULT_PREFIX):
        return [
            f"parameter_group_name: {name} belongs to the service, and nobody can change or delete it. "
            "Make a group of your own, of the same family, and let the caches use that."
        ]
    return name_problems("parameter_group_name", name, 255)


def parameter_problems(given: Mapping[Any, Any]) -> list[str]:
    problems = [
        f"parameters.{name}: it has no value; leave it out to have the engine's default."
        for name, value in given.items()
        if value is None
    ]
    problems += [
        f"parameters.{name}: {type(value).__name__} is no value that a parameter can have; give text, a number or a "
        "boolean."
        for name, value in given.items()
        if isinstance(value, (dict, list))
    ]
    names = [plain_name(name) for name in given]
    problems += [
        f"parameters.{name}: it is given more than once, in different spellings."
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    if EXCLUDING.issubset(names):
        problems.append(f"parameters: {' and '.join(sorted(EXCLUDING))} exclude each other; give one of them.")
    return problems
