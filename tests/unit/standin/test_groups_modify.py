# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyReplicationGroup: what happens at once, what waits for the window, what is rolled back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    TOPIC,
    FailingDriver,
    clusters,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    messages,
    modify,
    modify_now,
    plan,
    roles,
    settle,
    statuses,
)

WINDOW = {"PreferredMaintenanceWindow": "wed:05:00-wed:06:00"}
OPENING = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
VALKEY = {"Engine": "valkey", "EngineVersion": "7.2", "CacheParameterGroupName": "default.valkey7"}


@pytest.fixture
def world() -> World:
    return furnished_world()


def pending(world: World) -> dict[str, Any]:
    """What the first member shows as pending."""
    values: dict[str, Any] = clusters(world)[0]["PendingModifiedValues"]
    return values


def wait_for_window(world: World) -> None:
    world.clock.advance((OPENING - world.clock.now()).total_seconds())


def test_a_change_at_once_turns_the_group_and_its_members_to_modifying(world: World) -> None:
    make_pair(world)
    answer = modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    assert (answer["Status"], answer["CacheNodeType"]) == ("modifying", "cache.t4g.micro")
    assert statuses(world) == ["modifying", "modifying"]
    assert pending(world) == {"CacheNodeType": "cache.t4g.small"}
    world.clock.advance(world.durations.scale)
    assert (describe(world)["Status"], describe(world)["CacheNodeType"]) == ("available", "cache.t4g.small")
    assert statuses(world) == ["modifying", "modifying"]
    assert pending(world) == {}
    world.clock.advance(world.durations.member_lag)
    assert statuses(world) == ["available", "available"]


def test_a_larger_type_brings_its_memory_and_other_machines(world: World) -> None:
    make_pair(world)
    modify_now(world, CacheNodeType="cache.r7g.large")
    assert plan(world).maxmemory == 14037181030 * 75 // 100
    assert [node.generation for node in plan(world).nodes] == [1, 1]
    assert messages(world)[-1] == "Scaling of replication group phb to cache node type cache.r7g.large completed"


