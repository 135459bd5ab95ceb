# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a snapshot, and how it is found and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tests.standin.behavior.archives import archive_name
from tests.standin.behavior.replication_groups.answers import CACHE_NODE_ID
from tests.standin.behavior.replication_groups.slots import show_slots
from tests.standin.behavior.replication_groups.state import Member, ReplicationGroup, Shard
from tests.standin.core.errors import ApiError
from tests.standin.core.events import SourceType
from tests.standin.core.names import normalize_id
from tests.standin.core.world import World
from tests.standin.data.engine_versions import EngineVersion

LONGEST_NAME = 255

SnapshotStatus = Literal["creating", "available", "restoring", "copying", "deleting"]
SnapshotOrigin = Literal["manual", "automated"]


@dataclass
class Snapshot:
    """`told` is what was true of its source, in API shape; `source` is the id that it was taken of.

    What is restored takes over `multi_az`, though no call tells it. `nodes` (in API shape), `files` (RDB) and `sizes`
    (bytes) are in the order of shards; there are no files and no sizes before the data was saved.
    """

    name: str
    status: SnapshotStatus
    origin: SnapshotOrigin
    source: str
    group_id: str
    created: datetime
    version: EngineVersion
    in_cluster_mode: bool
    has_tiering: bool
    multi_az: bool
    told: dict[str, Any]
    nodes: list[dict[str, Any]]
    kms_key: str | None = None
    files: tuple[Path, ...] = ()
    sizes: tuple[int, ...] = ()

    @property
    def source_type(self) -> SourceType:
        """Under which its events are told."""
        return "replication-group" if self.in_cluster_mode else "cache-cluster"


def find_snapshot(world: World, name: str) -> Snapshot:
    """By name in any case. Raises SnapshotNotFoundFault."""
    snapshot: Snapshot | None = world.snapshots.get(name.lower())
    if snapshot is None:
        raise ApiError("SnapshotNotFoundFault", f"{name} is either not present or not available.")
    return snapshot


def require_new_name(world: World, member: str, name: str) -> str:
    """The stored form of a name that is free; `member` is the request's."""
    name = normalize_id(member, name, LONGEST_NAME)
    if name in world.snapshots:
        raise ApiError("SnapshotAlreadyExistsFault", f"Snapshot with specified name already exists: {name}")
    return name


def archive_of(name: str) -> str:
    """The driver's name for the files of a snapshot."""
    return archive_name("snapshot", name)


def forget_snapshot(world: World, snapshot: Snapshot) -> None:
    """It is gone, with its files."""
    del world.snapshots[snapshot.name]
    world.tags.forget(world.arn("snapshot", snapshot.name))
    world.engines.discard(archive_of(snapshot.name))


def show_snapshot(world: World, snapshot: Snapshot, with_layout: bool) -> dict[str, Any]:
    """In API shape; `with_layout` is ShowNodeGroupConfig."""
    nodes = [
        {key: value for key, value in node.items() if with_layout or key != "NodeGroupConfiguration"}
        for node in snapshot.nodes
    ]
    answer = {
        "SnapshotName": snapshot.name,
        "ARN": world.arn("snapshot", snapshot.name),
        "SnapshotStatus": snapshot.status,
        "SnapshotSource": snapshot.origin,
        "NodeSnapshots": nodes,
        **snapshot.told,
    }
    if snapshot.kms_key is not None:
        answer["KmsKeyId"] = snapshot.kms_key
    return answer


def tell_source(world: World, group: ReplicationGroup, member_id: str | None) -> dict[str, Any]:
    """What a snapshot says about its source, `member_id` being the member that it is of (the primary if None)."""
    software, schedule = group.software, group.schedule
    told: dict[str, Any] = {
        "CacheNodeType": software.node_type,
        "Engine": software.version.engine,
        "EngineVersion": software.version.full,
        "PreferredMaintenanceWindow": schedule.maintenance_window,
        "Port": group.network.port,
        "CacheParameterGroupName": software.parameter_group,
        "CacheSubnetGroupName": group.subnet_group,
        "VpcId": world.subnet_groups[group.subnet_group].vpc_id,
        "AutoMinorVersionUpgrade": schedule.auto_minor_upgrade,
        "SnapshotRetentionLimit": schedule.snapshot_retention,
        "SnapshotWindow": schedule.snapshot_window,
        "DataTiering": "enabled" if group.data_tiering else "disabled",
    }
    if schedule.topic is not None:
        told["TopicArn"] = schedule.topic
    if group.in_cluster_mode:
        return told | {
            "ReplicationGroupId": group.id,
            "ReplicationGroupDescription": group.description,
            "NumNodeGroups": len(group.shards),
            "AutomaticFailover": group.automatic_failover,
        }
    member = saved_member(group.shards[0], member_id)
    return told | {
        "CacheClusterId": member.id,
        "CacheClusterCreateTime": member.created,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": member.zone,
    }


def tell_node(group: ReplicationGroup, shard: Shard, member_id: str | None) -> dict[str, Any]:
    """One of NodeSnapshots, as long as nothing is saved."""
    member = saved_member(shard, member_id)
    node: dict[str, Any] = {
        "CacheNodeId": CACHE_NODE_ID,
        "CacheSize": "",
        "CacheNodeCreateTime": member.created,
    }
    if group.in_cluster_mode:
        primary = saved_member(shard, shard.primary)
        node |= {
            "CacheClusterId": member.id,
            "NodeGroupId": shard.id,
            "NodeGroupConfiguration": {
                "NodeGroupId": shard.id,
                "Slots": show_slots(shard.slots),
                "ReplicaCount": len(shard.replicas),
                "PrimaryAvailabilityZone": primary.zone,
                "ReplicaAvailabilityZones": [replica.zone for replica in shard.replicas],
            },
        }
    return node


def saved_member(shard: Shard, member_id: str | None) -> Member:
    wanted = shard.primary if member_id is None else member_id.lower()
    return next(member for member in shard.members if member.id == wanted)


def source_of(group: ReplicationGroup, member_id: str | None) -> str:
    """The id that a snapshot is of: the group's in cluster mode, else a member's."""
    if group.in_cluster_mode:
        return group.id
    return saved_member(group.shards[0], member_id).id if group.shards else group.id
