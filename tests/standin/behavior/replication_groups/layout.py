# SPDX-License-Identifier: GPL-3.0-or-later
"""Shards and nodes of a new group: how many, named what, in which availability zones, with which slots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tests.standin.behavior.replication_groups.slots import (
    Slots,
    parse_slots,
    require_complete,
    split_evenly,
)
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World

MOST_REPLICAS = 5
NODES_PER_SHARD = MOST_REPLICAS + 1
NODES_PER_GROUP = 90
NODES_PER_REGION = 300


@dataclass(frozen=True)
class ShardLayout:
    """`zones` has one entry per node, the primary's first; None leaves the choice to the service."""

    id: str
    slots: Slots
    zones: tuple[str | None, ...]


def choose_layout(request: Request, in_cluster_mode: bool, zones: Sequence[str]) -> list[ShardLayout]:
    """Of a CreateReplicationGroup. `zones` are those of the subnet group."""
    configured = request.get("NodeGroupConfiguration")
    shard_count, replica_count = _counts(request, in_cluster_mode)
    if configured:
        layout = _configured(configured, shard_count, replica_count)
    else:
        preferred = request.get("PreferredCacheClusterAZs")
        layout = _uniform(shard_count or 1, replica_count or 0, preferred)
    if not in_cluster_mode and len(layout) != 1:
        raise invalid_combination("Use of more than one node group requires a parameter group with cluster-enabled.")
    layout = _with_slots(layout) if in_cluster_mode else [replace(shard, slots=()) for shard in layout]
    for shard in layout:
        require_replica_count(len(shard.zones) - 1)
        require_zones([zone for zone in shard.zones if zone is not None], zones)
    return layout


def require_replica_count(count: int) -> None:
    if not 0 <= count <= MOST_REPLICAS:
        raise invalid_value(f"The number of replicas per node group must be within 0 and {MOST_REPLICAS}.")


def require_zones(asked: Iterable[str], offered: Sequence[str]) -> None:
    """Nodes can only live where the subnet group has subnets."""
    for zone in asked:
        if zone not in offered:
            raise invalid_combination(f"Availability zone {zone} is not covered by the cache subnet group.")


def require_quota(world: World, group: ReplicationGroup | None, added: int) -> None:
    """Whether `added` nodes more fit into the group (None: a new one) and the region."""
    in_group = sum(1 for _other in group.members()) if group is not None else 0
    if in_group + added > NODES_PER_GROUP:
        raise ApiError(
            "NodeQuotaForClusterExceeded",
            f"The request would exceed the allowed number of {NODES_PER_GROUP} cache nodes in a single cluster.",
        )
    in_region = sum(1 for other in world.replication_groups.values() for _other in other.members())
    if in_region + added > NODES_PER_REGION:
        raise ApiError(
            "NodeQuotaForCustomerExceeded",
            f"The request would exceed the allowed number of {NODES_PER_REGION} cache nodes per customer.",
        )


def build_shard(group_id: str, layout: ShardLayout, zones: Sequence[str], now: datetime, numbered: bool) -> Shard:
    """A shard with its nodes: `name-0001-001` where they are `numbered` by shard (cluster mode), else `name-001`."""
    members: list[Member] = []
    for zone in layout.zones:
        taken = [member.zone for member in members]
        prefix = f"{group_id}-{layout.id}-" if numbered else f"{group_id}-"
        members.append(Member(next_member_id(members, prefix), zone or emptiest_zone(taken, zones, layout.id), now))
    return Shard(layout.id, layout.slots, members, primary=members[0].id)


def member_prefix(shard: Shard) -> str:
    """What its nodes' names begin with, as at creation: a change of the cluster mode renames nobody."""
    return shard.primary.rpartition("-")[0] + "-"


def next_member_id(members: Sequence[Member], prefix: str) -> str:
    """The lowest number that is free."""
    taken = {member.id for member in members}
    return next(name for number in range(1, 1000) if (name := f"{prefix}{number:03d}") not in taken)


