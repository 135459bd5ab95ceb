# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups by their id or a member's, as requests name them."""

from __future__ import annotations

from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.core.errors import ApiError, invalid_combination
from tests.standin.core.world import World


def find_group(world: World, group_id: str) -> ReplicationGroup:
    """By id in any case. Raises ReplicationGroupNotFoundFault."""
    group: ReplicationGroup | None = world.replication_groups.get(group_id.lower())
    if group is None:
        raise ApiError("ReplicationGroupNotFoundFault", f"ReplicationGroup {group_id} not found.")
    return group


def find_group_of(world: World, member_id: str) -> ReplicationGroup:
    """The group that has that member, in any case. Raises CacheClusterNotFound."""
    groups: list[ReplicationGroup] = list(world.replication_groups.values())
    for group in groups:
        if group.shard_of(member_id.lower()) is not None:
            return group
    raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {member_id}")


def find_by_either(world: World, group_id: str | None, member_id: str | None) -> ReplicationGroup:
    """By the one of ReplicationGroupId and CacheClusterId that is given; exactly one must be."""
    if group_id is not None and member_id is None:
        return find_group(world, group_id)
    if member_id is not None and group_id is None:
        return find_group_of(world, member_id)
    raise invalid_combination("Exactly one of ReplicationGroupId and CacheClusterId must be provided.")


def find_modifiable_group(world: World, group_id: str) -> ReplicationGroup:
    """One that is available with all its members, as every change demands (TF #50096)."""
    group = find_group(world, group_id)
    if group.status != "available":
        raise ApiError("InvalidReplicationGroupState", "Replication group must be in available state to modify.")
    for member in group.members():
        if member.status != "available":
            raise ApiError("InvalidCacheClusterState", f"Cache cluster {member.id} is not in available state.")
    return group


def require_not_compatible(group: ReplicationGroup) -> None:
    """Neither scaled nor upgraded on the way to cluster mode."""
    if group.software.cluster_mode == "compatible":
        raise invalid_combination("Scaling and engine upgrades are not supported while the cluster mode is compatible.")
