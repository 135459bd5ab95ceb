# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyReplicationGroup: everything that is refused, with the service's code and (part of) its text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import TOKEN, furnished_world, make, make_cluster, make_pair

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"

ON_A_PAIR: list[tuple[str, dict[str, Any], str, str]] = [
    ("blank description", {"ReplicationGroupDescription": ""}, VALUE, "must not be blank"),
    ("unknown node type", {"CacheNodeType": "cache.x9.huge"}, VALUE, "Invalid Cache Node Type"),
    ("retired node type", {"CacheNodeType": "cache.t2.small"}, VALUE, "no longer available"),
    ("node type with tiering", {"CacheNodeType": "cache.r6gd.xlarge"}, VALUE, "not a valid modification"),
    ("patch", {"EngineVersion": "7.1.0"}, VALUE, "please use '7.1'"),
    ("downgrade", {"EngineVersion": "7.0", "CacheParameterGroupName": "default.redis7"}, COMBINATION, "downgrade"),
    ("version of another engine", {"EngineVersion": "8.0"}, COMBINATION, "Cannot find version 8.0 for redis"),
    ("other engine without version", {"Engine": "valkey"}, COMBINATION, "EngineVersion must be provided"),
    ("unknown engine", {"Engine": "memcached", "EngineVersion": "1.6.22"}, VALUE, "Invalid engine memcached"),
    (
        "upgrade without parameter group",
        {"Engine": "valkey", "EngineVersion": "8.0"},
        COMBINATION,
        "Expected a parameter group of family valkey8 but found one of family redis7",
    ),
    (
        "parameter group of another family",
        {"CacheParameterGroupName": "default.redis6.x"},
        COMBINATION,
        "Expected a parameter group of family redis7 but found one of family redis6.x",
    ),
    (
        "parameter group of the other cluster mode",
        {"CacheParameterGroupName": "default.redis7.cluster.on"},
        COMBINATION,
        "The parameter cluster-enabled has a different value in the requested parameter group",
    ),
    (
        "no such parameter group",
        {"CacheParameterGroupName": "missing"},
        "CacheParameterGroupNotFound",
        "CacheParameterGroup not found: missing",
    ),
    (
        "failover off under Multi-AZ",
        {"AutomaticFailoverEnabled": False},
        COMBINATION,
        "cannot be disabled while Multi-AZ is enabled",
    ),
    ("promotion under failover", {"PrimaryClusterId": "phb-002"}, COMBINATION, "cannot be promoted"),
    ("promotion of a stranger", {"PrimaryClusterId": "other-001"}, "CacheClusterNotFound", "other-001"),
    (
        "snapshots without source",
        {"SnapshotRetentionLimit": 1},
        COMBINATION,
        "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots",
    ),
    ("source without snapshots", {"SnapshottingClusterId": "phb-002"}, COMBINATION, "Must specify both"),
    (
        "source that is no member",
        {"SnapshotRetentionLimit": 1, "SnapshottingClusterId": "other-001"},
        "CacheClusterNotFound",
        "CacheCluster not found: other-001",
    ),
    ("retention", {"SnapshotRetentionLimit": 36, "SnapshottingClusterId": "phb-002"}, VALUE, "between 0 and 35"),
    ("topic", {"NotificationTopicArn": "arn:aws:sns:us-east-1:1:none"}, VALUE, "does not exist"),
    ("status without topic", {"NotificationTopicStatus": "inactive"}, COMBINATION, "needs a notification topic"),
    ("status that is none", {"NotificationTopicStatus": "off"}, VALUE, "Valid values are: active, inactive"),
    ("strategy without token", {"AuthTokenUpdateStrategy": "ROTATE"}, COMBINATION, "AuthToken must be provided"),
    ("strategy that is none", {"AuthToken": TOKEN, "AuthTokenUpdateStrategy": "set"}, VALUE, "DELETE, ROTATE, SET"),
    ("cluster mode that is none", {"ClusterMode": "Enabled"}, VALUE, "disabled, compatible, enabled"),
    ("mode that is none", {"TransitEncryptionMode": "Preferred"}, VALUE, "preferred, required"),
    ("security group", {"SecurityGroupIds": ["sg-elsewhere"]}, COMBINATION, "different VPC"),
    ("cache security groups", {"CacheSecurityGroupNames": ["old"]}, COMBINATION, "Use of cache security groups"),
    ("address family", {"IpDiscovery": "ipv6"}, COMBINATION, "IpDiscovery ipv6 is not supported"),
    (
        "cluster mode with other properties",
        {"ClusterMode": "disabled", "ReplicationGroupDescription": "other"},
        COMBINATION,
        "Cluster mode updates are not supported while attempting to update additional properties.",
    ),
    ("cluster mode without a stop", {"ClusterMode": "enabled"}, COMBINATION, "from disabled to enabled"),
    (
        "token with other properties",
        {"AuthToken": TOKEN, "AuthTokenUpdateStrategy": "ROTATE", "ReplicationGroupDescription": "other"},
        COMBINATION,
        "AUTH token updates are not supported while attempting to update additional properties.",
    ),
    (
        "encryption at once required",
        {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"},
        COMBINATION,
        "from off to required in one step",
    ),
    ("encryption without mode", {"TransitEncryptionEnabled": True}, COMBINATION, "mode to preferred in the same"),
    (
        "mode without encryption",
        {"TransitEncryptionMode": "preferred"},
        COMBINATION,
        "To modify transit encryption mode, set encryption-in-transit as enabled.",
    ),
]


def refuse(world: World, **members: Any) -> tuple[str, str]:
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", **members)
    return error.code, error.message


@pytest.mark.parametrize(
    ("members", "code", "text"), [case[1:] for case in ON_A_PAIR], ids=[case[0] for case in ON_A_PAIR]
)
@pytest.mark.parametrize("immediately", [False, True], ids=["waiting", "at once"])
def test_a_modification_that_cannot_be_is_refused(
    members: dict[str, Any], code: str, text: str, immediately: bool
) -> None:
    world = furnished_world()
    make_pair(world)
    before = str(world.replication_groups["phb"])
    found, message = refuse(world, ApplyImmediately=immediately, **members)
    assert found == code
    assert text in message
    assert str(world.replication_groups["phb"]) == before


def test_a_group_that_is_not_there() -> None:
    error = refusal(furnished_world(), "ModifyReplicationGroup", ReplicationGroupId="phb", MultiAZEnabled=True)
    assert (error.code, error.message) == ("ReplicationGroupNotFoundFault", "ReplicationGroup phb not found.")


def test_failover_needs_a_replica() -> None:
    world = furnished_world()
    make(world)
    code, message = refuse(world, AutomaticFailoverEnabled=True)
    assert (code, message) == (
        COMBINATION,
        "Replication group must have at least one read replica to enable autofailover.",
    )
    assert "Automatic failover must be enabled" in refuse(world, MultiAZEnabled=True)[1]


def test_windows_must_not_meet_even_where_the_service_drew_one() -> None:
    world = furnished_world()
    make(world, PreferredMaintenanceWindow="wed:05:00-wed:06:00")
    code, message = refuse(world, SnapshotWindow="05:30-06:30")
    assert (code, message) == (VALUE, "The snapshot window and maintenance window must not overlap.")


def test_failover_cannot_be_turned_off_in_cluster_mode_nor_on_without_replicas() -> None:
    world = furnished_world()
    make_cluster(world, ReplicasPerNodeGroup=0)
    assert refuse(world, AutomaticFailoverEnabled=False) == (
        COMBINATION,
        "Turning off automatic failover for replication group with cluster mode enabled is not supported.",
    )
    assert "at least one read replica" in refuse(world, AutomaticFailoverEnabled=True)[1]
    assert refuse(world, SnapshotRetentionLimit=1, SnapshottingClusterId="phb-0001-001") == (
        COMBINATION,
        "Cannot set snapshotting cluster for cluster mode enabled replication group",
    )
    assert "cannot be set for cluster mode" in refuse(world, PrimaryClusterId="phb-0001-001")[1]
    assert "from enabled to disabled" in refuse(world, ClusterMode="disabled")[1]


def test_tokens_of_old_engines_stay_as_they_are() -> None:
    world = furnished_world()
    encrypted = {"TransitEncryptionEnabled": True, "AuthToken": TOKEN, "CacheNodeType": "cache.t3.micro"}
    make(world, EngineVersion="4.0.10", **encrypted)
    members = {"AuthToken": TOKEN + "x", "AuthTokenUpdateStrategy": "ROTATE", "ApplyImmediately": True}
    assert "not supported for engine version 4.0.10" in refuse(world, **members)[1]


def test_transit_encryption_of_old_engines_stays_as_it_is() -> None:
    world = furnished_world()
    make(world, EngineVersion="6.2")
    code, message = refuse(world, TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    assert code == COMBINATION
    assert message.startswith("Transit encryption mode is not supported for engine version 6.2.6.")


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_there_is_no_way_down_but_one(engine: str) -> None:
    world = furnished_world()
    make(world, Engine="valkey", EngineVersion="8.0", TransitEncryptionEnabled=False)
    lower = {"redis": ("7.1", "default.redis7"), "valkey": ("7.2", "default.valkey7")}[engine]
    code, message = refuse(world, Engine=engine, EngineVersion=lower[0], CacheParameterGroupName=lower[1])
    assert code == COMBINATION
    assert "downgrade" in message


def test_the_way_back_needs_a_node_type_that_runs_it() -> None:
    world = furnished_world()
    valkey = {"Engine": "valkey", "EngineVersion": "7.2", "TransitEncryptionEnabled": False}
    make(world, CacheNodeType="cache.r8g.large", **valkey)
    redis = {"Engine": "redis", "EngineVersion": "7.1", "CacheParameterGroupName": "default.redis7"}
    assert "cache.r8g.large is not supported for engine redis" in refuse(world, **redis)[1]


def test_a_parameter_group_with_other_static_values_is_refused() -> None:
    world = furnished_world()
    make(world)
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="wide",
        CacheParameterGroupFamily="redis7",
        Description="wide",
    )
    pair = {"ParameterName": "databases", "ParameterValue": "64"}
    call(world, "ModifyCacheParameterGroup", CacheParameterGroupName="wide", ParameterNameValues=[pair])
    code, message = refuse(world, CacheParameterGroupName="wide", ApplyImmediately=True)
    assert code == COMBINATION
    assert message.startswith("The parameter databases has a different value")
