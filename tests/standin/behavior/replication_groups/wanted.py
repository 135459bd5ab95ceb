# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ModifyReplicationGroup asks for, as far as it takes time, checked against what the group is."""

from __future__ import annotations

from typing import cast

from tests.standin.behavior.replication_groups.access import require_tls_mode
from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.create import require_multi_az_layout
from tests.standin.behavior.replication_groups.find import require_not_compatible
from tests.standin.behavior.replication_groups.software import (
    allowed_node_types,
    default_parameter_group,
    is_cluster_on,
    require_cluster_value,
    require_family,
    require_node_type,
    require_parameter_group,
    require_same_statics,
    require_version,
    require_way,
)
from tests.standin.behavior.replication_groups.state import ClusterMode, Modification, ReplicationGroup
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion
from tests.standin.engines.plan import TlsMode

FIRST_CLUSTER_MODE_CHANGE = (7, 0)
# From, to. Encryption goes on and off by way of preferred, cluster mode on by way of compatible.
TLS_STEPS = (("off", "preferred"), ("preferred", "required"), ("required", "preferred"), ("preferred", "off"))
CLUSTER_STEPS = (("disabled", "compatible"), ("compatible", "enabled"), ("compatible", "disabled"))


def read_modification(world: World, group: ReplicationGroup, request: Request) -> Modification:
    """Everything the request names, also what is already so."""
    version = _read_version(group, request)
    cluster_mode = _read_cluster_mode(group, request)
    failover, multi_az = _read_availability(group, request)
    return Modification(
        node_type=_read_node_type(group, request, version or group.deferred.version),
        version=version,
        parameter_group=_read_parameter_group(world, group, request, version, cluster_mode),
        automatic_failover=failover,
        multi_az=multi_az,
        primary=_read_primary(group, request),
        tls=_read_tls(group, request),
        cluster_mode=cluster_mode,
    )


def current_values(group: ReplicationGroup) -> Modification:
    """What the group is now, in the same form."""
    return Modification(
        node_type=group.software.node_type,
        version=group.software.version,
        parameter_group=group.software.parameter_group,
        automatic_failover=group.automatic_failover == "enabled",
        multi_az=group.multi_az,
        primary=group.shards[0].primary,
        tls=group.access.tls,
        cluster_mode=group.software.cluster_mode,
    )


def _read_node_type(group: ReplicationGroup, request: Request, version: EngineVersion | None) -> str | None:
    name = request.get("CacheNodeType")
    if name is None or name == group.software.node_type:
        return name
    require_not_compatible(group)
    target_version = version or group.software.version
    node_type = require_node_type(name, target_version)
    larger, smaller = allowed_node_types(group, target_version)
    if name not in (*larger, *smaller):
        raise invalid_value(f"The cache node type {name} is not a valid modification of {group.software.node_type}.")
    return node_type.name


def _read_version(group: ReplicationGroup, request: Request) -> EngineVersion | None:
    engine, asked = request.get("Engine"), request.get("EngineVersion")
    current = group.software.version
    if engine is None and asked is None:
        return None
    if engine not in (None, "redis", "valkey"):
        raise invalid_value(f"Invalid engine {engine}. A replication group runs redis or valkey.")
    if asked is None:
        if engine == current.engine:
            return current
        raise invalid_combination(f"The parameter EngineVersion must be provided to change the engine to {engine}.")
    wanted = require_version(engine or current.engine, asked)
    if wanted != current:
        require_not_compatible(group)
        require_way(current, wanted)
        if request.get("CacheNodeType") is None:
            require_node_type(group.deferred.node_type or group.software.node_type, wanted)
    return wanted


def _read_parameter_group(
    world: World,
    group: ReplicationGroup,
    request: Request,
    version: EngineVersion | None,
    cluster_mode: ClusterMode | None,
) -> str | None:
    """Of the family of the version to be; without one, the attached group must already be."""
    name = request.get("CacheParameterGroupName")
    current = world.parameter_groups[group.software.parameter_group]
    target_version = version or group.deferred.version or group.software.version
    if cluster_mode is not None and cluster_mode != group.software.cluster_mode:
        return _parameter_group_of_mode(world, group, name, cluster_mode)
    if name is None and version is not None and version == group.deferred.version:
        name = group.deferred.parameter_group
    wanted = require_parameter_group(world, name) if name is not None else current
    if name is not None or (version is not None and version != group.software.version):
        require_family(wanted, target_version)
        require_same_statics(current, wanted)
    return wanted.name if name is not None else None


