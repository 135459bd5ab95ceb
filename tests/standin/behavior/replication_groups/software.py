# SPDX-License-Identifier: GPL-3.0-or-later
"""Engine, version, node type and parameter group: what exists, and what goes together."""

from __future__ import annotations

from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.state import ClusterMode, ReplicationGroup, Software
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import ParameterGroup, World
from tests.standin.data.engine_versions import (
    DEFAULT_VERSIONS,
    FIRST_CHOSEN_BY_SERVICE,
    FIRST_VALKEY,
    EngineVersion,
    find_by_patch,
    find_version,
)
from tests.standin.data.node_types import NODE_TYPES, NodeType

ENGINES = ("redis", "valkey")
# Parameters that a group takes over from its engines' first start: both groups of an exchange must agree on them.
STATIC_PARAMETERS = ("cluster-enabled", "databases", "activerehashing")
ROLLBACK = (("valkey", (7, 2)), ("redis", (7, 1)))
"""The one way back: engine and minor version of both sides (user guide; TF #45229)."""
TIERED_POLICIES = ("volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "noeviction")


def choose_software(world: World, request: Request) -> Software:
    """Of a CreateReplicationGroup."""
    version = _choose_version(request.get("Engine") or "redis", request.get("EngineVersion"))
    node_type = require_node_type(request.get("CacheNodeType"), version)
    mode, parameter_group = _choose_parameter_group(
        world, version, read_choice(request, "ClusterMode"), request.get("CacheParameterGroupName")
    )
    require_tiering(node_type, parameter_group, bool(request.get("DataTieringEnabled")))
    return Software(version, node_type.name, parameter_group.name, parameter_group.name, mode)


def require_version(engine: str, asked: str) -> EngineVersion:
    """The version that a request names. A patch where the service chooses it is refused."""
    version = find_version(engine, asked)
    if version is not None:
        return version
    minor = find_by_patch(engine, asked)
    if minor is not None and minor.number >= FIRST_CHOSEN_BY_SERVICE:
        raise invalid_value(f"Specific version selection is not allowed for '{asked}', please use '{minor.asked}'")
    raise invalid_combination(f"Cannot find version {asked} for {engine}")


def require_way(current: EngineVersion, wanted: EngineVersion) -> None:
    """Up in one engine, from Redis OSS to any Valkey, and back from Valkey 7.2 to Redis OSS 7.1."""
    if wanted == current:
        return
    if (current.engine, current.number[:2]) == ROLLBACK[0] and (wanted.engine, wanted.number[:2]) == ROLLBACK[1]:
        return
    is_upgrade = (
        wanted.number > current.number
        if wanted.engine == current.engine
        else wanted.engine == "valkey" and wanted.number >= FIRST_VALKEY
    )
    if not is_upgrade:
        raise invalid_combination(
            f"Cannot downgrade from {current.engine} {current.asked} to {wanted.engine} {wanted.asked}."
            " Engine version downgrades are not supported."
        )


def require_node_type(name: str | None, version: EngineVersion) -> NodeType:
    """A node type that can be had, and that runs the version."""
    if not name:
        raise invalid_value("The parameter CacheNodeType must be provided and must not be null.")
    node_type = NODE_TYPES.get(name)
    if node_type is None:
        raise invalid_value(f"Invalid Cache Node Type: {name}.")
    if node_type.is_retired:
        raise invalid_value(f"Cache node type {name} is no longer available for new clusters.")
    if not node_type.runs(version.engine, version.number):
        raise invalid_combination(
            f"Cache node type {name} is not supported for engine {version.engine} version {version.asked}."
        )
    return node_type


def require_parameter_group(world: World, name: str) -> ParameterGroup:
    found = world.parameter_groups.get(name.lower())
    if found is None:
        raise ApiError("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    return found


def require_family(parameter_group: ParameterGroup, version: EngineVersion) -> None:
    """A parameter group fits the versions of its own family only."""
    if parameter_group.family != version.family:
        raise invalid_combination(
            f"Expected a parameter group of family {version.family} but found one of family {parameter_group.family}"
        )


def require_same_statics(current: ParameterGroup, wanted: ParameterGroup) -> None:
    """An exchange of parameter groups must leave the static ones as they are (user guide, "Upgrading")."""
    for name in STATIC_PARAMETERS:
        before, after = current.effective(name), wanted.effective(name)
        if before is not None and after is not None and before != after:
            raise invalid_combination(
                f"The parameter {name} has a different value in the requested parameter group than the current"
                " parameter group. This parameter value cannot be changed for a cache cluster"
            )


def require_cluster_value(parameter_group: ParameterGroup, mode: ClusterMode) -> None:
    """The parameter group's cluster-enabled must say what the cluster mode says."""
    is_on = is_cluster_on(parameter_group)
    if is_on and mode == "disabled":
        raise invalid_combination("Cluster mode should be disabled in parameter group, but found it is enabled.")
    if not is_on and mode != "disabled":
        raise invalid_combination("Cluster mode should be enabled in parameter group, but found it is disabled.")


def require_tiering(node_type: NodeType, parameter_group: ParameterGroup, wanted: bool) -> None:
    """Data tiering and r6gd go together, with certain policies (user guide, 2026)."""
    if node_type.has_data_tiering != wanted:
        raise invalid_combination(
            "Data tiering must be enabled for r6gd node types."
            if node_type.has_data_tiering
            else f"Data tiering is not supported for node type {node_type.name}."
        )
    policy = parameter_group.effective("maxmemory-policy")
    if wanted and policy not in TIERED_POLICIES:
        raise invalid_combination(f"Data tiering does not support the maxmemory-policy {policy}.")


def is_cluster_on(parameter_group: ParameterGroup) -> bool:
    return parameter_group.effective("cluster-enabled") == "yes"


def default_parameter_group(world: World, version: EngineVersion, mode: ClusterMode) -> ParameterGroup:
    """The service's own of the family."""
    suffix = "" if mode == "disabled" else ".cluster.on"
    return world.parameter_groups[f"default.{version.family}{suffix}"]


def allowed_node_types(group: ReplicationGroup, version: EngineVersion) -> tuple[list[str], list[str]]:
    """Names of larger and of smaller types that the group could be scaled to if it runs that version."""
    current = NODE_TYPES[group.software.node_type]
    others = [
        node_type
        for node_type in NODE_TYPES.values()
        if not node_type.is_retired
        and node_type.runs(version.engine, version.number)
        and node_type.has_data_tiering == current.has_data_tiering
        and node_type.name != current.name
    ]
    larger = sorted(each.name for each in others if each.maxmemory >= current.maxmemory)
    smaller = sorted(each.name for each in others if each.maxmemory < current.maxmemory)
    return larger, smaller


def _choose_version(engine: str, asked: str | None) -> EngineVersion:
    if engine not in ENGINES:
        raise invalid_value(f"Invalid engine {engine}. A replication group runs redis or valkey.")
    if asked is None and engine == "valkey":
        raise invalid_combination("The parameter EngineVersion must be provided for engine valkey.")
    return require_version(engine, asked or DEFAULT_VERSIONS[engine])


def _choose_parameter_group(
    world: World, version: EngineVersion, asked_mode: str | None, name: str | None
) -> tuple[ClusterMode, ParameterGroup]:
    """Either may be left out: the mode is then the parameter group's, the parameter group the mode's default."""
    if asked_mode == "compatible":
        raise invalid_combination("Cluster mode compatible can only be reached by modifying a replication group.")
    mode: ClusterMode = "enabled" if asked_mode == "enabled" else "disabled"
    if name is None:
        return mode, default_parameter_group(world, version, mode)
    found = require_parameter_group(world, name)
    require_family(found, version)
    if asked_mode is None:
        mode = "enabled" if is_cluster_on(found) else "disabled"
    require_cluster_value(found, mode)
    return mode, found
