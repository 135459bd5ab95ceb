# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recovery test is asked to do, and every rule that needs no request."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...elasticache.names import name_problems
from ...elasticache.replication_group.spec import LONGEST_ID
from ...reconcile.problems import Refused
from ...reconcile.secret import Secret

COMPARISONS = ("auto", "digest", "counts")
NODE_TYPE = re.compile(r"cache\.[a-z0-9]+\.[a-z0-9]+")


@dataclass(frozen=True)
class Request:
    """Times in seconds; None: no objective. `count_tolerance` in percent, `rate_limit` in keys per second (0: none)."""

    replication_group_id: str
    snapshot_name: str | None = None
    node_type: str | None = None
    recovery_time_objective: int | None = None
    recovery_point_objective: int | None = None
    comparison: str = "auto"
    count_tolerance: float = 5.0
    username: str | None = None
    password: Secret | None = None
    ca_path: str | None = None
    rate_limit: float = 0.0
    wait_timeout: int = 3600


def argument_spec() -> dict[str, dict[str, Any]]:
    return {
        "replication_group_id": {"type": "str", "required": True, "aliases": ["name"]},
        "snapshot_name": {"type": "str"},
        "node_type": {"type": "str"},
        "recovery_time_objective": {"type": "int"},
        "recovery_point_objective": {"type": "int"},
        "comparison": {"type": "str", "choices": list(COMPARISONS), "default": "auto"},
        "count_tolerance": {"type": "float", "default": 5.0},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "ca_path": {"type": "path"},
        "rate_limit": {"type": "float", "default": 0.0},
        "wait_timeout": {"type": "int", "default": 3600},
        "fail": {"type": "bool", "default": True},
    }


def build_request(params: Mapping[str, Any]) -> Request:
    """An empty string is as good as nothing, so that a role can pass on what it has. Raises Refused."""
    own = argument_spec().keys() - {"fail", "password", "replication_group_id"}
    given: dict[str, Any] = {name: None if params[name] == "" else params[name] for name in own}
    request = Request(
        replication_group_id=params["replication_group_id"].lower(),
        password=Secret(params["password"]) if params["password"] else None,
        **given,
    )
    problems = [*name_problems("replication_group_id", request.replication_group_id, LONGEST_ID), *bounds(request)]
    if request.node_type and not NODE_TYPE.fullmatch(request.node_type):
        problems.append(f"node_type: {request.node_type!r} is none; write it as in cache.t4g.small.")
    if request.username and not request.password:
        problems.append("username: it needs password.")
    if problems:
        raise Refused(problems)
    return request


def bounds(request: Request) -> list[str]:
    limits: dict[str, tuple[int, int | None]] = {
        "recovery_time_objective": (1, None),
        "recovery_point_objective": (1, None),
        "count_tolerance": (0, 100),
        "rate_limit": (0, None),
        "wait_timeout": (1, None),
    }
    told = {name: bound_problem(getattr(request, name), least, most) for name, (least, most) in limits.items()}
    return [f"{name}: {problem}" for name, problem in told.items() if problem]


def bound_problem(value: float | None, least: int, most: int | None) -> str:
    """Empty if there is none."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return f"{value:g} is no number to count with."
    if most is None:
        return "" if value >= least else f"{value:g} is below {least}."
    return "" if least <= value <= most else f"{value:g} is outside of {least} to {most}."
