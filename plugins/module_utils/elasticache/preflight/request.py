# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the caller asks to have judged: the replication group, and what will be made around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...aws.run import GUARD_SPEC
from ...aws.tags import parse_tags
from ...reconcile.field import unique
from ...reconcile.plan import Disruption
from ..parameter_group.spec import argument_spec as parameter_group_options
from ..replication_group.fields import FIELDS, SOURCES
from ..replication_group.spec import OWN_SPEC, ReplicationGroupSpec
from ..tagging import TAGS_SPEC

GROUP_ID = re.compile(r"sg-([0-9a-f]{8}|[0-9a-f]{17})")
"""What EC2 gives out as the id of a security group; everything else is a name."""


@dataclass(frozen=True)
class Request:
    """`subnet_ids`, `parameter_group_family` and `parameters` belong to groups that later tasks make; None: no such
    task follows. `allowed` is None where disruption is not to be judged."""

    spec: ReplicationGroupSpec
    today: date
    subnet_ids: tuple[str, ...] | None = None
    vpc_id: str | None = None
    parameter_group_family: str | None = None
    parameters: Mapping[str, Any] | None = None
    unsupported_parameters: str = "refuse"
    application_security_groups: tuple[str, ...] = ()
    support_warning_days: int = 180
    allowed: Disruption | None = None

    @property
    def application_group_ids(self) -> tuple[str, ...]:
        return tuple(each for each in self.application_security_groups if GROUP_ID.fullmatch(each))

    @property
    def application_group_names(self) -> tuple[str, ...]:
        return tuple(each for each in self.application_security_groups if not GROUP_ID.fullmatch(each))


PARAMETER_OPTIONS = parameter_group_options()

OWN_OPTIONS: dict[str, dict[str, Any]] = {
    "allow_disruption": {"type": "str", "choices": GUARD_SPEC["allow_disruption"]["choices"]},
    "application_security_groups": {"type": "list", "elements": "str", "default": []},
    "fail": {"type": "bool", "default": True},
    "parameter_group_family": {"type": "str"},
    "parameters": PARAMETER_OPTIONS["parameters"],
    "subnet_ids": {"type": "list", "elements": "str"},
    "support_warning_days": {"type": "int", "default": 180},
    "unsupported_parameters": PARAMETER_OPTIONS["unsupported_parameters"],
    "vpc_id": {"type": "str"},
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """All options of the replication group that say what it should be, and this module's own."""
    shared = {"auth_token_update_strategy": OWN_SPEC["auth_token_update_strategy"], "tags": TAGS_SPEC["tags"]}
    return {**FIELDS.argument_spec(), **SOURCES.argument_spec(), **shared, **OWN_OPTIONS}


def build_request(params: Mapping[str, Any], today: date) -> Request:
    """Unlike build_spec it refuses nothing: what is wrong with the Spec is one of the things to report.

    `today` is what the dates of support are held against.
    """
    spec = ReplicationGroupSpec(
        **FIELDS.read(params),
        **SOURCES.read(params),
        auth_token_update_strategy=params.get("auth_token_update_strategy"),
        tags=parse_tags(params.get("tags")),
    )
    subnet_ids, allowed = params.get("subnet_ids"), params.get("allow_disruption")
    return Request(
        spec=spec,
        today=today,
        subnet_ids=None if subnet_ids is None else unique(subnet_ids),
        vpc_id=params.get("vpc_id"),
        parameter_group_family=params.get("parameter_group_family"),
        parameters=params.get("parameters"),
        unsupported_parameters=params.get("unsupported_parameters", "refuse"),
        application_security_groups=unique(params.get("application_security_groups") or ()),
        support_warning_days=params.get("support_warning_days", 180),
        allowed=Disruption(allowed) if allowed else None,
    )