def test_a_second_change_is_refused_while_the_first_runs(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    for operation, members in (
        ("ModifyReplicationGroup", {"ReplicationGroupDescription": "other"}),
        ("IncreaseReplicaCount", {"NewReplicaCount": 2, "ApplyImmediately": True}),
        ("DecreaseReplicaCount", {"NewReplicaCount": 0, "ApplyImmediately": True}),
        ("TestFailover", {"NodeGroupId": "0001"}),
        ("ModifyReplicationGroupShardConfiguration", {"NodeGroupCount": 2, "ApplyImmediately": True}),
    ):
        error = refusal(world, operation, ReplicationGroupId="phb", **members)
        assert error.code == "InvalidReplicationGroupState"
        assert error.message == "Replication group must be in available state to modify."


def test_a_change_is_refused_while_members_lag_behind(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    world.clock.advance(world.durations.scale)
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", ReplicationGroupDescription="other")
    assert error.code == "InvalidCacheClusterState"


def test_a_node_type_waits_for_the_maintenance_window(world: World) -> None:
    make_pair(world, **WINDOW)
    answer = modify(world, CacheNodeType="cache.t4g.small")
    assert (answer["Status"], answer["PendingModifiedValues"]) == ("available", {})
    assert pending(world) == {"CacheNodeType": "cache.t4g.small"}
    wait_for_window(world)
    assert describe(world)["Status"] == "modifying"
    settle(world, world.durations.scale)
    assert describe(world)["CacheNodeType"] == "cache.t4g.small"
    assert pending(world) == {}


def test_the_window_moves_with_its_setting(world: World) -> None:
    make_pair(world, PreferredMaintenanceWindow="fri:05:00-fri:06:00")
    modify(world, CacheNodeType="cache.t4g.small")
    modify(world, **WINDOW)
    settle(world, world.durations.modify)
    assert clusters(world)[0]["PreferredMaintenanceWindow"] == WINDOW["PreferredMaintenanceWindow"]
    wait_for_window(world)
    assert describe(world)["Status"] == "modifying"


def test_the_window_is_put_off_while_something_runs(world: World) -> None:
    make_pair(world, **WINDOW)
    modify(world, CacheNodeType="cache.t4g.small")
    world.clock.advance((OPENING - world.clock.now()).total_seconds() - 30)
    modify(world, ReplicationGroupDescription="other")
    settle(world, world.durations.modify)
    assert pending(world) == {"CacheNodeType": "cache.t4g.small"}
    world.clock.advance(60)
    assert describe(world)["Status"] == "modifying"


def test_asking_for_the_present_calls_a_waiting_change_off(world: World) -> None:
    make_pair(world, **WINDOW)
    modify(world, CacheNodeType="cache.t4g.small")
    modify(world, CacheNodeType="cache.t4g.micro")
    assert pending(world) == {}
    wait_for_window(world)
    assert describe(world)["Status"] == "available"


def test_calling_an_upgrade_off_takes_its_parameter_group_along(world: World) -> None:
    make_pair(world)
    modify(world, **VALKEY)
    modify(world, EngineVersion="7.1")
    assert pending(world) == {}
    modify_now(world, CacheNodeType="cache.t4g.small")
    assert clusters(world)[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"


def test_asking_again_for_what_waits_is_no_modification(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small")
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", CacheNodeType="cache.t4g.small")
    assert (error.code, error.message) == ("InvalidParameterCombination", "No modifications were requested")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"ApplyImmediately": True},
        {"ReplicationGroupDescription": "sessions", "ApplyImmediately": True},
        {"CacheNodeType": "cache.t4g.micro", "EngineVersion": "7.1", "AutomaticFailoverEnabled": True},
        {"CacheParameterGroupName": "default.redis7", "MultiAZEnabled": True},
        {"TransitEncryptionEnabled": False},
        {"ClusterMode": "disabled"},
        {"Engine": "redis"},
        {"SnapshotRetentionLimit": 0, "AutoMinorVersionUpgrade": True},
    ],
)
def test_nothing_to_change_is_refused(world: World, members: dict[str, Any]) -> None:
    make_pair(world)
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", **members)
    assert (error.code, error.message) == ("InvalidParameterCombination", "No modifications were requested")


def test_apply_immediately_releases_what_waits(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small")
    modify_now(world, ReplicationGroupDescription="other")
    assert (describe(world)["Description"], describe(world)["CacheNodeType"]) == ("other", "cache.t4g.small")


def test_a_waiting_scaling_blocks_an_immediate_upgrade_and_the_other_way_round(world: World) -> None:
    make_pair(world, EngineVersion="7.0")
    upgrade, scaling = {"EngineVersion": "7.1"}, {"CacheNodeType": "cache.t4g.small"}
    modify(world, **scaling)
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", ApplyImmediately=True, **upgrade)
    assert error.code == "InvalidParameterCombination"
    assert "a scaling of the replication group is pending" in error.message
    modify(world, CacheNodeType="cache.t4g.micro")
    modify(world, **upgrade)
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", ApplyImmediately=True, **scaling)
    assert "an engine upgrade is pending" in error.message
    modify_now(world, **scaling, **upgrade)
    assert (clusters(world)[0]["EngineVersion"], describe(world)["CacheNodeType"]) == ("7.1.0", "cache.t4g.small")


def test_settings_change_at_once_whatever_apply_immediately_says(world: World) -> None:
    make_pair(world)
    modify(
        world,
        ReplicationGroupDescription="other",
        SecurityGroupIds=["sg-2"],
        NotificationTopicArn=TOPIC,
        AutoMinorVersionUpgrade=False,
        SnapshotRetentionLimit=4,
        SnapshottingClusterId="PHB-002",
        SnapshotWindow="10:00-11:00",
        **WINDOW,
    )
    cluster = clusters(world)[1]
    assert describe(world)["Description"] == "other"
    assert describe(world)["Status"] == "modifying"
    assert (describe(world)["SnapshotRetentionLimit"], describe(world)["SnapshottingClusterId"]) == (4, "phb-002")
    assert describe(world)["SnapshotWindow"] == "10:00-11:00"
    assert cluster["SecurityGroups"][0]["SecurityGroupId"] == "sg-2"
    assert cluster["NotificationConfiguration"]["TopicStatus"] == "active"
    assert cluster["AutoMinorVersionUpgrade"] is False
    settle(world, world.durations.modify)
    modify(world, NotificationTopicStatus="inactive")
    assert clusters(world)[0]["NotificationConfiguration"] == {"TopicArn": TOPIC, "TopicStatus": "inactive"}


def test_turning_snapshots_off_forgets_their_source(world: World) -> None:
    make_pair(world, SnapshotRetentionLimit=4)
    modify(world, SnapshotRetentionLimit=0)
    assert "SnapshottingClusterId" not in describe(world)


def test_automatic_failover_passes_through_states_and_may_wait(world: World) -> None:
    make(world, NumCacheClusters=2, **WINDOW)
    modify(world, AutomaticFailoverEnabled=True)
    group = describe(world)
    assert (group["AutomaticFailover"], group["PendingModifiedValues"]) == (
        "disabled",
        {"AutomaticFailoverStatus": "enabled"},
    )
    modify(world, AutomaticFailoverEnabled=True, MultiAZEnabled=True, ApplyImmediately=True)
    assert describe(world)["AutomaticFailover"] == "enabling"
    settle(world, world.durations.modify)
    assert (describe(world)["AutomaticFailover"], describe(world)["MultiAZ"]) == ("enabled", "enabled")
    modify(world, AutomaticFailoverEnabled=False, MultiAZEnabled=False, ApplyImmediately=True)
    assert describe(world)["AutomaticFailover"] == "disabling"
    settle(world, world.durations.modify)
    assert (describe(world)["AutomaticFailover"], describe(world)["MultiAZ"]) == ("disabled", "disabled")


def test_a_replica_is_promoted(world: World) -> None:
    make(world, NumCacheClusters=3)
    answer = modify(world, PrimaryClusterId="phb-003", ApplyImmediately=True)
    assert answer["PendingModifiedValues"] == {"PrimaryClusterId": "phb-003"}
    settle(world, world.durations.modify)
    assert roles(world) == {"phb-001": "replica", "phb-002": "replica", "phb-003": "primary"}
    assert [node.role for node in plan(world).nodes] == ["replica", "replica", "primary"]


def test_redis_becomes_valkey_with_its_parameter_group(world: World) -> None:
    make_pair(world)
    answer = modify(world, ApplyImmediately=True, **VALKEY)
    assert answer["Engine"] == "redis"
    assert pending(world) == {"EngineVersion": "7.2.6"}
    settle(world, world.durations.upgrade)
    cluster = clusters(world)[0]
    assert (cluster["Engine"], cluster["EngineVersion"]) == ("valkey", "7.2.6")
    assert cluster["CacheParameterGroup"] == {
        "CacheParameterGroupName": "default.valkey7",
        "ParameterApplyStatus": "in-sync",
        "CacheNodeIdsToReboot": [],
    }
    assert messages(world)[-1] == "Engine of replication group phb upgraded to valkey 7.2.6"


def test_valkey_7_2_goes_back_to_redis_7_1(world: World) -> None:
    make_pair(world, Engine="valkey", EngineVersion="7.2", TransitEncryptionEnabled=False)
    modify_now(world, Engine="redis", EngineVersion="7.1", CacheParameterGroupName="default.redis7")
    assert (clusters(world)[0]["Engine"], clusters(world)[0]["EngineVersion"]) == ("redis", "7.1.0")


def test_a_parameter_group_is_attached_at_once_and_its_values_wait(world: World) -> None:
    make_pair(world, **WINDOW)
    custom_parameter_group(world, "lru", {"maxmemory-policy": "allkeys-lru"})
    modify(world, CacheParameterGroupName="lru")
    shown = clusters(world)[0]["CacheParameterGroup"]
    assert (shown["CacheParameterGroupName"], shown["ParameterApplyStatus"]) == ("lru", "pending-reboot")
    assert plan(world).parameters["maxmemory-policy"] == "volatile-lru"
    wait_for_window(world)
    settle(world, world.durations.parameter_apply)
    assert plan(world).parameters["maxmemory-policy"] == "allkeys-lru"
    assert clusters(world)[0]["CacheParameterGroup"]["ParameterApplyStatus"] == "in-sync"


def test_other_changes_leave_waiting_values_waiting(world: World) -> None:
    make_pair(world, **WINDOW)
    custom_parameter_group(world, "lru", {"maxmemory-policy": "allkeys-lru"})
    modify(world, CacheParameterGroupName="lru")
    modify(world, ReplicationGroupDescription="other")
    settle(world, world.durations.modify)
    assert plan(world).parameters["maxmemory-policy"] == "volatile-lru"
    wait_for_window(world)
    settle(world, world.durations.parameter_apply)
    assert plan(world).parameters["maxmemory-policy"] == "allkeys-lru"


def test_a_parameter_group_takes_effect_at_once_when_told_to(world: World) -> None:
    make_pair(world)
    custom_parameter_group(world, "lru", {"maxmemory-policy": "allkeys-lru"})
    modify(world, CacheParameterGroupName="lru", ApplyImmediately=True)
    assert clusters(world)[0]["CacheParameterGroup"]["ParameterApplyStatus"] == "applying"
    settle(world, world.durations.parameter_apply)
    assert plan(world).parameters["maxmemory-policy"] == "allkeys-lru"
    assert messages(world, "phb-002")[-1] == "Parameter group lru applied to cache cluster"


def test_a_deferred_upgrade_whose_parameter_group_is_gone_is_dropped_with_an_event(world: World) -> None:
    make_pair(world, **WINDOW)
    custom_parameter_group(world, "soon", {}, family="valkey7")
    modify(world, Engine="valkey", EngineVersion="7.2", CacheParameterGroupName="soon")
    call(world, "DeleteCacheParameterGroup", CacheParameterGroupName="soon")
    wait_for_window(world)
    assert describe(world)["Status"] == "available"
    assert messages(world)[-1].endswith("parameter group soon does not exist")


def test_changed_values_reach_the_engines(world: World) -> None:
    custom_parameter_group(world, "own", {})
    make_pair(world, CacheParameterGroupName="own")
    change_parameters(world, "own", {"timeout": "300"})
    assert plan(world).parameters["timeout"] == "0"
    assert clusters(world)[0]["CacheParameterGroup"]["ParameterApplyStatus"] == "applying"
    world.clock.advance(world.durations.parameter_apply)
    assert plan(world).parameters["timeout"] == "300"
    assert clusters(world)[0]["CacheParameterGroup"]["ParameterApplyStatus"] == "in-sync"
    assert messages(world, "phb-001")[-1] == "Parameter change applied"


def test_a_change_that_engines_refuse_is_rolled_back(world: World) -> None:
    make_pair(world)
    driver = FailingDriver()
    world.engines = driver
    modify(world, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    driver.text = "phb-001 did not start"
    settle(world, world.durations.scale)
    assert (describe(world)["Status"], describe(world)["CacheNodeType"]) == ("available", "cache.t4g.micro")
    assert statuses(world) == ["available", "available"]
    assert "were rolled back: phb-001 did not start" in messages(world)[-1]
    assert pending(world) == {}


def test_a_tag_makes_changes_be_rolled_back(world: World) -> None:
    make_pair(world, Tags=[{"Key": "standin:modify-failed", "Value": "no capacity"}])
    modify_now(world, CacheNodeType="cache.t4g.small")
    assert describe(world)["CacheNodeType"] == "cache.t4g.micro"
    assert messages(world)[-1].endswith("were rolled back: no capacity")
    call(world, "IncreaseReplicaCount", ReplicationGroupId="phb", NewReplicaCount=2, ApplyImmediately=True)
    settle(world, world.durations.add_member)
    assert describe(world)["MemberClusters"] == ["phb-001", "phb-002"]
    assert plan(world).nodes[-1].node_id == "phb-002"


def test_a_former_state_can_be_read(world: World) -> None:
    make_pair(world)
    modify(world, CacheNodeType="cache.t4g.small")
    former = world.frozen()
    modify_now(world, ReplicationGroupDescription="other")
    assert describe(former)["Description"] == "sessions"
    assert pending(former) == {"CacheNodeType": "cache.t4g.small"}
    assert describe(former)["NodeGroups"] == describe(world)["NodeGroups"]


def test_scaling_of_a_cluster_keeps_its_slots(world: World) -> None:
    make_cluster(world)
    before = plan(world).nodes
    modify_now(world, CacheNodeType="cache.t4g.small")
    assert [node.slots for node in plan(world).nodes] == [node.slots for node in before]


def custom_parameter_group(world: World, name: str, values: dict[str, str], family: str = "redis7") -> None:
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName=name,
        CacheParameterGroupFamily=family,
        Description=name,
    )
    if values:
        change_parameters(world, name, values)
        world.clock.advance(world.durations.parameter_apply)


def change_parameters(world: World, name: str, values: dict[str, str]) -> None:
    pairs = [{"ParameterName": key, "ParameterValue": value} for key, value in values.items()]
    call(world, "ModifyCacheParameterGroup", CacheParameterGroupName=name, ParameterNameValues=pairs)
