# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache parameter groups: a family's whole table, with what somebody set on top."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tests.standin.behavior.parameter_values import require_settable, require_value
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import ParameterGroup, TagTarget, World
from tests.standin.data.families import CLUSTER_ON, FAMILIES, Family, Parameter, default_groups
from tests.standin.data.node_types import NODE_TYPES

LARGEST_COUNT = 300
LONGEST_NAME = 255
MOST_PARAMETERS = 20
SOURCES = ("user", "system", "engine-default")
# A replica's output buffer may take a tenth of the node's memory (engine specific parameters).
_REPLICA_BUFFER_SHARE = 10


@each_world
def prepare(world: World) -> None:
    """The service's own groups, two per family."""
    world.taggable["parametergroup"] = TagTarget(check=lambda name, writing: _require_tag_target(world, name))
    for name, (family, values) in default_groups().items():
        defaults = FAMILIES[family].defaults() | values
        world.parameter_groups[name] = ParameterGroup(name, family, _default_description(name, family), defaults)


@operation("CreateCacheParameterGroup")
def create(world: World, request: Request) -> dict[str, Any]:
    name = normalize_id("CacheParameterGroupName", request["CacheParameterGroupName"], LONGEST_NAME)
    family = _family(request["CacheParameterGroupFamily"])
    description = request["Description"]
    tags = parse_tags(request.get("Tags") or [])
    if not description.strip():
        raise invalid_value("The parameter Description must be provided and must not be blank.")
    if name in world.parameter_groups:
        raise ApiError("CacheParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    if sum(not group.is_default for group in world.parameter_groups.values()) >= LARGEST_COUNT:
        raise ApiError("CacheParameterGroupQuotaExceeded", f"There are already {LARGEST_COUNT} parameter groups.")
    group = ParameterGroup(name, family.name, description, family.defaults())
    world.parameter_groups[name] = group
    world.tags.replace(world.arn("parametergroup", name), tags)
    world.events.add(name, "cache-parameter-group", f"Created cache parameter group {name}")
    return {"CacheParameterGroup": _show(world, group)}


@operation("ModifyCacheParameterGroup")
def modify(world: World, request: Request) -> dict[str, Any]:
    group = _require_changeable(world, request)
    pairs = request["ParameterNameValues"]
    _require_few(len(pairs), "modify")
    values: dict[str, str] = {}
    for pair in pairs:
        name, value = pair.get("ParameterName", ""), pair.get("ParameterValue", "")
        parameter = _parameter(group, name)
        require_settable(parameter, is_used=bool(group.in_use_by(world)))
        require_value(parameter, value)
        values[name] = value
    _require_settled(world, group, "modify", values)
    _change(world, group, group.values | values, values)
    return {"CacheParameterGroupName": group.name}


@operation("ResetCacheParameterGroup")
def reset(world: World, request: Request) -> dict[str, Any]:
    """Back to the family's values: some by name, or all without a list."""
    group = _require_changeable(world, request)
    pairs = request.get("ParameterNameValues") or []
    resets_all = bool(request.get("ResetAllParameters"))
    if resets_all == bool(pairs):
        raise invalid_combination("Specify either ResetAllParameters or ParameterNameValues, not both.")
    _require_few(len(pairs), "reset")
    for pair in pairs:
        pair.get("ParameterValue")
    named = list(group.values) if resets_all else [pair.get("ParameterName", "") for pair in pairs]
    for name in named:
        require_settable(_parameter(group, name), is_used=bool(group.in_use_by(world)))
    _require_settled(world, group, "reset", named)
    left = {name: value for name, value in group.values.items() if name not in named}
    _change(world, group, left, named)
    return {"CacheParameterGroupName": group.name}


@operation("DeleteCacheParameterGroup")
def delete(world: World, request: Request) -> dict[str, Any]:
    """A default group's name holds dots, so it is refused as no identifier, before anything is looked up."""
    name = normalize_id("CacheParameterGroupName", request["CacheParameterGroupName"], LONGEST_NAME)
    group = world.parameter_groups.get(name)
    if group is None:
        raise ApiError("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    if group.in_use_by(world):
        raise ApiError(
            "InvalidCacheParameterGroupState",
            f"One or more cache clusters are still members of this parameter group {name}, so the group cannot be"
            " deleted.",
        )
    del world.parameter_groups[name]
    world.tags.forget(world.arn("parametergroup", name))
    world.events.add(name, "cache-parameter-group", f"Deleted cache parameter group {name}")
    return {}


@operation("DescribeCacheParameterGroups")
def describe(world: World, request: Request) -> dict[str, Any]:
    name = request.get("CacheParameterGroupName")
    known = world.parameter_groups
    groups = [require(world, name)] if name else [known[group] for group in sorted(known)]
    return {"CacheParameterGroups": [_show(world, group) for group in groups]}


@operation("DescribeCacheParameters")
def describe_parameters(world: World, request: Request) -> dict[str, Any]:
    group = require(world, request["CacheParameterGroupName"])
    source = request.get("Source")
    if source is not None and source not in SOURCES:
        raise invalid_value(f"Invalid parameter source {source}. Valid values are: {', '.join(SOURCES)}")
    family = FAMILIES[group.family]
    rows = [_show_parameter(family, parameter, group) for parameter in family.parameters.values()]
    by_node_type = _show_by_node_type(family)
    return {
        "Parameters": [row for row in rows if source in (None, row["Source"])],
        "CacheNodeTypeSpecificParameters": [row for row in by_node_type if source in (None, row["Source"])],
    }


@operation("DescribeEngineDefaultParameters")
def describe_defaults(world: World, request: Request) -> dict[str, Any]:
    family = _family(request["CacheParameterGroupFamily"])
    return {
        "EngineDefaults": {
            "CacheParameterGroupFamily": family.name,
            "Parameters": [_show_parameter(family, parameter, None) for parameter in family.parameters.values()],
            "CacheNodeTypeSpecificParameters": _show_by_node_type(family),
        }
    }


def require(world: World, name: str) -> ParameterGroup:
    """The group of that name, in any spelling."""
    group = world.parameter_groups.get(name.lower())
    if group is None:
        raise ApiError("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return group


def _require_tag_target(world: World, name: str) -> None:
    require(world, name)


def _require_changeable(world: World, request: Request) -> ParameterGroup:
    name = request["CacheParameterGroupName"]
    group = world.parameter_groups.get(name.lower())
    if group is None:
        raise ApiError("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    if group.is_default:
        raise invalid_value(f"The parameter group {group.name} is a default group and cannot be modified.")
    return group


def _require_few(count: int, verb: str) -> None:
    if count > MOST_PARAMETERS:
        raise invalid_combination(f"Cannot {verb} more than {MOST_PARAMETERS} parameters in a single request")


def _require_settled(world: World, group: ParameterGroup, verb: str, names: Iterable[str]) -> None:
    """For some seconds after a change the group takes no other; the text names a parameter that is pending."""
    if group.pending_until is None or world.clock.now() >= group.pending_until:
        return
    pending = next((name for name in names if name in group.pending), next(iter(group.pending)))
    raise ApiError(
        "InvalidCacheParameterGroupState",
        f"Cannot {verb} the parameter group because the parameter {pending} has pending changes.",
    )


def _change(world: World, group: ParameterGroup, values: dict[str, str], names: Iterable[str]) -> None:
    """Those who run engines with the group hear of it when the change has been applied."""
    before = group.effective_all()
    group.values = values
    group.pending = tuple(names)
    if not group.pending:
        return
    group.pending_until = world.clock.now() + timedelta(seconds=world.durations.parameter_apply)
    world.events.add(group.name, "cache-parameter-group", f"Updated parameters of cache parameter group {group.name}")
    if group.effective_all() != before:
        world.clock.at(
            group.pending_until, lambda: world.parameter_group_changed(group.name), f"apply parameters of {group.name}"
        )


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise invalid_value(f"CacheParameterGroupFamily {name} is not a valid parameter group family.")
    return FAMILIES[name]


def _parameter(group: ParameterGroup, name: str) -> Parameter:
    parameter = FAMILIES[group.family].parameters.get(name)
    if parameter is None:
        raise invalid_value(f"Could not find parameter with name: {name}")
    return parameter


def _default_description(name: str, family: str) -> str:
    if name.endswith(CLUSTER_ON):
        return f"Customized default parameter group for {family} with cluster mode on"
    return f"Default parameter group for {family}"


def _show(world: World, group: ParameterGroup) -> dict[str, Any]:
    return {
        "CacheParameterGroupName": group.name,
        "CacheParameterGroupFamily": group.family,
        "Description": group.description,
        "IsGlobal": False,
        "ARN": world.arn("parametergroup", group.name),
    }


def _show_parameter(family: Family, parameter: Parameter, group: ParameterGroup | None) -> dict[str, Any]:
    """Without a group: the family's own value. Members that the service has nothing for are absent."""
    value = parameter.default if group is None else group.effective(parameter.name)
    row = {
        "ParameterName": parameter.name,
        "ParameterValue": value,
        "Description": parameter.description,
        "Source": "user" if group is not None and parameter.name in group.values else "system",
        "DataType": parameter.data_type,
        "AllowedValues": parameter.allowed,
        "IsModifiable": parameter.modifiable,
        "MinimumEngineVersion": parameter.minimum or family.minimum,
        "ChangeType": parameter.change,
    }
    return {name: member for name, member in row.items() if member is not None}


def _show_by_node_type(family: Family) -> list[dict[str, Any]]:
    shares = {
        "client-output-buffer-limit-replica-hard-limit": _REPLICA_BUFFER_SHARE,
        "client-output-buffer-limit-replica-soft-limit": _REPLICA_BUFFER_SHARE,
        "maxmemory": 1,
    }
    return [
        {
            "ParameterName": name,
            "Description": f"Bytes of {name}, by node type",
            "Source": "system",
            "DataType": "integer",
            "AllowedValues": "0-",
            "IsModifiable": False,
            "MinimumEngineVersion": family.minimum,
            "CacheNodeTypeSpecificValues": [
                {"CacheNodeType": node_type.name, "Value": str(node_type.maxmemory // share)}
                for node_type in NODE_TYPES.values()
            ],
            "ChangeType": "immediate",
        }
        for name, share in shares.items()
    ]
