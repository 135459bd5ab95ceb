# SPDX-License-Identifier: GPL-3.0-or-later
"""TestFailover, and nodes that fail by themselves: a replica takes over, the failed node comes back as a replica."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.standin.behavior.replication_groups.answers import CACHE_NODE_ID, show_group
from tests.standin.behavior.replication_groups.changes import Change, carry_out
from tests.standin.behavior.replication_groups.find import find_modifiable_group
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError
from tests.standin.core.registry import each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.world import World

SHARDS_PER_DAY = 15
RETRY_SECONDS = 60
_CALLED = "Test Failover API called for node group"


@operation("TestFailover")
def test_failover(world: World, request: Request) -> dict[str, Any]:
    group = find_modifiable_group(world, request["ReplicationGroupId"])
    shard_id = request["NodeGroupId"]
    shard = group.shard(shard_id)
    if shard is None:
        raise ApiError("NodeGroupNotFoundFault", f"Node group {shard_id} not found in replication group {group.id}.")
    successor = _successor(group, shard)
    if successor is None:
        raise ApiError(
            "TestFailoverNotAvailableFault", "Test failover needs automatic failover to be enabled, and a replica."
        )
    if _calls_today(world) >= SHARDS_PER_DAY:
        raise ApiError(
            "APICallRateForCustomerExceeded",
            f"Automatic failover can be tested on at most {SHARDS_PER_DAY} node groups in 24 hours.",
        )
    world.events.add(group.id, "replication-group", f"{_CALLED} {shard_id}")
    former = shard.primary
    carry_out(world, group, _failover(world, group, shard, successor))
    # Gone without warning: what it had not yet replicated is lost, as when a node dies by itself.
    world.background.run(group.id, lambda: world.engines.crash(former), lambda error: None)
    return {"ReplicationGroup": show_group(world, group)}


@each_world
def register(world: World) -> None:
    """Notice crashes, as the service does."""
    world.on_node_crashed.append(lambda node_id: _crashed(world, node_id))


def _crashed(world: World, node_id: str) -> None:
    groups: list[ReplicationGroup] = list(world.replication_groups.values())
    for group in groups:
        for member in group.members():
            if member.id == node_id:
                member.has_failed = True
                _replace(world, group, member.id)


def _replace(world: World, group: ReplicationGroup, member_id: str) -> None:
    """Bring a failed node back; a change that is under way may do so first, for it restarts whatever is down."""
    shard = group.shard_of(member_id)
    member = next((each for each in group.members() if each.id == member_id), None)
    if shard is None or member is None or not member.has_failed or group.status == "deleting":
        return
    if group.status != "available":
        label = f"replacement of {member_id}, put off"
        world.clock.after(RETRY_SECONDS, lambda: _replace(world, group, member_id), label)
        return
    successor = _successor(group, shard) if shard.primary == member_id else None
    if successor is not None:
        carry_out(world, group, _failover(world, group, shard, successor))
    else:
        carry_out(world, group, _recovery(world, member_id))


def _calls_today(world: World) -> int:
    now = world.clock.now()
    events = world.events.select(now - timedelta(hours=24), now, "replication-group")
    return sum(1 for event in events if event.message.startswith(_CALLED))


def _successor(group: ReplicationGroup, shard: Shard) -> Member | None:
    """The replica that takes over when automatic failover is on."""
    if not group.has_failover:
        return None
    return next((replica for replica in shard.replicas if not replica.has_failed), None)


def _failover(world: World, group: ReplicationGroup, shard: Shard, successor: Member) -> Change:
    former, promoted, shard_id = shard.primary, successor.id, shard.id

    def take_over() -> None:
        for failed in (member for member in group.members() if member.id == former):
            failed.generation += 1
        for found in (each for each in group.shards if each.id == shard_id):
            found.primary = promoted

    def taken_over() -> None:
        message = f"Failover from primary node {former} to replica node {promoted} completed"
        world.events.add(promoted, "cache-cluster", message)
        world.events.add(group.id, "replication-group", message)
        _tell_recovering(world, former)

    return Change(
        label="failover",
        seconds=world.durations.failover,
        effect=take_over,
        finish=taken_over,
        aftermath_seconds=world.durations.recover_node,
        aftermath=lambda: _tell_recovered(world, former),
    )


def _recovery(world: World, member_id: str) -> Change:
    return Change(
        label="recovery",
        seconds=world.durations.recover_node,
        begin=lambda: _tell_recovering(world, member_id),
        finish=lambda: _tell_recovered(world, member_id),
    )


def _tell_recovering(world: World, member_id: str) -> None:
    world.events.add(member_id, "cache-cluster", f"Recovering cache nodes {CACHE_NODE_ID}")


def _tell_recovered(world: World, member_id: str) -> None:
    world.events.add(member_id, "cache-cluster", f"Finished recovery for cache nodes {CACHE_NODE_ID}")
