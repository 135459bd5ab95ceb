# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeCacheClusters: the members of replication groups."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.replication_groups.answers import show_member
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup
from tests.standin.core.errors import ApiError
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


@operation("DescribeCacheClusters")
def describe_cache_clusters(world: World, request: Request) -> dict[str, Any]:
    """Clusters outside of replication groups cannot be created here, so a list of those alone is empty."""
    wanted = request.get("CacheClusterId")
    with_nodes = bool(request.get("ShowCacheNodeInfo"))
    only_outside = bool(request.get("ShowCacheClustersNotInReplicationGroups"))
    groups: list[ReplicationGroup] = [] if only_outside else list(world.replication_groups.values())
    members: list[tuple[Member, ReplicationGroup]] = [(member, group) for group in groups for member in group.members()]
    if wanted is not None:
        members = [(member, group) for member, group in members if member.id == wanted.lower()]
        if not members:
            raise ApiError("CacheClusterNotFound", f"CacheCluster not found: {wanted}")
    members.sort(key=lambda pair: pair[0].id)
    return {"CacheClusters": [show_member(world, group, member, with_nodes) for member, group in members]}
