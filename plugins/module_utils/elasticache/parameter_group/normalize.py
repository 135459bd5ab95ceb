# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of the service to a State, and to the rows of its parameter tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...reconcile.report import UNREPORTED

SET_BY_USER = "user"
"""`Source` of a parameter that somebody set, whatever its value; the others are `system` or `engine-default`."""
REQUIRES_REBOOT = "requires-reboot"


@dataclass(frozen=True)
class Parameter:
    """A row of a table, in the service's own words.

    `value` is empty where the service shows none, and where it differs from node type to node type.
    `allowed_values` reads like `yes,no`, `0,20-`, `1-75` or `-` (any whole number); empty means anything.
    """

    name: str
    value: str
    source: str
    data_type: str
    allowed_values: str
    is_modifiable: bool
    change_type: str
    minimum_engine_version: str
    description: str


Table = Mapping[str, Parameter]


@dataclass(frozen=True)
class ParameterGroupState:
    """`parameters` are those that somebody set; `table` holds all. `tags` is None where they cannot be read.

    `pending` is always empty: the group holds new values at once, however long its caches take to follow.
    """

    parameter_group_name: str
    arn: str
    family: str
    description: str
    parameters: Mapping[str, str]
    is_global: bool
    tags: Mapping[str, str] | None
    table: Table = field(metadata=UNREPORTED)
    pending: Mapping[str, Any] = field(default_factory=dict)


def normalize(
    group: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], tags: Mapping[str, str] | None
) -> ParameterGroupState:
    table = normalize_table(rows)
    return ParameterGroupState(
        parameter_group_name=group["CacheParameterGroupName"],
        arn=group.get("ARN", ""),
        family=group["CacheParameterGroupFamily"],
        description=group.get("Description", ""),
        parameters={name: each.value for name, each in table.items() if each.source == SET_BY_USER},
        is_global=group.get("IsGlobal", False),
        tags=tags,
        table=table,
    )


def normalize_table(rows: Sequence[Mapping[str, Any]]) -> dict[str, Parameter]:
    """By name, in order of names."""
    parameters = (normalize_parameter(row) for row in rows)
    return {each.name: each for each in sorted(parameters, key=lambda each: each.name)}


def normalize_parameter(row: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=row["ParameterName"],
        value=row.get("ParameterValue", "") or common_value(row.get("CacheNodeTypeSpecificValues", [])),
        source=row.get("Source", ""),
        data_type=row.get("DataType", ""),
        allowed_values=row.get("AllowedValues", ""),
        is_modifiable=row.get("IsModifiable", False),
        change_type=row.get("ChangeType", ""),
        minimum_engine_version=row.get("MinimumEngineVersion", ""),
        description=row.get("Description", ""),
    )


def common_value(by_node_type: Sequence[Mapping[str, str]]) -> str:
    values = {each.get("Value", "") for each in by_node_type}
    return values.pop() if len(values) == 1 else ""
