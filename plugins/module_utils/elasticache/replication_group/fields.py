# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a replication group, each declared once.

A change's disruption follows the user guide, https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.Modify.html,
and the service's list of what cannot be changed after creation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...reconcile.compare import same_set, same_version
from ...reconcile.field import Field, Fields, unique
from ...reconcile.plan import Disruption
from ...reconcile.secret import Secret
from ..windows import normalize_window

NONE, FAILOVER, CONNECTIONS = Disruption.NONE, Disruption.FAILOVER, Disruption.CONNECTIONS
DATA_MOVEMENT, REPLACEMENT = Disruption.DATA_MOVEMENT, Disruption.REPLACEMENT

TEXT = {"type": "str"}
FLAG = {"type": "bool"}
NUMBER = {"type": "int"}


def one_of(*choices: str) -> dict[str, Any]:
    return {"type": "str", "choices": list(choices)}


def same_key(wanted: str, found: str | None) -> bool:
    """A KMS key by ARN or by its bare id; aliases have been resolved before."""
    return wanted == found or (found or "").endswith(f"/{wanted}")


def same_port(wanted: int, found: int | None) -> bool:
    """Members tell their port only once they have an endpoint."""
    return found is None or wanted == found


def disruption_of_security_groups(before: Iterable[str], after: Iterable[str]) -> Disruption:
    """Clients that only a removed group let in are cut off."""
    return CONNECTIONS if set(before) - set(after) else NONE


def disruption_of_replicas(before: int | list[int], after: int) -> Disruption:
    """Readers of a removed replica are cut off; a new one disturbs nobody."""
    most = max(before, default=0) if isinstance(before, list) else before
    return CONNECTIONS if after < most else NONE


LogDelivery = Mapping[str, str]
"""`log_type`, `destination_type`, `destination`, `log_format`."""


def parse_logs(configurations: Iterable[Mapping[str, Any]]) -> tuple[LogDelivery, ...]:
    return tuple(sorted((dict(each) for each in configurations), key=lambda each: each["log_type"]))


def same_logs(wanted: Iterable[LogDelivery], found: Iterable[LogDelivery]) -> bool:
    return sorted(map(sorted, map(dict.items, map(dict, wanted)))) == sorted(
        map(sorted, map(dict.items, map(dict, found)))
    )


LOG_DELIVERY_OPTION: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "log_type": {**one_of("engine-log", "slow-log"), "required": True},
        "destination_type": {**one_of("cloudwatch-logs", "kinesis-firehose"), "required": True},
        "destination": {"type": "str", "required": True},
        "log_format": {**one_of("json", "text"), "default": "json"},
    },
}

FIELDS = Fields(
    (
        Field(
            "replication_group_id",
            {**TEXT, "required": True, "aliases": ["name"]},
            "ReplicationGroupId",
            parse=str.lower,
        ),
        Field("description", TEXT, "ReplicationGroupDescription"),
        Field("engine", one_of("redis", "valkey"), "Engine", FAILOVER),
        Field("engine_version", TEXT, "EngineVersion", FAILOVER, same_version),
        Field("node_type", TEXT, "CacheNodeType", FAILOVER),
        Field("cluster_mode", one_of("disabled", "compatible", "enabled"), "ClusterMode", CONNECTIONS),
        Field("num_node_groups", NUMBER, "NumNodeGroups", DATA_MOVEMENT),
        Field("replicas_per_node_group", NUMBER, "ReplicasPerNodeGroup", disruption_of_replicas),
        Field("automatic_failover_enabled", FLAG, "AutomaticFailoverEnabled"),
        Field("multi_az_enabled", FLAG, "MultiAZEnabled"),
        Field("port", NUMBER, "Port", REPLACEMENT, same_port),
        Field("network_type", one_of("ipv4", "ipv6", "dual_stack"), "NetworkType", REPLACEMENT),
        Field("ip_discovery", one_of("ipv4", "ipv6"), "IpDiscovery"),
        Field("subnet_group_name", TEXT, "CacheSubnetGroupName", REPLACEMENT, parse=str.lower),
        Field(
            "security_group_ids",
            {"type": "list", "elements": "str"},
            "SecurityGroupIds",
            disruption_of_security_groups,
            same_set,
            parse=unique,
            encode=list,
        ),
        Field("parameter_group_name", TEXT, "CacheParameterGroupName", parse=str.lower),
        Field("at_rest_encryption_enabled", FLAG, "AtRestEncryptionEnabled", REPLACEMENT),
        Field("kms_key_id", TEXT, "KmsKeyId", REPLACEMENT, same_key),
        Field("transit_encryption_enabled", FLAG, "TransitEncryptionEnabled", CONNECTIONS),
        Field("transit_encryption_mode", one_of("preferred", "required"), "TransitEncryptionMode", CONNECTIONS),
        Field("auth_token", {**TEXT, "no_log": True}, "AuthToken", secret=True, parse=Secret),
        Field("preferred_maintenance_window", TEXT, "PreferredMaintenanceWindow", parse=normalize_window),
        Field("snapshot_retention_limit", NUMBER, "SnapshotRetentionLimit"),
        Field("snapshot_window", TEXT, "SnapshotWindow", parse=normalize_window),
        Field("notification_topic_arn", TEXT, "NotificationTopicArn"),
        Field("log_delivery_configurations", LOG_DELIVERY_OPTION, same=same_logs, parse=parse_logs),
        Field("auto_minor_version_upgrade", FLAG, "AutoMinorVersionUpgrade"),
    )
)
IDENTIFIER = "replication_group_id"
COMPARED = tuple(each for each in FIELDS.declared if each.name != IDENTIFIER)

SOURCES = Fields(
    (
        Field("snapshot_name", TEXT, "SnapshotName", parse=str.lower),
        Field("serverless_snapshot_name", TEXT, "ServerlessCacheSnapshotName", parse=str.lower),
        Field("snapshot_arns", {"type": "list", "elements": "str"}, "SnapshotArns", parse=unique, encode=list),
    )
)
"""What a group is made from: used at creation, and compared with nothing afterwards."""
