# SPDX-License-Identifier: GPL-3.0-or-later
"""A world in which replication groups can be made, and short ways of making and looking at them."""

from __future__ import annotations

from typing import Any

from tests.standin.core.errors import ApiError
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import EngineError, GroupPlan
from tests.standin.neighbors import FixedNeighbors
from tests.unit.standin.core_calls import call, new_world, refusal

TOKEN = "Quoll-1st-5f0c9aab37"
SECOND_TOKEN = "Quoll-2nd-d81e44c06b"
THIRD_TOKEN = "Quoll-3rd-7ba2c93e10"
TOPIC = "arn:aws:sns:us-east-1:123456789012:caches"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1d3e0f44-0000-4000-8000-000000000001"
LOG_GROUP = "/aws/vendedlogs/caches"
STREAM = "caches"


class FailingDriver(NullDriver):
    """Refuses every plan while `text` says why."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text

    def apply(self, plan: GroupPlan) -> None:
        if self.text:
            raise EngineError(self.text)
        super().apply(plan)


def furnished_world() -> World:
    """Security groups in both VPCs, a topic, a key, a log group and a stream."""
    world = new_world()
    neighbors = world.neighbors
    assert isinstance(neighbors, FixedNeighbors)
    neighbors.security_groups.update({"sg-1": "vpc-1", "sg-2": "vpc-1", "sg-elsewhere": "vpc-2"})
    neighbors.topics.add(TOPIC)
    neighbors.kms_keys.add(KEY)
    neighbors.log_groups.add(LOG_GROUP)
    neighbors.delivery_streams.add(STREAM)
    return world


def creation(**members: Any) -> dict[str, Any]:
    """Parameters of a small group; None leaves one out."""
    wanted = {
        "ReplicationGroupId": "phb",
        "ReplicationGroupDescription": "sessions",
        "CacheNodeType": "cache.t4g.micro",
        **members,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def make(world: World, **members: Any) -> None:
    """A group that is available with all its members."""
    call(world, "CreateReplicationGroup", **creation(**members))
    settle(world, world.durations.create_group)


def make_pair(world: World, **members: Any) -> None:
    """Two nodes, automatic failover, Multi-AZ."""
    make(world, **({"NumCacheClusters": 2, "AutomaticFailoverEnabled": True, "MultiAZEnabled": True} | members))


def make_cluster(world: World, **members: Any) -> None:
    """Cluster mode enabled, two shards of two nodes each."""
    make(world, **({"ClusterMode": "enabled", "NumNodeGroups": 2, "ReplicasPerNodeGroup": 1} | members))


def settle(world: World, seconds: float) -> None:
    """Let so much service time pass, and the members follow."""
    world.clock.advance(seconds + world.durations.member_lag)


def modify(world: World, **members: Any) -> dict[str, Any]:
    answer = call(world, "ModifyReplicationGroup", ReplicationGroupId="phb", **members)
    group: dict[str, Any] = answer["ReplicationGroup"]
    return group


def modify_now(world: World, **members: Any) -> None:
    """Modify with ApplyImmediately and wait for the end of it."""
    modify(world, ApplyImmediately=True, **members)
    settle(world, 600)


def describe(world: World, group_id: str = "phb") -> dict[str, Any]:
    (found,) = call(world, "DescribeReplicationGroups", ReplicationGroupId=group_id)["ReplicationGroups"]
    group: dict[str, Any] = found
    return group


def clusters(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(world, "DescribeCacheClusters", ShowCacheNodeInfo=True)["CacheClusters"]
    return found


def statuses(world: World) -> list[str]:
    return [cluster["CacheClusterStatus"] for cluster in clusters(world)]


def roles(world: World) -> dict[str, str]:
    return {
        member["CacheClusterId"]: member["CurrentRole"]
        for shard in describe(world)["NodeGroups"]
        for member in shard["NodeGroupMembers"]
    }


def slots(world: World) -> dict[str, str]:
    return {shard["NodeGroupId"]: shard["Slots"] for shard in describe(world)["NodeGroups"]}


def plan(world: World, group_id: str = "phb") -> GroupPlan:
    """What the engines were told last."""
    assert isinstance(world.engines, NullDriver)
    return world.engines.plans[group_id]


def messages(world: World, source: str = "phb") -> list[str]:
    """Texts of the events of one source, oldest first."""
    events = call(world, "DescribeEvents", SourceIdentifier=source, Duration=20160)["Events"]
    return [event["Message"] for event in events]


def take(world: World, name: str, **source: Any) -> dict[str, Any]:
    """Begin a snapshot."""
    answer: dict[str, Any] = call(world, "CreateSnapshot", SnapshotName=name, **source)["Snapshot"]
    return answer


def snapshots(world: World, **members: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(world, "DescribeSnapshots", **members)["Snapshots"]
    return found


def refuse_tagging(world: World) -> ApiError:
    """What tagging the group is refused with."""
    arn = world.arn("replicationgroup", "phb")
    return refusal(world, "AddTagsToResource", ResourceName=arn, Tags=[{"Key": "kept", "Value": "yes"}])
