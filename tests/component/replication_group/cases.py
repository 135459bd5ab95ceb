# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of elasticache_replication_group: how it is changed, and which members of which calls that sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.component.replication_group.cloud import Landscape

Params = Mapping[str, Any]
MODIFY = "ModifyReplicationGroup"
TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
NEW_TOKEN = "Pq7jS3cXf6Rn2VbK8wGt"

BASE: Params = {"description": "first", "engine": "redis", "engine_version": "7.0", "node_type": "cache.t3.small"}
PAIR: Params = {**BASE, "replicas_per_node_group": 1}
SAFE_PAIR: Params = {**PAIR, "automatic_failover_enabled": True, "multi_az_enabled": True}
SHARDED: Params = {
    **BASE,
    "cluster_mode": "enabled",
    "num_node_groups": 2,
    "replicas_per_node_group": 1,
    "automatic_failover_enabled": True,
}
ENCRYPTED: Params = {**BASE, "transit_encryption_enabled": True}
ENCRYPTED_PAIR: Params = {**ENCRYPTED, "replicas_per_node_group": 1}


@dataclass(frozen=True)
class Case:
    """`start` makes the group, `change` is what the run under test asks for besides; `members` are the request members
    that the change sends, as `Operation.Member`. `repeats` is false for an order, which each run carries out."""

    option: str
    change: Callable[[Landscape], Params]
    members: tuple[str, ...]
    start: Callable[[Landscape], Params] = lambda _other: BASE
    terms: Params = field(default_factory=dict)
    note: str = ""
    repeats: bool = True

    @property
    def name(self) -> str:
        return f"{self.option}-{self.note}" if self.note else self.option


def modifying(*members: str) -> tuple[str, ...]:
    return tuple(f"{MODIFY}.{member}" for member in members)


def always(**params: Any) -> Callable[[Landscape], Params]:
    return lambda _cloud: params


def starting(params: Params) -> Callable[[Landscape], Params]:
    return lambda _cloud: params


def slow_log(cloud: Landscape, log_format: str = "json") -> dict[str, str]:
    return {
        "log_type": "slow-log",
        "destination_type": "cloudwatch-logs",
        "destination": cloud.log_group,
        "log_format": log_format,
    }


NOW = {"apply_immediately": True, "allow_disruption": "failover"}
CUTTING = {"allow_disruption": "connections"}
MOVING = {"allow_disruption": "data_movement"}

