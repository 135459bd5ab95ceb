# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication groups and their members in API shape: members are absent where the service leaves them out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.standin.behavior.replication_groups.slots import show_slots
from tests.standin.behavior.replication_groups.state import LogDelivery, Member, Modification, ReplicationGroup, Shard
from tests.standin.core.world import World

CACHE_NODE_ID = "0001"
LANDING_PAGE = "https://console.aws.amazon.com/elasticache/home#client-download:"


def show_group(world: World, group: ReplicationGroup) -> dict[str, Any]:
    """As DescribeReplicationGroups lists it. A group that is being created shows no node groups yet."""
    answer: dict[str, Any] = {
        "ReplicationGroupId": group.id,
        "ARN": world.arn("replicationgroup", group.id),
        "Description": group.description,
        "Status": group.status,
        "PendingModifiedValues": _pending_of_group(world, group),
        "MemberClusters": [member.id for member in group.members()],
        "AutomaticFailover": group.automatic_failover,
        "MultiAZ": "enabled" if group.multi_az else "disabled",
        "SnapshotRetentionLimit": group.schedule.snapshot_retention,
        "SnapshotWindow": group.schedule.snapshot_window,
        "ClusterEnabled": group.in_cluster_mode,
        "ClusterMode": group.software.cluster_mode,
        "CacheNodeType": group.software.node_type,
        "Engine": group.software.version.engine,
        "LogDeliveryConfigurations": [_show_log(log) for log in group.logs.values()],
        "ReplicationGroupCreateTime": group.created,
        "DataTiering": "enabled" if group.data_tiering else "disabled",
        "AutoMinorVersionUpgrade": group.schedule.auto_minor_upgrade,
        **_protection(group),
        **_network(group),
    }
    if group.status not in ("creating", "create-failed"):
        answer["NodeGroups"] = [_show_shard(group, shard) for shard in group.shards]
        if group.in_cluster_mode:
            answer["ConfigurationEndpoint"] = _endpoint(group, group.endpoints.configuration)
    if group.schedule.snapshotting_member is not None:
        answer["SnapshottingClusterId"] = group.schedule.snapshotting_member
    if group.kms_key is not None:
        answer["KmsKeyId"] = group.kms_key
    answer["StorageEncryptionType"] = _storage_encryption(group)
    return answer


def show_member(world: World, group: ReplicationGroup, member: Member, with_nodes: bool) -> dict[str, Any]:
    """As DescribeCacheClusters lists it; `with_nodes` is ShowCacheNodeInfo."""
    version = group.software.version
    answer: dict[str, Any] = {
        "CacheClusterId": member.id,
        "ARN": world.arn("cluster", member.id),
        "ClientDownloadLandingPage": LANDING_PAGE,
        "CacheNodeType": group.software.node_type,
        "Engine": version.engine,
        "EngineVersion": version.full,
        "CacheClusterStatus": member.status,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": member.zone,
        "CacheClusterCreateTime": member.created,
        "PreferredMaintenanceWindow": group.schedule.maintenance_window,
        "PendingModifiedValues": _pending_of_member(group),
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.parameter_group,
            "ParameterApplyStatus": _parameter_status(world, group, member),
            "CacheNodeIdsToReboot": [CACHE_NODE_ID] if member.parameter_status == "pending-reboot" else [],
        },
        "CacheSubnetGroupName": group.subnet_group,
        "AutoMinorVersionUpgrade": group.schedule.auto_minor_upgrade,
        "SecurityGroups": [{"SecurityGroupId": name, "Status": "active"} for name in group.network.security_groups],
        "ReplicationGroupId": group.id,
        "SnapshotRetentionLimit": _retention_of_member(group, member),
        "SnapshotWindow": group.schedule.snapshot_window,
        "ReplicationGroupLogDeliveryEnabled": bool(group.logs),
        "LogDeliveryConfigurations": [_show_log(log) for log in group.logs.values()],
        **_protection(group),
        **_network(group),
    }
    if group.schedule.topic is not None:
        topic = {"TopicArn": group.schedule.topic, "TopicStatus": group.schedule.topic_status}
        answer["NotificationConfiguration"] = topic
    if with_nodes and member.status not in ("creating", "restore-failed"):
        answer["CacheNodes"] = [_show_node(world, group, member)]
    return answer


def _show_node(world: World, group: ReplicationGroup, member: Member) -> dict[str, Any]:
    return {
        "CacheNodeId": CACHE_NODE_ID,
        "CacheNodeStatus": member.status,
        "CacheNodeCreateTime": member.created,
        "Endpoint": _endpoint(group, group.endpoints.nodes[member.id]),
        "ParameterGroupStatus": _parameter_status(world, group, member),
        "CustomerAvailabilityZone": member.zone,
    }


def _show_shard(group: ReplicationGroup, shard: Shard) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "NodeGroupId": shard.id,
        "Status": shard.status,
        "NodeGroupMembers": [_show_place(group, shard, member) for member in shard.members],
    }
    if group.software.cluster_mode != "enabled":
        answer["PrimaryEndpoint"] = _endpoint(group, group.endpoints.primary)
        answer["ReaderEndpoint"] = _endpoint(group, group.endpoints.reader)
    if group.in_cluster_mode:
        answer["Slots"] = show_slots(shard.slots)
    return answer


