# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of the service to a State: what the group says, what its members say, and what is pending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .fields import LogDelivery

SWITCHED_ON = ("enabled", "enabling")
Api = Mapping[str, Any]


@dataclass(frozen=True)
class Endpoint:
    address: str
    port: int


@dataclass(frozen=True)
class Endpoints:
    """`primary` and `reader` with cluster mode disabled, `configuration` with cluster mode enabled."""

    primary: Endpoint | None = None
    reader: Endpoint | None = None
    configuration: Endpoint | None = None


@dataclass(frozen=True)
class Member:
    """`role` is empty in cluster mode, where the service's answer cannot be relied on."""

    cluster_id: str
    status: str
    availability_zone: str
    node_group_id: str = ""
    role: str = ""


@dataclass(frozen=True)
class NodeGroup:
    node_group_id: str
    status: str
    slots: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class ReplicationGroupState:
    """`pending` maps options to values that the service has accepted and not applied yet.

    `replicas_per_node_group` is a list where the shards differ. `member_ids` is what the group itself counts; `members`
    are those that can be read: after a change the second follows the first. `tags` is None where they cannot be read.
    """

    replication_group_id: str
    arn: str
    status: str
    description: str
    engine: str
    engine_version: str
    node_type: str
    cluster_mode: str
    num_node_groups: int
    replicas_per_node_group: int | list[int]
    automatic_failover_enabled: bool
    multi_az_enabled: bool
    port: int | None
    network_type: str
    ip_discovery: str
    subnet_group_name: str
    security_group_ids: tuple[str, ...]
    parameter_group_name: str
    at_rest_encryption_enabled: bool
    kms_key_id: str | None
    transit_encryption_enabled: bool
    transit_encryption_mode: str | None
    auth_token_enabled: bool
    preferred_maintenance_window: str
    snapshot_retention_limit: int
    snapshot_window: str
    snapshotting_cluster_id: str | None
    notification_topic_arn: str
    log_delivery_configurations: tuple[LogDelivery, ...]
    log_delivery_errors: tuple[str, ...]
    auto_minor_version_upgrade: bool
    endpoints: Endpoints
    node_groups: tuple[NodeGroup, ...]
    members: tuple[Member, ...]
    member_ids: tuple[str, ...]
    tags: Mapping[str, str] | None
    pending: Mapping[str, Any] = field(default_factory=dict)
    transitions: tuple[str, ...] = ()

    @property
    def is_readable(self) -> bool:
        """False early in a creation: much of a group is told by its members alone."""
        return bool(self.members and self.node_groups)

    @property
    def is_clustered(self) -> bool:
        return self.cluster_mode != "disabled"


def normalize(group: Api, clusters: Sequence[Api], tags: Mapping[str, str] | None) -> ReplicationGroupState:
    """`clusters`: the group's members as DescribeCacheClusters knows them."""
    members = normalize_members(group, clusters)
    node_groups = normalize_node_groups(group)
    return ReplicationGroupState(
        replication_group_id=group["ReplicationGroupId"],
        arn=group.get("ARN", ""),
        status=group["Status"],
        member_ids=tuple(group.get("MemberClusters", ())),
        members=members,
        node_groups=node_groups,
        endpoints=normalize_endpoints(group),
        tags=tags,
        pending=normalize_pending(group, clusters),
        transitions=find_transitions(group, members, node_groups),
        **describe_topology(group, node_groups),
        **describe_access(group),
        **describe_backups(group),
        **describe_logs(group),
        **describe_nodes(clusters[0] if clusters else {}),
    )


def normalize_members(group: Api, clusters: Sequence[Api]) -> tuple[Member, ...]:
    placed = {
        member["CacheClusterId"]: (shard["NodeGroupId"], member.get("CurrentRole", ""))
        for shard in group.get("NodeGroups", ())
        for member in shard.get("NodeGroupMembers", ())
    }
    return tuple(
        Member(
            each["CacheClusterId"],
            each.get("CacheClusterStatus", ""),
            each.get("PreferredAvailabilityZone", ""),
            *placed.get(each["CacheClusterId"], ("", "")),
        )
        for each in sorted(clusters, key=lambda cluster: str(cluster["CacheClusterId"]))
    )


def normalize_node_groups(group: Api) -> tuple[NodeGroup, ...]:
    return tuple(
        NodeGroup(
            shard["NodeGroupId"],
            shard.get("Status", ""),
            shard.get("Slots", ""),
            tuple(sorted(member["CacheClusterId"] for member in shard.get("NodeGroupMembers", ()))),
        )
        for shard in sorted(group.get("NodeGroups", ()), key=lambda shard: str(shard["NodeGroupId"]))
    )


def normalize_endpoint(endpoint: Api | None) -> Endpoint | None:
    return Endpoint(endpoint["Address"], endpoint["Port"]) if endpoint and endpoint.get("Address") else None


def normalize_endpoints(group: Api) -> Endpoints:
    """With one shard and cluster mode disabled the endpoints hang on the shard, else on the group."""
    shards = group.get("NodeGroups", ())
    first = shards[0] if shards else {}
    return Endpoints(
        normalize_endpoint(first.get("PrimaryEndpoint")),
        normalize_endpoint(first.get("ReaderEndpoint")),
        normalize_endpoint(group.get("ConfigurationEndpoint")),
    )


