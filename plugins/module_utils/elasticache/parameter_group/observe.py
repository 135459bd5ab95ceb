# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads that a parameter group needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.errors import ServiceError
from ...aws.session import Session
from ...reconcile.report import as_dict
from .. import api
from .normalize import ParameterGroupState, Table, normalize, normalize_table


def observe(session: Session, name: str) -> ParameterGroupState | None:
    found = api.describe_parameter_groups(session, name)
    return join(session, found[0]) if found else None


def observe_all(session: Session, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All parameter groups of the region, or the one that `params` names; a missing one gives [].

    With `include_defaults` each also has `all_parameters`, the whole table of its family.
    """
    states = [join(session, group) for group in api.describe_parameter_groups(session, params["parameter_group_name"])]
    return [shown(state, params["include_defaults"]) for state in states if state]


def shown(state: ParameterGroupState, with_table: bool) -> dict[str, Any]:
    described: dict[str, Any] = as_dict(state)
    return {**described, "all_parameters": as_dict(list(state.table.values()))} if with_table else described


def join(session: Session, group: Mapping[str, Any]) -> ParameterGroupState | None:
    """None when the group went between two reads: there is none without parameters."""
    rows = api.describe_parameters(session, group["CacheParameterGroupName"])
    return normalize(group, rows, api.list_tags(session, group["ARN"])) if rows else None


def read_defaults(session: Session, family: str) -> Table | None:
    """The table of a new group; None when the region has no such family. Raises ServiceError."""
    try:
        return normalize_table(api.describe_engine_default_parameters(session, family))
    except ServiceError as error:
        if error.code == "InvalidParameterValue":
            return None
        raise


def read_families(session: Session) -> tuple[str, ...]:
    return tuple(sorted({each["CacheParameterGroupFamily"] for each in api.describe_engine_versions(session)}))
