# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of the service to a State: one shape for snapshots of nodes and of serverless caches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ...reconcile.report import UNREPORTED

Api = Mapping[str, Any]

MEMBER = re.compile(r"(?P<group>.+)-\d{3}")
"""Name of a member with cluster mode disabled. The service does not tell the group of such a snapshot."""
SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT]?)i?B?", re.IGNORECASE)
UNITS = ("", "K", "M", "G", "T")
MANUAL = ("manual", "user")


@dataclass(frozen=True)
class NodeSnapshot:
    """`slots` and `node_group_id` are empty with cluster mode disabled; `created` as in SnapshotState."""

    cluster_id: str
    node_group_id: str
    slots: str
    size_bytes: int | None
    created: str


@dataclass(frozen=True)
class SnapshotState:
    """`origin` is `manual` or `automated`; `source` the group, member or serverless cache that the service names.

    `replication_group_id` is also told with cluster mode disabled, from the member's name. `created` is the moment of
    the data, the oldest where the nodes' differ, as ISO 8601 in UTC; empty while the service does not tell it. Sizes
    are in bytes, None while the service does not tell them; it rounds them. `tags` is None where they cannot be read.
    `pending` is always empty. `exported` are the ARNs of its files in the bucket that was asked about, if one was.
    """

    snapshot_name: str
    arn: str
    status: str
    origin: str
    serverless: bool
    source: str
    replication_group_id: str | None
    cache_cluster_id: str | None
    serverless_cache_name: str | None
    engine: str
    engine_version: str
    node_type: str | None
    cluster_mode: bool
    num_node_groups: int
    port: int | None
    parameter_group_name: str | None
    subnet_group_name: str | None
    vpc_id: str | None
    kms_key_id: str | None
    data_tiering: bool
    created: str
    size_bytes: int | None
    largest_node_bytes: int | None
    node_snapshots: tuple[NodeSnapshot, ...]
    tags: Mapping[str, str] | None
    pending: Mapping[str, Any] = field(default_factory=dict)
    exported: tuple[str, ...] = field(default=(), metadata=UNREPORTED)


def normalize(snapshot: Api, tags: Mapping[str, str] | None = None) -> SnapshotState:
    """A snapshot as DescribeSnapshots tells it: of a group in cluster mode, or of one member without it."""
    member: str | None = snapshot.get("CacheClusterId")
    nodes = tuple(normalize_node(each, member) for each in snapshot.get("NodeSnapshots", ()))
    sizes = known_sizes(nodes)
    return SnapshotState(
        snapshot_name=snapshot["SnapshotName"],
        arn=snapshot.get("ARN", ""),
        status=snapshot.get("SnapshotStatus", ""),
        origin=normalize_origin(snapshot.get("SnapshotSource")),
        serverless=False,
        source=member or snapshot.get("ReplicationGroupId", ""),
        replication_group_id=snapshot.get("ReplicationGroupId") or group_of(member),
        cache_cluster_id=member,
        serverless_cache_name=None,
        engine=snapshot.get("Engine", "redis").lower(),
        engine_version=snapshot.get("EngineVersion", ""),
        node_type=snapshot.get("CacheNodeType"),
        cluster_mode=member is None,
        num_node_groups=snapshot.get("NumNodeGroups") or max(len(nodes), 1),
        port=snapshot.get("Port"),
        parameter_group_name=snapshot.get("CacheParameterGroupName"),
        subnet_group_name=snapshot.get("CacheSubnetGroupName"),
        vpc_id=snapshot.get("VpcId"),
        kms_key_id=snapshot.get("KmsKeyId"),
        data_tiering=snapshot.get("DataTiering") == "enabled",
        created=min((node.created for node in nodes if node.created), default=""),
        size_bytes=sum(sizes) if sizes else None,
        largest_node_bytes=max(sizes) if sizes else None,
        node_snapshots=nodes,
        tags=tags,
    )


def normalize_serverless(snapshot: Api, tags: Mapping[str, str] | None = None) -> SnapshotState:
    """A snapshot as DescribeServerlessCacheSnapshots tells it: cluster mode, one virtual shard, no nodes."""
    source: Api = snapshot.get("ServerlessCacheConfiguration", {})
    size = parse_size(snapshot.get("BytesUsedForCache"))
    return SnapshotState(
        snapshot_name=snapshot["ServerlessCacheSnapshotName"],
        arn=snapshot.get("ARN", ""),
        status=snapshot.get("Status", "").lower(),
        origin=normalize_origin(snapshot.get("SnapshotType")),
        serverless=True,
        source=source.get("ServerlessCacheName", ""),
        replication_group_id=None,
        cache_cluster_id=None,
        serverless_cache_name=source.get("ServerlessCacheName"),
        engine=source.get("Engine", "").lower(),
        engine_version=source.get("MajorEngineVersion", ""),
        node_type=None,
        cluster_mode=True,
        num_node_groups=1,
        port=None,
        parameter_group_name=None,
        subnet_group_name=None,
        vpc_id=None,
        kms_key_id=snapshot.get("KmsKeyId"),
        data_tiering=False,
        created=show_time(snapshot.get("CreateTime")),
        size_bytes=size,
        largest_node_bytes=size,
        node_snapshots=(),
        tags=tags,
    )


def normalize_node(node: Api, member: str | None) -> NodeSnapshot:
    layout: Api = node.get("NodeGroupConfiguration", {})
    return NodeSnapshot(
        cluster_id=node.get("CacheClusterId") or member or "",
        node_group_id=node.get("NodeGroupId") or layout.get("NodeGroupId") or "",
        slots=layout.get("Slots", ""),
        size_bytes=parse_size(node.get("CacheSize")),
        created=show_time(node.get("SnapshotCreateTime")),
    )


def normalize_origin(told: str | None) -> str:
    """The two families of calls, and the filter of DescribeSnapshots, do not spell it alike."""
    return "manual" if (told or "manual").lower() in MANUAL else "automated"


def group_of(member: str | None) -> str | None:
    """`orders-002` → `orders`; a cluster outside of any group has no such name, unless somebody gave it one."""
    matched = MEMBER.fullmatch(member or "")
    return matched["group"] if matched else None


def known_sizes(nodes: tuple[NodeSnapshot, ...]) -> list[int]:
    """All of them or none: a sum of some would pass for the whole."""
    sizes = [node.size_bytes for node in nodes if node.size_bytes is not None]
    return sizes if len(sizes) == len(nodes) else []


def parse_size(text: str | None) -> int | None:
    """`12 MB` → 12582912; a bare number is bytes. None where the service tells nothing, as before the end."""
    matched = SIZE.fullmatch((text or "").strip())
    if matched is None:
        return None
    return int(float(matched["number"]) * 1024 ** UNITS.index(matched["unit"].upper()))


def show_time(moment: datetime | None) -> str:
    """ISO 8601 in UTC, as `datetime.fromisoformat` of every supported Python reads it."""
    return "" if moment is None else moment.astimezone(timezone.utc).isoformat(timespec="seconds")