def emptiest_zone(taken: Sequence[str], zones: Sequence[str], shard_id: str) -> str:
    """The zone with the fewest nodes of the shard; shards begin with different zones, so that primaries spread."""
    shift = int(shard_id) - 1
    turned = [zones[(shift + index) % len(zones)] for index in range(len(zones))]
    return min(turned, key=taken.count)


def _counts(request: Request, in_cluster_mode: bool) -> tuple[int | None, int | None]:
    """Shards and replicas each, None where nothing was said."""
    clusters = request.get("NumCacheClusters")
    shards, replicas = request.get("NumNodeGroups"), request.get("ReplicasPerNodeGroup")
    if clusters is None:
        if shards is not None and shards < 1:
            raise invalid_value("The number of node groups must be at least 1.")
        _require_shard_quota(shards or 1)
        return shards, replicas
    if shards is not None or replicas is not None:
        raise invalid_combination(
            "NumCacheClusters cannot be used together with NumNodeGroups or ReplicasPerNodeGroup."
        )
    if not 1 <= clusters <= NODES_PER_SHARD:
        raise invalid_value(f"The number of cache clusters must be within 1 and {NODES_PER_SHARD}.")
    return 1, clusters - 1


def _require_shard_quota(count: int) -> None:
    if count > NODES_PER_GROUP:
        raise ApiError(
            "NodeGroupsPerReplicationGroupQuotaExceeded",
            f"The request would exceed the allowed number of {NODES_PER_GROUP} node groups in a replication group.",
        )


def _uniform(shard_count: int, replica_count: int, preferred: Sequence[str] | None) -> list[ShardLayout]:
    require_replica_count(replica_count)
    node_count = replica_count + 1
    if preferred:
        if shard_count != 1:
            raise invalid_combination("PreferredCacheClusterAZs is not used with more than one node group.")
        if len(preferred) != node_count:
            raise invalid_combination("The number of PreferredCacheClusterAZs must equal the number of cache clusters.")
        return [ShardLayout("0001", (), tuple(preferred))]
    return [ShardLayout(f"{number:04d}", (), (None,) * node_count) for number in range(1, shard_count + 1)]


def _configured(configured: Sequence[Request], shard_count: int | None, replica_count: int | None) -> list[ShardLayout]:
    if shard_count is not None and shard_count != len(configured):
        raise invalid_combination("NumNodeGroups must equal the number of entries of NodeGroupConfiguration.")
    layout = [_configured_shard(entry, number, replica_count) for number, entry in enumerate(configured, start=1)]
    if len({shard.id for shard in layout}) != len(layout):
        raise invalid_value("Node group ids must be unique.")
    return layout


def _configured_shard(entry: Request, number: int, replica_count: int | None) -> ShardLayout:
    replica_zones = entry.get("ReplicaAvailabilityZones") or []
    count = entry.get("ReplicaCount")
    if count is not None and replica_count is not None:
        raise invalid_combination("ReplicasPerNodeGroup cannot be used together with ReplicaCount.")
    replicas = next(known for known in (count, replica_count, len(replica_zones)) if known is not None)
    require_replica_count(replicas)
    if replica_zones and len(replica_zones) != replicas:
        raise invalid_combination("The number of ReplicaAvailabilityZones must equal the number of replicas.")
    shard_id = entry.get("NodeGroupId") or f"{number:04d}"
    slots = entry.get("Slots")
    return ShardLayout(
        id=shard_id,
        slots=parse_slots(slots) if slots else (),
        zones=(entry.get("PrimaryAvailabilityZone"), *(replica_zones or (None,) * replicas)),
    )


def _with_slots(layout: list[ShardLayout]) -> list[ShardLayout]:
    if any(shard.slots for shard in layout):
        require_complete(shard.slots for shard in layout)
        return layout
    even = split_evenly(len(layout))
    return [replace(shard, slots=slots) for shard, slots in zip(layout, even, strict=True)]