def _show_place(group: ReplicationGroup, shard: Shard, member: Member) -> dict[str, Any]:
    """A member in its shard. In cluster mode it has neither role nor endpoint there."""
    answer: dict[str, Any] = {
        "CacheClusterId": member.id,
        "CacheNodeId": CACHE_NODE_ID,
        "PreferredAvailabilityZone": member.zone,
    }
    if not group.in_cluster_mode:
        answer["CurrentRole"] = "primary" if member.id == shard.primary else "replica"
        answer["ReadEndpoint"] = _endpoint(group, group.endpoints.nodes[member.id])
    return answer


def _pending_of_group(world: World, group: ReplicationGroup) -> dict[str, Any]:
    """What groups show as pending; node type and engine version are only told by the members."""
    waiting = group.under_way.over(group.deferred)
    pending: dict[str, Any] = _pending_tls(group, waiting)
    if waiting.primary is not None:
        pending["PrimaryClusterId"] = waiting.primary
    if waiting.automatic_failover is not None:
        pending["AutomaticFailoverStatus"] = "enabled" if waiting.automatic_failover else "disabled"
    if waiting.cluster_mode is not None:
        pending["ClusterMode"] = waiting.cluster_mode
    if group.access.token_status is not None:
        pending["AuthTokenStatus"] = group.access.token_status
    if group.pending_logs:
        pending["LogDeliveryConfigurations"] = [_show_destination(log) for log in group.pending_logs.values()]
    if group.resharding_since is not None:
        pending["Resharding"] = {"SlotMigration": {"ProgressPercentage": _progress(world, group.resharding_since)}}
    return pending


def _pending_of_member(group: ReplicationGroup) -> dict[str, Any]:
    waiting = group.under_way.over(group.deferred)
    pending = _pending_tls(group, waiting)
    if waiting.node_type is not None:
        pending["CacheNodeType"] = waiting.node_type
    if waiting.version is not None:
        pending["EngineVersion"] = waiting.version.full
    if group.access.token_status is not None:
        pending["AuthTokenStatus"] = group.access.token_status
    if group.pending_logs:
        pending["LogDeliveryConfigurations"] = [_show_destination(log) for log in group.pending_logs.values()]
    return pending


def _pending_tls(group: ReplicationGroup, waiting: Modification) -> dict[str, Any]:
    if waiting.tls is None:
        return {}
    pending: dict[str, Any] = {}
    if (waiting.tls == "off") != (group.access.tls == "off"):
        pending["TransitEncryptionEnabled"] = waiting.tls != "off"
    if waiting.tls != "off":
        pending["TransitEncryptionMode"] = waiting.tls
    return pending


def _progress(world: World, since: datetime) -> float:
    """Percent, by the clock alone."""
    elapsed: float = (world.clock.now() - since).total_seconds()
    return round(min(99.0, 100 * elapsed / max(world.durations.reshard, 0.001)), 1)


def _parameter_status(world: World, group: ReplicationGroup, member: Member) -> str:
    """Values that were changed in the attached group show as being applied until they are."""
    until = world.parameter_groups[group.parameter_group].pending_until
    if member.parameter_status == "in-sync" and until is not None and world.clock.now() < until:
        return "applying"
    return member.parameter_status


def _protection(group: ReplicationGroup) -> dict[str, Any]:
    access = group.access
    answer: dict[str, Any] = {
        "AuthTokenEnabled": group.has_token,
        "TransitEncryptionEnabled": access.tls != "off",
        "AtRestEncryptionEnabled": group.at_rest,
    }
    if access.token_changed is not None:
        answer["AuthTokenLastModifiedDate"] = access.token_changed
    if access.tls != "off":
        answer["TransitEncryptionMode"] = access.tls
    return answer


def _network(group: ReplicationGroup) -> dict[str, Any]:
    return {"NetworkType": group.network.network_type, "IpDiscovery": group.network.ip_discovery}


def _retention_of_member(group: ReplicationGroup, member: Member) -> int:
    """With cluster mode disabled only the member that is backed up shows the limit."""
    is_source = group.in_cluster_mode or group.schedule.snapshotting_member == member.id
    return group.schedule.snapshot_retention if is_source else 0


def _storage_encryption(group: ReplicationGroup) -> str:
    if not group.at_rest:
        return "none"
    return "sse-elasticache" if group.kms_key is None else "sse-kms"


def _show_log(log: LogDelivery) -> dict[str, Any]:
    answer = {**_show_destination(log), "Status": log.status}
    if log.message is not None:
        answer["Message"] = log.message
    return answer


def _show_destination(log: LogDelivery) -> dict[str, Any]:
    details = (
        {"CloudWatchLogsDetails": {"LogGroup": log.destination}}
        if log.destination_type == "cloudwatch-logs"
        else {"KinesisFirehoseDetails": {"DeliveryStream": log.destination}}
    )
    return {
        "LogType": log.log_type,
        "DestinationType": log.destination_type,
        "DestinationDetails": details,
        "LogFormat": log.log_format,
    }


def _endpoint(group: ReplicationGroup, address: str) -> dict[str, Any]:
    return {"Address": address, "Port": group.network.port}
