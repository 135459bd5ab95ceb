# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a subnet group should be, and every rule that needs no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.tags import parse_tags, problems_of
from ...reconcile.problems import Refused
from ..names import name_problems
from ..tagging import TAGS_SPEC
from .fields import FIELDS

MOST_SUBNETS = 20


@dataclass(frozen=True)
class SubnetGroupSpec:
    subnet_group_name: str
    state: str = "present"
    description: str | None = None
    subnet_ids: tuple[str, ...] | None = None
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **FIELDS.argument_spec(),
        **TAGS_SPEC,
    }


def build_spec(params: Mapping[str, Any]) -> SubnetGroupSpec:
    """Raises Refused with every problem of the parameters."""
    spec = SubnetGroupSpec(
        **FIELDS.read(params),
        state=params.get("state", "present"),
        tags=parse_tags(params.get("tags")),
        purge_tags=params.get("purge_tags", True),
    )
    problems = spec_problems(spec)
    if problems:
        raise Refused(problems)
    return spec


def spec_problems(spec: SubnetGroupSpec) -> list[str]:
    problems = name_problems("subnet_group_name", spec.subnet_group_name, 255)
    problems += problems_of(spec.tags)
    if spec.subnet_ids is not None and not spec.subnet_ids:
        problems.append("subnet_ids: a subnet group cannot be empty; leave the option out to keep its subnets.")
    if spec.subnet_ids and len(spec.subnet_ids) > MOST_SUBNETS:
        problems.append(f"subnet_ids: {len(spec.subnet_ids)} are given, a subnet group holds at most {MOST_SUBNETS}.")
    return problems