CHANGES = (
    Case("apply_immediately", always(node_type="cache.t3.medium", **NOW), modifying("ApplyImmediately")),
    Case(
        "auth_token",
        always(auth_token=NEW_TOKEN, auth_token_update_strategy="ROTATE"),
        modifying("AuthToken", "AuthTokenUpdateStrategy"),
        starting({**ENCRYPTED, "auth_token": TOKEN}),
        repeats=False,
    ),
    Case("auto_minor_version_upgrade", always(auto_minor_version_upgrade=False), modifying("AutoMinorVersionUpgrade")),
    Case(
        "automatic_failover_enabled",
        always(automatic_failover_enabled=True),
        modifying("AutomaticFailoverEnabled"),
        starting(PAIR),
    ),
    Case(
        "automatic_failover_enabled",
        always(automatic_failover_enabled=False, multi_az_enabled=False),
        modifying("AutomaticFailoverEnabled", "MultiAZEnabled"),
        starting(SAFE_PAIR),
        note="off",
    ),
    Case(
        "cluster_mode",
        always(cluster_mode="compatible"),
        modifying("ClusterMode"),
        starting(SAFE_PAIR),
        CUTTING,
    ),
    Case("description", always(description="second"), modifying("ReplicationGroupDescription")),
    Case(
        "engine",
        always(engine="valkey", engine_version="8.1", parameter_group_name="default.valkey8"),
        modifying("Engine", "EngineVersion", "CacheParameterGroupName"),
        starting(PAIR),
        NOW,
    ),
    Case(
        "engine",
        always(engine="redis", engine_version="7.1", parameter_group_name="default.redis7"),
        modifying("Engine", "EngineVersion", "CacheParameterGroupName"),
        starting({**ENCRYPTED_PAIR, "engine": "valkey", "engine_version": "7.2"}),
        NOW,
        note="rollback",
    ),
    Case(
        "engine",
        always(engine="valkey", engine_version="8.1", parameter_group_name="default.valkey8"),
        modifying("Engine", "EngineVersion", "CacheParameterGroupName"),
        starting(PAIR),
        {"allow_disruption": "failover"},
        note="deferred",
    ),
    Case("engine_version", always(engine_version="7.1"), modifying("EngineVersion"), starting(PAIR), NOW),
    Case(
        "engine_version",
        always(engine_version="7.1"),
        modifying("EngineVersion"),
        starting(PAIR),
        {"allow_disruption": "failover"},
        note="deferred",
    ),
    Case(
        "log_delivery_configurations",
        lambda cloud: {"log_delivery_configurations": [slow_log(cloud)]},
        modifying("LogDeliveryConfigurations"),
    ),
    Case(
        "log_delivery_configurations",
        always(log_delivery_configurations=[]),
        modifying("LogDeliveryConfigurations"),
        lambda cloud: {**BASE, "log_delivery_configurations": [slow_log(cloud)]},
        note="ended",
    ),
    Case(
        "multi_az_enabled",
        always(multi_az_enabled=True),
        modifying("MultiAZEnabled"),
        starting({**PAIR, "automatic_failover_enabled": True}),
    ),
    Case("node_type", always(node_type="cache.t3.medium"), modifying("CacheNodeType"), starting(PAIR), NOW),
    Case(
        "node_type",
        always(node_type="cache.t3.medium"),
        modifying("CacheNodeType"),
        starting(PAIR),
        {"allow_disruption": "failover"},
        note="deferred",
    ),
    Case(
        "node_type",
        always(node_type="cache.t3.small"),
        modifying("CacheNodeType"),
        starting({**PAIR, "node_type": "cache.t3.medium"}),
        NOW,
        note="down",
    ),
    Case(
        "notification_topic_arn",
        lambda cloud: {"notification_topic_arn": cloud.topic},
        modifying("NotificationTopicArn", "NotificationTopicStatus"),
    ),
    Case(
        "notification_topic_arn",
        always(notification_topic_arn=""),
        modifying("NotificationTopicStatus"),
        lambda cloud: {**BASE, "notification_topic_arn": cloud.topic},
        note="ended",
    ),
    Case(
        "num_node_groups",
        always(num_node_groups=3),
        (
            "ModifyReplicationGroupShardConfiguration.NodeGroupCount",
            "ModifyReplicationGroupShardConfiguration.ApplyImmediately",
        ),
        starting(SHARDED),
        MOVING,
    ),
    Case(
        "num_node_groups",
        always(num_node_groups=1),
        ("ModifyReplicationGroupShardConfiguration.NodeGroupsToRemove",),
        starting(SHARDED),
        MOVING,
        note="down",
    ),
    Case(
        "parameter_group_name",
        lambda cloud: {"parameter_group_name": cloud.parameter_groups["redis7"]},
        modifying("CacheParameterGroupName"),
    ),
    Case(
        "parameter_group_name",
        lambda cloud: {
            "engine": "valkey",
            "engine_version": "8.1",
            "parameter_group_name": cloud.parameter_groups["valkey8"],
        },
        modifying("CacheParameterGroupName", "Engine", "EngineVersion"),
        lambda cloud: {**PAIR, "parameter_group_name": cloud.parameter_groups["redis7"]},
        NOW,
        note="with-engine",
    ),
    Case(
        "preferred_maintenance_window",
        always(preferred_maintenance_window="Mon:09:00-Mon:10:00"),
        modifying("PreferredMaintenanceWindow"),
        starting({**BASE, "snapshot_window": "02:00-03:00"}),
    ),
    Case(
        "replicas_per_node_group",
        always(replicas_per_node_group=2),
        ("IncreaseReplicaCount.NewReplicaCount", "IncreaseReplicaCount.ApplyImmediately"),
        starting(PAIR),
    ),
    Case(
        "replicas_per_node_group",
        always(replicas_per_node_group=0),
        ("DecreaseReplicaCount.NewReplicaCount", "DecreaseReplicaCount.ApplyImmediately"),
        starting(PAIR),
        CUTTING,
        note="down",
    ),
    Case(
        "replicas_per_node_group",
        always(replicas_per_node_group=2),
        ("IncreaseReplicaCount.NewReplicaCount",),
        starting(SHARDED),
        note="sharded",
    ),
    Case(
        "security_group_ids",
        lambda cloud: {"security_group_ids": cloud.security_groups},
        modifying("SecurityGroupIds"),
        lambda cloud: {**BASE, "security_group_ids": cloud.security_groups[:1]},
    ),
    Case(
        "snapshot_retention_limit",
        always(snapshot_retention_limit=7),
        modifying("SnapshotRetentionLimit", "SnapshottingClusterId"),
        starting(PAIR),
    ),
    Case(
        "snapshot_retention_limit",
        always(snapshot_retention_limit=7),
        modifying("SnapshotRetentionLimit"),
        starting(SHARDED),
        note="sharded",
    ),
    Case(
        "snapshot_retention_limit",
        always(snapshot_retention_limit=0),
        modifying("SnapshotRetentionLimit"),
        starting({**BASE, "snapshot_retention_limit": 1}),
        note="off",
    ),
    Case(
        "snapshot_window",
        always(snapshot_window="02:00-03:00", preferred_maintenance_window="sun:05:00-sun:06:00"),
        modifying("SnapshotWindow"),
    ),
    Case(
        "tags",
        always(tags={"Project": "PHB", "Environment": "Production"}),
        ("AddTagsToResource.Tags", "RemoveTagsFromResource.TagKeys"),
        starting({**BASE, "tags": {"Project": "Other", "Old": "1"}}),
    ),
    Case(
        "transit_encryption_enabled",
        always(transit_encryption_enabled=True),
        modifying("TransitEncryptionEnabled", "TransitEncryptionMode"),
        starting({**PAIR, "engine_version": "7.1"}),
        CUTTING,
    ),
    Case(
        "transit_encryption_enabled",
        always(transit_encryption_enabled=False),
        modifying("TransitEncryptionEnabled", "TransitEncryptionMode"),
        starting({**ENCRYPTED, "engine_version": "7.1"}),
        CUTTING,
        note="off",
    ),
    Case(
        "transit_encryption_mode",
        always(transit_encryption_mode="preferred"),
        modifying("TransitEncryptionMode"),
        starting(ENCRYPTED),
        CUTTING,
    ),
)

