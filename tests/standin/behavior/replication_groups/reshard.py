# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyReplicationGroupShardConfiguration: shards come, go, or share their slots evenly again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.changes import Change, carry_out
from tests.standin.behavior.replication_groups.find import find_modifiable_group
from tests.standin.behavior.replication_groups.layout import (
    NODES_PER_GROUP,
    ShardLayout,
    build_shard,
    require_quota,
    require_zones,
)
from tests.standin.behavior.replication_groups.slots import rebalance
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError, invalid_combination, invalid_value
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


@operation("ModifyReplicationGroupShardConfiguration")
def modify_shard_configuration(world: World, request: Request) -> dict[str, Any]:
    group = find_modifiable_group(world, request["ReplicationGroupId"])
    _require_reshardable(group, request)
    count = request["NodeGroupCount"]
    if count < 1:
        raise invalid_value("The number of node groups must be at least 1.")
    new = _new_shards(world, group, request, count)
    leaving = _leaving(group, request, count)
    require_quota(world, group, sum(len(shard.members) for shard in new))
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    carry_out(world, group, Resharding(world, group, new, leaving).change())
    return {"ReplicationGroup": show_group(world, group)}


def _require_reshardable(group: ReplicationGroup, request: Request) -> None:
    if not request["ApplyImmediately"]:
        raise invalid_combination("ApplyImmediately=false is not currently supported.")
    if group.software.cluster_mode != "enabled":
        raise invalid_combination(
            "Shard configuration can only be modified for cluster mode enabled replication groups."
        )


def _new_shards(world: World, group: ReplicationGroup, request: Request, count: int) -> list[Shard]:
    """Empty shards with as many replicas as the first one has, numbered on from the highest."""
    configured = request.get("ReshardingConfiguration") or []
    added = count - len(group.shards)
    if added <= 0:
        if configured:
            raise invalid_combination("ReshardingConfiguration is only used to increase the number of node groups.")
        return []
    if count > NODES_PER_GROUP:
        raise ApiError(
            "NodeGroupsPerReplicationGroupQuotaExceeded",
            f"The request would exceed the allowed number of {NODES_PER_GROUP} node groups in a replication group.",
        )
    zones = world.subnet_groups[group.subnet_group].zones
    layout = [ShardLayout(shard_id, (), chosen) for shard_id, chosen in _places(group, configured, added)]
    for shard in layout:
        require_zones([zone for zone in shard.zones if zone is not None], zones)
    return [build_shard(group.id, shard, zones, world.clock.now(), numbered=True) for shard in layout]


def _places(
    group: ReplicationGroup, configured: Sequence[Request], added: int
) -> list[tuple[str, tuple[str | None, ...]]]:
    """Id and zones of each new shard. A configuration may name all shards or only the new ones."""
    existing = {shard.id for shard in group.shards}
    entries = [entry for entry in configured if entry.get("NodeGroupId") not in existing]
    # Those of shards that are there are read, and nothing comes of them: their nodes stay where they are.
    preferred = [entry.get("PreferredAvailabilityZones") for entry in configured if entry not in entries]
    if configured and (len(entries) != added or len(preferred) not in (0, len(existing))):
        raise invalid_combination("ReshardingConfiguration must describe each of the new node groups.")
    node_count = len(group.shards[0].members)
    highest = max(int(shard_id) for shard_id in existing)
    places: list[tuple[str, tuple[str | None, ...]]] = []
    for number in range(added):
        entry = entries[number] if entries else None
        zones = entry.get("PreferredAvailabilityZones") if entry is not None else None
        if zones and len(zones) != node_count:
            raise invalid_combination("The number of PreferredAvailabilityZones must equal the number of nodes.")
        shard_id = entry.get("NodeGroupId") if entry is not None else None
        places.append((shard_id or f"{highest + number + 1:04d}", tuple(zones or (None,) * node_count)))
    return places


def _leaving(group: ReplicationGroup, request: Request, count: int) -> set[str]:
    """Ids of the shards that go: exactly one of the two lists says so when there are to be fewer."""
    remove, retain = request.get("NodeGroupsToRemove"), request.get("NodeGroupsToRetain")
    surplus = len(group.shards) - count
    if surplus <= 0:
        if remove or retain:
            raise invalid_combination(
                "NodeGroupsToRemove and NodeGroupsToRetain are only used to decrease the number of node groups."
            )
        return set()
    if bool(remove) == bool(retain):
        raise invalid_combination("Exactly one of NodeGroupsToRemove and NodeGroupsToRetain must be provided.")
    existing = {shard.id for shard in group.shards}
    named = set(remove or retain or ())
    if named - existing:
        raise invalid_value(f"Node group {min(named - existing)} does not exist in replication group {group.id}.")
    leaving = named if remove else existing - named
    if len(leaving) != surplus:
        raise invalid_combination("The node groups that remain must be as many as NodeGroupCount.")
    return leaving


@dataclass(frozen=True)
class Resharding:
    """New shards are shown as creating while slots move; leaving ones run until they have given theirs away."""

    world: World
    group: ReplicationGroup
    new: list[Shard]
    leaving: set[str]

    def change(self) -> Change:
        return Change("resharding", self.world.durations.reshard, self.begin, self.effect, self.finish)

    def begin(self) -> None:
        world, group = self.world, self.group
        group.resharding_since = world.clock.now()
        for shard in group.shards:
            shard.status = "modifying"
        tags = world.tags.get(world.arn("replicationgroup", group.id))
        for member in _members(self.new):
            world.tags.replace(world.arn("cluster", member.id), tags)
        group.shards.extend(self.new)

    def effect(self) -> None:
        shards = self.group.shards
        target = rebalance(
            {shard.id: shard.slots for shard in shards},
            [shard.id for shard in shards if shard.id not in self.leaving],
        )
        for shard in shards:
            shard.slots = target.get(shard.id, ())
        for shard in self._leaving_shards():
            shard.status = "deleting"
        for member in _members(self._leaving_shards()):
            member.status = "deleting"

    def finish(self) -> None:
        world, group = self.world, self.group
        for member in _members(self._leaving_shards()):
            world.tags.forget(world.arn("cluster", member.id))
            world.events.add(member.id, "cache-cluster", "Cache cluster deleted")
        group.shards = [shard for shard in group.shards if shard.id not in self.leaving]
        for member in _members(self.new):
            world.events.add(member.id, "cache-cluster", "Cache cluster created")
        message = f"Resharding of replication group {group.id} to {len(group.shards)} node groups completed"
        world.events.add(group.id, "replication-group", message)

    def _leaving_shards(self) -> list[Shard]:
        return [shard for shard in self.group.shards if shard.id in self.leaving]


def _members(shards: Iterable[Shard]) -> list[Member]:
    return [member for shard in shards for member in shard.members]