def describe_topology(group: Api, node_groups: Sequence[NodeGroup]) -> dict[str, Any]:
    counts = [len(each.members) - 1 for each in node_groups]
    fallback = "enabled" if group.get("ClusterEnabled") else "disabled"
    return {
        "description": group.get("Description", ""),
        "engine": group.get("Engine", "redis").lower(),
        "node_type": group.get("CacheNodeType", ""),
        "cluster_mode": group.get("ClusterMode", fallback),
        "num_node_groups": len(node_groups),
        "replicas_per_node_group": counts[0] if len(set(counts)) == 1 else counts,
        "automatic_failover_enabled": group.get("AutomaticFailover") in SWITCHED_ON,
        "multi_az_enabled": group.get("MultiAZ") == "enabled",
        "network_type": group.get("NetworkType", "ipv4"),
        "ip_discovery": group.get("IpDiscovery", "ipv4"),
        "auto_minor_version_upgrade": group.get("AutoMinorVersionUpgrade", True),
    }


def describe_access(group: Api) -> dict[str, Any]:
    encrypted = group.get("TransitEncryptionEnabled", False)
    return {
        "at_rest_encryption_enabled": group.get("AtRestEncryptionEnabled", False),
        "kms_key_id": group.get("KmsKeyId"),
        "transit_encryption_enabled": encrypted,
        # Groups made before the mode existed do not report it: they refuse plain text, hence `required`.
        "transit_encryption_mode": group.get("TransitEncryptionMode", "required") if encrypted else None,
        "auth_token_enabled": group.get("AuthTokenEnabled", False),
    }


def describe_backups(group: Api) -> dict[str, Any]:
    return {
        "snapshot_retention_limit": group.get("SnapshotRetentionLimit", 0),
        "snapshot_window": group.get("SnapshotWindow", ""),
        "snapshotting_cluster_id": group.get("SnapshottingClusterId"),
    }


def describe_logs(group: Api) -> dict[str, Any]:
    deliveries = group.get("LogDeliveryConfigurations", ())
    return {
        "log_delivery_configurations": tuple(normalize_log(each) for each in deliveries),
        "log_delivery_errors": tuple(
            f"{each['LogType']} is not delivered: {each.get('Message', 'no reason given')}"
            for each in deliveries
            if each.get("Status") == "error"
        ),
    }


def normalize_log(delivery: Api) -> LogDelivery:
    details = delivery.get("DestinationDetails", {})
    destination = details.get("CloudWatchLogsDetails", {}).get("LogGroup") or details.get(
        "KinesisFirehoseDetails", {}
    ).get("DeliveryStream")
    return {
        "log_type": delivery["LogType"],
        "destination_type": delivery["DestinationType"],
        "destination": destination or "",
        "log_format": delivery["LogFormat"],
    }


def describe_nodes(cluster: Api) -> dict[str, Any]:
    """What only members tell: port, version, windows and groups are the same for all of them."""
    notification = cluster.get("NotificationConfiguration", {})
    nodes = cluster.get("CacheNodes", ())
    return {
        "port": nodes[0].get("Endpoint", {}).get("Port") if nodes else None,
        "engine_version": cluster.get("EngineVersion", ""),
        "subnet_group_name": cluster.get("CacheSubnetGroupName", ""),
        "security_group_ids": tuple(sorted(each["SecurityGroupId"] for each in cluster.get("SecurityGroups", ()))),
        "parameter_group_name": cluster.get("CacheParameterGroup", {}).get("CacheParameterGroupName", ""),
        "preferred_maintenance_window": cluster.get("PreferredMaintenanceWindow", ""),
        "notification_topic_arn": notification.get("TopicArn", "")
        if notification.get("TopicStatus") == "active"
        else "",
    }


def normalize_pending(group: Api, clusters: Sequence[Api]) -> dict[str, Any]:
    """Node type and version are pending on the members alone, everything else on the group."""
    told = group.get("PendingModifiedValues", {})
    member: Api = next((each["PendingModifiedValues"] for each in clusters if each.get("PendingModifiedValues")), {})
    logs = told.get("LogDeliveryConfigurations")
    found = {
        "node_type": member.get("CacheNodeType"),
        "engine_version": member.get("EngineVersion"),
        "automatic_failover_enabled": {"enabled": True, "disabled": False}.get(told.get("AutomaticFailoverStatus")),
        "transit_encryption_enabled": told.get("TransitEncryptionEnabled"),
        "transit_encryption_mode": told.get("TransitEncryptionMode"),
        "cluster_mode": told.get("ClusterMode"),
        "log_delivery_configurations": tuple(normalize_log(each) for each in logs) if logs else None,
        "auth_token_status": told.get("AuthTokenStatus"),
    }
    return {name: value for name, value in found.items() if value is not None}


def find_transitions(group: Api, members: Sequence[Member], node_groups: Sequence[NodeGroup]) -> tuple[str, ...]:
    """Why the group is not settled, in words; empty when it is. The group alone says available too early."""
    told = group.get("PendingModifiedValues", {})
    missing = set(group.get("MemberClusters", ())) - {each.cluster_id for each in members}
    found = [f"the group is {group['Status']}"] if group["Status"] != "available" else []
    found += [f"{each.cluster_id} is {each.status}" for each in members if each.status != "available"]
    found += [f"{each} cannot be read yet" for each in sorted(missing)]
    found += [f"shard {each.node_group_id} is {each.status}" for each in node_groups if each.status != "available"]
    if told.get("AuthTokenStatus"):
        found.append(f"the token is {told['AuthTokenStatus']}")
    if told.get("Resharding"):
        found.append(
            f"slots are moving ({told['Resharding'].get('SlotMigration', {}).get('ProgressPercentage', 0):g} %)"
        )
    moving = [
        each["LogType"]
        for each in group.get("LogDeliveryConfigurations", ())
        if each.get("Status") in ("enabling", "modifying", "disabling")
    ]
    return tuple(found + [f"delivery of the {each} is changing" for each in moving])