FIXED: tuple[tuple[str, Callable[[Landscape], Params], Callable[[Landscape], Any]], ...] = (
    ("port", starting(BASE), lambda _other: 6380),
    ("network_type", starting(BASE), lambda _other: "dual_stack"),
    ("subnet_group_name", lambda cloud: {**BASE, "subnet_group_name": cloud.subnet_groups[0]}, lambda _other: "other"),
    ("at_rest_encryption_enabled", starting(BASE), lambda _other: True),
    (
        "kms_key_id",
        lambda cloud: {**BASE, "at_rest_encryption_enabled": True, "kms_key_id": cloud.key},
        lambda _other: "11111111-2222-3333-4444-555555555555",
    ),
)
"""Option, the group it is tried on, and the value that is refused."""

CREATION_MEMBERS = {
    "AtRestEncryptionEnabled": "at_rest_encryption_enabled",
    "AuthToken": "auth_token",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "AutomaticFailoverEnabled": "automatic_failover_enabled",
    "CacheNodeType": "node_type",
    "CacheParameterGroupName": "parameter_group_name",
    "CacheSubnetGroupName": "subnet_group_name",
    "ClusterMode": "cluster_mode",
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "IpDiscovery": "ip_discovery",
    "KmsKeyId": "kms_key_id",
    "LogDeliveryConfigurations": "log_delivery_configurations",
    "MultiAZEnabled": "multi_az_enabled",
    "NetworkType": "network_type",
    "NotificationTopicArn": "notification_topic_arn",
    "NumCacheClusters": "replicas_per_node_group",
    "NumNodeGroups": "num_node_groups",
    "Port": "port",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "ReplicasPerNodeGroup": "replicas_per_node_group",
    "ReplicationGroupDescription": "description",
    "ReplicationGroupId": "replication_group_id",
    "SecurityGroupIds": "security_group_ids",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
    "Tags": "tags",
    "TransitEncryptionEnabled": "transit_encryption_enabled",
    "TransitEncryptionMode": "transit_encryption_mode",
}
"""Member of CreateReplicationGroup → option; the two full groups below send all of them."""


def full_group(cloud: Landscape) -> dict[str, Any]:
    """Cluster mode disabled, every option given that can be given together."""
    return {
        **SAFE_PAIR,
        "port": 6390,
        "network_type": "ipv4",
        "ip_discovery": "ipv4",
        "subnet_group_name": cloud.subnet_groups[0],
        "security_group_ids": cloud.security_groups[:1],
        "parameter_group_name": cloud.parameter_groups["redis7"],
        "at_rest_encryption_enabled": True,
        "kms_key_id": "alias/caches" if cloud.key else "",
        "transit_encryption_enabled": True,
        "transit_encryption_mode": "required",
        "auth_token": TOKEN,
        "preferred_maintenance_window": "Sun:05:00-Sun:06:00",
        "snapshot_retention_limit": 7,
        "snapshot_window": "02:00-03:00",
        "notification_topic_arn": cloud.topic,
        "log_delivery_configurations": [slow_log(cloud)],
        "auto_minor_version_upgrade": False,
        "tags": {"Project": "PHB"},
    }
