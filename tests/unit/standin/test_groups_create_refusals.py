# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateReplicationGroup: everything that is refused, with the service's code and (part of) its text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.standin.core_calls import SUBNETS, call, refusal
from tests.unit.standin.groups_calls import KEY, TOKEN, creation, furnished_world

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
TLS = {"TransitEncryptionEnabled": True}
CLUSTER = {"ClusterMode": "enabled"}
LOG = {
    "LogType": "slow-log",
    "DestinationType": "cloudwatch-logs",
    "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/aws/vendedlogs/caches"}},
    "LogFormat": "json",
}

REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("id with two hyphens", {"ReplicationGroupId": "phb--cache"}, VALUE, "ReplicationGroupId is not a valid"),
    ("id with a digit first", {"ReplicationGroupId": "1phb"}, VALUE, "ReplicationGroupId is not a valid"),
    ("id too long", {"ReplicationGroupId": "p" * 41}, VALUE, "longer than 40"),
    ("blank description", {"ReplicationGroupDescription": " "}, VALUE, "must not be blank"),
    ("long description", {"ReplicationGroupDescription": "d" * 256}, VALUE, "longer than 255"),
    ("unknown engine", {"Engine": "memcached"}, VALUE, "Invalid engine memcached"),
    ("engine in capitals", {"Engine": "Redis"}, VALUE, "Invalid engine Redis"),
    ("valkey without version", {"Engine": "valkey", **TLS}, COMBINATION, "EngineVersion must be provided"),
    (
        "valkey without word on TLS",
        {"Engine": "valkey", "EngineVersion": "8.0"},
        COMBINATION,
        "TransitEncryptionEnabled must be explicitly specified",
    ),
    (
        "patch",
        {"EngineVersion": "6.2.6"},
        VALUE,
        "Specific version selection is not allowed for '6.2.6', please use '6.2'",
    ),
    ("no such version", {"EngineVersion": "7.2"}, COMBINATION, "Cannot find version 7.2 for redis"),
    ("old patch missing", {"EngineVersion": "5.0"}, COMBINATION, "Cannot find version 5.0 for redis"),
    (
        "family of another version",
        {"EngineVersion": "6.2", "CacheParameterGroupName": "default.redis7"},
        COMBINATION,
        "Expected a parameter group of family redis6.x but found one of family redis7",
    ),
    (
        "no such parameter group",
        {"CacheParameterGroupName": "missing"},
        "CacheParameterGroupNotFound",
        "CacheParameterGroup not found: missing",
    ),
    (
        "cluster mode against parameter group",
        {"ClusterMode": "disabled", "CacheParameterGroupName": "default.redis7.cluster.on"},
        COMBINATION,
        "Cluster mode should be disabled in parameter group, but found it is enabled.",
    ),
    (
        "parameter group against cluster mode",
        {**CLUSTER, "CacheParameterGroupName": "default.redis7"},
        COMBINATION,
        "Cluster mode should be enabled in parameter group",
    ),
    ("cluster mode that is none", {"ClusterMode": "Enabled"}, VALUE, "Invalid ClusterMode Enabled"),
    ("network type that is none", {"NetworkType": "ipv5"}, VALUE, "dual_stack, ipv4, ipv6"),
    ("compatible from the start", {"ClusterMode": "compatible"}, COMBINATION, "only be reached by modifying"),
    ("shards without cluster mode", {"NumNodeGroups": 2}, COMBINATION, "requires a parameter group"),
    ("no node type", {"CacheNodeType": None}, VALUE, "CacheNodeType must be provided and must not be null"),
    ("unknown node type", {"CacheNodeType": "cache.x9.huge"}, VALUE, "Invalid Cache Node Type"),
    ("retired node type", {"CacheNodeType": "cache.t2.micro"}, VALUE, "no longer available"),
    (
        "node type newer than engine",
        {"CacheNodeType": "cache.m7g.large", "EngineVersion": "6.0"},
        COMBINATION,
        "not supported for engine redis version 6.0",
    ),
    ("node type of valkey", {"CacheNodeType": "cache.m8g.large"}, COMBINATION, "not supported for engine redis"),
    ("r6gd without tiering", {"CacheNodeType": "cache.r6gd.xlarge"}, COMBINATION, "must be enabled for r6gd"),
    ("tiering elsewhere", {"DataTieringEnabled": True}, COMBINATION, "not supported for node type cache.t4g.micro"),
    (
        "both ways of counting",
        {"NumCacheClusters": 2, "ReplicasPerNodeGroup": 1},
        COMBINATION,
        "cannot be used together",
    ),
    ("too many clusters", {"NumCacheClusters": 7}, VALUE, "within 1 and 6"),
    (
        "too many replicas",
        {**CLUSTER, "NumNodeGroups": 1, "ReplicasPerNodeGroup": 6},
        VALUE,
        "The number of replicas per node group must be within 0 and 5.",
    ),
    ("no shards", {**CLUSTER, "NumNodeGroups": 0}, VALUE, "at least 1"),
    (
        "too many shards",
        {**CLUSTER, "NumNodeGroups": 91},
        "NodeGroupsPerReplicationGroupQuotaExceeded",
        "90 node groups",
    ),
    (
        "too many nodes",
        {**CLUSTER, "NumNodeGroups": 46, "ReplicasPerNodeGroup": 1},
        "NodeQuotaForClusterExceeded",
        "90 cache nodes",
    ),
    (
        "failover with nobody to take over",
        {"AutomaticFailoverEnabled": True},
        COMBINATION,
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
    ),
    (
        "cluster mode without failover",
        {**CLUSTER, "AutomaticFailoverEnabled": False},
        COMBINATION,
        "Automatic failover must be enabled",
    ),
    (
        "Multi-AZ without failover",
        {"NumCacheClusters": 2, "MultiAZEnabled": True},
        COMBINATION,
        "Automatic failover must be enabled to enable Multi-AZ",
    ),
    (
        "Multi-AZ without replicas",
        {**CLUSTER, "NumNodeGroups": 2, "ReplicasPerNodeGroup": 0, "MultiAZEnabled": True},
        COMBINATION,
        "at least 1 replica",
    ),
    (
        "Multi-AZ in one zone",
        {
            "NumCacheClusters": 2,
            "AutomaticFailoverEnabled": True,
            "MultiAZEnabled": True,
            "PreferredCacheClusterAZs": ["us-east-1a", "us-east-1a"],
        },
        COMBINATION,
        "at least 2 availability zones",
    ),
    ("too few zones", {"NumCacheClusters": 2, "PreferredCacheClusterAZs": ["us-east-1a"]}, COMBINATION, "must equal"),
    (
        "zones of clusters with shards",
        {**CLUSTER, "NumNodeGroups": 2, "PreferredCacheClusterAZs": ["us-east-1a", "us-east-1b"]},
        COMBINATION,
        "not used with more than one node group",
    ),
    (
        "too few zones of replicas",
        {**CLUSTER, "NodeGroupConfiguration": [{"ReplicaCount": 2, "ReplicaAvailabilityZones": ["us-east-1a"]}]},
        COMBINATION,
        "ReplicaAvailabilityZones must equal the number of replicas",
    ),
    ("zone without subnet", {"PreferredCacheClusterAZs": ["us-east-1f"]}, COMBINATION, "us-east-1f is not covered"),
    (
        "shards configured otherwise than counted",
        {**CLUSTER, "NumNodeGroups": 3, "NodeGroupConfiguration": [{"ReplicaCount": 0}]},
        COMBINATION,
        "must equal the number of entries",
    ),
    (
        "replicas said twice",
        {**CLUSTER, "ReplicasPerNodeGroup": 1, "NodeGroupConfiguration": [{"ReplicaCount": 1}]},
        COMBINATION,
        "cannot be used together with ReplicaCount",
    ),
    (
        "slots with a gap",
        {**CLUSTER, "NodeGroupConfiguration": [{"Slots": "0-99"}, {"Slots": "200-16383"}]},
        VALUE,
        "without gaps or overlaps",
    ),
    (
        "one id twice",
        {**CLUSTER, "NodeGroupConfiguration": [{"NodeGroupId": "0001"}, {"NodeGroupId": "0001"}]},
        VALUE,
        "must be unique",
    ),
    ("no such subnet group", {"CacheSubnetGroupName": "missing"}, "CacheSubnetGroupNotFoundFault", "missing"),
    ("no such security group", {"SecurityGroupIds": ["sg-0"]}, VALUE, "sg-0 does not exist"),
    (
        "security group of another VPC",
        {"SecurityGroupIds": ["sg-elsewhere"]},
        COMBINATION,
        "Subnet group [default] belongs to a different VPC [vpc-1] than [vpc-2]",
    ),
    ("cache security groups", {"CacheSecurityGroupNames": ["old"]}, COMBINATION, "Use of cache security groups"),
    ("port 0", {"Port": 0}, VALUE, "Invalid port 0"),
    ("addresses of another family", {"IpDiscovery": "ipv6"}, COMBINATION, "IpDiscovery ipv6 is not supported"),
    ("IPv6 on old engines", {"NetworkType": "ipv6", "EngineVersion": "6.0"}, COMBINATION, "Network type ipv6"),
    ("short token", {"AuthToken": "Ab1!" * 3, **TLS}, VALUE, "Invalid AuthToken provided."),
    ("long token", {"AuthToken": "Ab1!" * 33, **TLS}, VALUE, "Invalid AuthToken provided."),
    ("token with a forbidden character", {"AuthToken": TOKEN + "@", **TLS}, VALUE, "Invalid AuthToken provided."),
    ("token in the clear", {"AuthToken": TOKEN}, COMBINATION, "requires encryption-in-transit"),
    (
        "token with TLS preferred",
        {"AuthToken": TOKEN, **TLS, "TransitEncryptionMode": "preferred"},
        COMBINATION,
        "Transit encryption preferred is not supported with redis access control.",
    ),
    (
        "mode without encryption",
        {"TransitEncryptionMode": "preferred"},
        COMBINATION,
        "To modify transit encryption mode, set encryption-in-transit as enabled.",
    ),
    (
        "mode on an old engine",
        {**TLS, "TransitEncryptionMode": "preferred", "EngineVersion": "6.2"},
        COMBINATION,
        "Transit encryption mode is not supported for engine version 6.2.6. Please use engine version 7.0.5 or higher.",
    ),
    ("no such key", {"AtRestEncryptionEnabled": True, "KmsKeyId": "alias/none"}, VALUE, "alias/none does not exist"),
    ("key without encryption", {"KmsKeyId": KEY}, COMBINATION, "AtRestEncryptionEnabled is true"),
    (
        "windows that meet",
        {"PreferredMaintenanceWindow": "sun:05:00-sun:06:00", "SnapshotWindow": "05:30-06:30"},
        VALUE,
        "must not overlap",
    ),
    ("short maintenance", {"PreferredMaintenanceWindow": "sun:05:00-sun:05:30"}, VALUE, "at least 60 minutes"),
    ("long retention", {"SnapshotRetentionLimit": 36}, VALUE, "between 0 and 35"),
    ("no such topic", {"NotificationTopicArn": "arn:aws:sns:us-east-1:1:none"}, VALUE, "does not exist"),
    ("one log twice", {"LogDeliveryConfigurations": [LOG, LOG]}, COMBINATION, "Only one log delivery"),
    (
        "engine log on an old engine",
        {"LogDeliveryConfigurations": [{**LOG, "LogType": "engine-log"}], "EngineVersion": "6.0"},
        COMBINATION,
        "engine-log is not supported for engine version 6.0.5",
    ),
    ("reserved tag", {"Tags": [{"Key": "aws:cost", "Value": "1"}]}, VALUE, "aws: prefixed tag key"),
]