def _parameter_group_of_mode(world: World, group: ReplicationGroup, name: str | None, mode: ClusterMode) -> str:
    """Defaults are exchanged by the service; a custom group has to be exchanged by the caller in the same call."""
    current = world.parameter_groups[group.software.parameter_group]
    if name is not None:
        wanted = require_parameter_group(world, name)
        require_family(wanted, group.software.version)
    elif is_cluster_on(current) == (mode != "disabled"):
        wanted = current
    elif current.is_default:
        wanted = default_parameter_group(world, group.software.version, mode)
    else:
        wanted = current
    require_cluster_value(wanted, mode)
    return wanted.name


def _read_availability(group: ReplicationGroup, request: Request) -> tuple[bool | None, bool | None]:
    """Automatic failover and Multi-AZ, checked as they will be together."""
    failover, multi_az = request.get("AutomaticFailoverEnabled"), request.get("MultiAZEnabled")
    waiting = group.deferred
    if failover is False and group.in_cluster_mode:
        raise invalid_combination(
            "Turning off automatic failover for replication group with cluster mode enabled is not supported."
        )
    # Refused in cluster mode even where it is on already (CFN #1275).
    if failover and any(not shard.replicas for shard in group.shards):
        raise invalid_combination("Replication group must have at least one read replica to enable autofailover.")
    failover_then = _first_known(failover, waiting.automatic_failover, group.has_failover)
    multi_az_then = _first_known(multi_az, waiting.multi_az, group.multi_az)
    if multi_az_then and not failover_then:
        raise invalid_combination(
            "Automatic failover must be enabled to enable Multi-AZ."
            if multi_az
            else "Automatic failover cannot be disabled while Multi-AZ is enabled."
        )
    if multi_az:
        require_multi_az_layout(group.shards)
    return failover, multi_az


def _read_primary(group: ReplicationGroup, request: Request) -> str | None:
    asked = request.get("PrimaryClusterId")
    if asked is None:
        return None
    member: str = asked.lower()
    if group.in_cluster_mode:
        raise invalid_combination("PrimaryClusterId cannot be set for cluster mode enabled replication groups.")
    if group.shard_of(member) is None:
        raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {member}")
    if group.has_failover or group.multi_az:
        raise invalid_combination(
            "A replica cannot be promoted while automatic failover or Multi-AZ is enabled on the replication group."
        )
    return member


def _read_tls(group: ReplicationGroup, request: Request) -> TlsMode | None:
    enabled, mode = request.get("TransitEncryptionEnabled"), read_choice(request, "TransitEncryptionMode")
    if enabled is None and mode is None:
        return None
    if group.has_token:
        # Even when nothing would change (ACK #2536).
        raise invalid_combination(
            "Modification of transit encryption is not supported for access control enabled clusters."
        )
    current = group.access.tls
    wanted = _wanted_tls(current, enabled, mode)
    if wanted != current:
        require_tls_mode(group.software.version)
        if (current, wanted) not in TLS_STEPS:
            raise invalid_combination(
                f"Transit encryption cannot be changed from {current} to {wanted} in one step;"
                " set the transit encryption mode to preferred first."
            )
    return wanted


def _wanted_tls(current: TlsMode, enabled: bool | None, mode: str | None) -> TlsMode:
    is_on = enabled if enabled is not None else current != "off"
    if not is_on:
        if mode is not None:
            raise invalid_combination("To modify transit encryption mode, set encryption-in-transit as enabled.")
        return "off"
    if mode is None:
        if current == "off":
            raise invalid_combination(
                "To enable encryption-in-transit, set the transit encryption mode to preferred in the same request."
            )
        return current
    return "preferred" if mode == "preferred" else "required"


def _read_cluster_mode(group: ReplicationGroup, request: Request) -> ClusterMode | None:
    asked = read_choice(request, "ClusterMode")
    if asked is None:
        return None
    wanted = cast(ClusterMode, asked)
    current = group.software.cluster_mode
    if wanted == current:
        return wanted
    if (current, wanted) not in CLUSTER_STEPS:
        raise invalid_combination(f"Cluster mode cannot be changed from {current} to {wanted}.")
    if group.software.version.number < FIRST_CLUSTER_MODE_CHANGE:
        raise invalid_combination(f"Cluster mode cannot be changed for engine version {group.software.version.full}.")
    if not group.has_failover:  # which a replica is needed for
        raise invalid_combination("Automatic failover must be enabled to change the cluster mode.")
    return wanted


def _first_known(*values: bool | None) -> bool:
    return next(value for value in values if value is not None)
