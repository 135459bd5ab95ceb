# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engines of a group are to be."""

from __future__ import annotations

from collections.abc import Iterable

from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.world import World
from tests.standin.data.node_types import NODE_TYPES
from tests.standin.engines.plan import GroupPlan, NodePlan

DEFAULT_RESERVED_PERCENT = 25


def plan_of(world: World, group: ReplicationGroup) -> GroupPlan:
    """The records of now, as the driver is told them. Members on their way out are not in it."""
    groups = world.parameter_groups
    # One whose values still run can be deleted as soon as another one is attached.
    running = groups.get(group.software.running_parameter_group) or groups[group.parameter_group]
    parameters = running.effective_all()
    return GroupPlan(
        group_id=group.id,
        port=group.network.port,
        tls=group.access.tls,
        cluster_mode=group.in_cluster_mode,
        nodes=tuple(node for shard in group.shards for node in _nodes(shard)),
        tokens=group.access.tokens,
        open_access=group.access.open_access,
        parameters=parameters,
        maxmemory=usable_memory(group.software.node_type, parameters.get("reserved-memory-percent")),
    )


def usable_memory(node_type: str, reserved_percent: str | None) -> int:
    """Bytes for data: the node type's maxmemory less what reserved-memory-percent keeps for the engine itself."""
    reserved = DEFAULT_RESERVED_PERCENT if reserved_percent is None else int(reserved_percent)
    return NODE_TYPES[node_type].maxmemory * (100 - reserved) // 100


def allocate_endpoints(world: World, group: ReplicationGroup) -> None:
    """Give every member an address; the records keep them, so that reads never ask the driver."""
    group.endpoints = world.engines.endpoints(group.id, [member.id for member in group.members()])


def _nodes(shard: Shard) -> Iterable[NodePlan]:
    if shard.status == "deleting":
        return []
    return [_node(shard, member) for member in shard.members if member.status != "deleting"]


def _node(shard: Shard, member: Member) -> NodePlan:
    return NodePlan(
        node_id=member.id,
        shard=shard.id,
        role="primary" if member.id == shard.primary else "replica",
        slots=shard.slots,
        generation=member.generation,
    )