@pytest.mark.parametrize(
    ("members", "code", "text"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_a_creation_that_cannot_be_is_refused(members: dict[str, Any], code: str, text: str) -> None:
    world = furnished_world()
    error = refusal(world, "CreateReplicationGroup", **creation(**members))
    assert error.code == code
    assert text in error.message
    assert world.replication_groups == {}


def test_tiering_does_not_go_with_every_policy() -> None:
    world = furnished_world()
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="random",
        CacheParameterGroupFamily="redis7",
        Description="random",
    )
    pair = {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-random"}
    call(world, "ModifyCacheParameterGroup", CacheParameterGroupName="random", ParameterNameValues=[pair])
    wanted = creation(CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True, CacheParameterGroupName="random")
    assert "maxmemory-policy allkeys-random" in refusal(world, "CreateReplicationGroup", **wanted).message


def test_the_region_holds_300_nodes() -> None:
    world = furnished_world()
    shards = {"ClusterMode": "enabled", "NumNodeGroups": 30, "ReplicasPerNodeGroup": 2}
    for number in range(3):
        call(world, "CreateReplicationGroup", **creation(ReplicationGroupId=f"phb{number}", **shards))
    fourth = {"ReplicationGroupId": "phb3", "ClusterMode": "enabled", "NumNodeGroups": 31}
    assert refusal(world, "CreateReplicationGroup", **creation(**fourth)).code == "NodeQuotaForCustomerExceeded"
    call(world, "CreateReplicationGroup", **creation(**fourth | {"NumNodeGroups": 30}))


def test_without_a_default_vpc_a_subnet_group_is_needed() -> None:
    world = furnished_world()
    del world.subnet_groups["default"]
    assert refusal(world, "CreateReplicationGroup", **creation()).code == "CacheSubnetGroupNotFoundFault"
    call(
        world,
        "CreateCacheSubnetGroup",
        CacheSubnetGroupName="inner",
        CacheSubnetGroupDescription="one zone",
        SubnetIds=[SUBNETS[0].id],
    )
    call(world, "CreateReplicationGroup", **creation(CacheSubnetGroupName="Inner"))
