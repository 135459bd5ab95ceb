# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.planner import Facts
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Disruption

from .samples import ARN, NAME, TOKEN, calls, change_of, make_state, plan_for, step_of

CREATION = {"description": "d", "node_type": "cache.t3.small"}


def test_creation_with_cluster_mode_disabled_counts_nodes() -> None:
    plan = plan_for(None, **CREATION, replicas_per_node_group=2, tags={"Project": "PHB"})
    (step,) = plan.steps
    assert step.operation == "create_replication_group"
    assert step.arguments["NumCacheClusters"] == 3
    assert step.arguments["Tags"] == [{"Key": "Project", "Value": "PHB"}]
    assert step.settles == {"status": "available", "members": 3}
    assert plan.disruption is Disruption.NONE


def test_creation_with_cluster_mode_enabled_counts_shards() -> None:
    plan = plan_for(None, **CREATION, cluster_mode="enabled", num_node_groups=3, replicas_per_node_group=1)
    arguments = plan.steps[0].arguments
    assert (arguments["NumNodeGroups"], arguments["ReplicasPerNodeGroup"], arguments["ClusterMode"]) == (
        3,
        1,
        "enabled",
    )
    assert "NumCacheClusters" not in arguments
    assert plan.steps[0].settles["members"] == 6


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"node_type": "x"}, "description: required"),
        ({"description": "x"}, "node_type: required"),
        ({**CREATION, "engine": "valkey", "transit_encryption_enabled": True}, "engine_version: required"),
        ({**CREATION, "engine": "valkey", "engine_version": "8.1"}, "transit_encryption_enabled: true or false"),
        ({**CREATION, "num_node_groups": 2}, "need cluster_mode=enabled"),
        ({**CREATION, "cluster_mode": "compatible"}, "lies between the two"),
        ({**CREATION, "auth_token": TOKEN}, "a token needs"),
        ({**CREATION, "multi_az_enabled": True}, "Multi-AZ needs"),
        ({**CREATION, "automatic_failover_enabled": True}, "needs at least one replica"),
        ({**CREATION, "transit_encryption_mode": "required"}, "a mode needs"),
        ({**CREATION, "kms_key_id": "k"}, "a key needs"),
        (
            {**CREATION, "cluster_mode": "enabled", "automatic_failover_enabled": True, "multi_az_enabled": True},
            "Multi-AZ needs at least one replica",
        ),
    ],
)
def test_what_a_creation_lacks(params: dict[str, Any], told: str) -> None:
    assert any(told in refusal for refusal in plan_for(None, **params).refusals)


def test_deletion_with_and_without_final_snapshot() -> None:
    kept = plan_for(make_state(), state="absent", final_snapshot_identifier="last")
    assert kept.steps[0].arguments == {"ReplicationGroupId": NAME, "FinalSnapshotIdentifier": "last"}
    assert kept.warnings == ()
    lost = plan_for(make_state(), state="absent")
    assert "its data is lost" in lost.warnings[0]
    assert plan_for(None, state="absent").is_empty


def test_a_final_snapshot_never_overwrites_one() -> None:
    plan = plan_for(make_state(), Facts(snapshot_exists=True), state="absent", final_snapshot_identifier="last")
    assert "none is ever overwritten" in plan.refusals[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"description": "new"}, ["modify_replication_group(description)"]),
        (
            {
                "replicas_per_node_group": 2,
                "node_type": "cache.t3.medium",
                "description": "new",
                "apply_immediately": True,
            },
            [
                "increase_replica_count(replicas_per_node_group)",
                "modify_replication_group(node_type)",
                "modify_replication_group(description)",
            ],
        ),
        (
            {"replicas_per_node_group": 2, "node_type": "cache.t3.medium", "tags": {"a": "b"}},
            [
                "increase_replica_count(replicas_per_node_group)",
                "add_tags_to_resource(tags)",
                "modify_replication_group(node_type)",
            ],
        ),
        (
            {"replicas_per_node_group": 0, "multi_az_enabled": False, "automatic_failover_enabled": False},
            [
                "modify_replication_group(automatic_failover_enabled,multi_az_enabled)",
                "decrease_replica_count(replicas_per_node_group)",
            ],
        ),
        (
            {"engine_version": "7.1", "parameter_group_name": "mine", "snapshot_window": "01:00-02:00"},
            [
                "modify_replication_group(parameter_group_name,snapshot_window)",
                "modify_replication_group(engine_version)",
            ],
        ),
    ],
)
def test_the_order_of_the_calls(params: dict[str, Any], expected: list[str]) -> None:
    assert calls(plan_for(make_state(), **params)) == expected


def test_failover_comes_on_after_its_replica() -> None:
    state = make_state((0,), automatic_failover_enabled=False, multi_az_enabled=False)
    plan = plan_for(state, replicas_per_node_group=1, automatic_failover_enabled=True, multi_az_enabled=True)
    assert calls(plan) == [
        "increase_replica_count(replicas_per_node_group)",
        "modify_replication_group(automatic_failover_enabled,multi_az_enabled)",
    ]
    assert [step.settles["members"] for step in plan.steps] == [2, 2]


def test_shards_come_before_and_go_after_the_node_type() -> None:
    state = make_state((1, 1, 1), clustered=True)
    now = {"node_type": "cache.m6g.large", "apply_immediately": True}
    grown = plan_for(state, num_node_groups=5, replicas_per_node_group=2, **now)
    assert [step.operation for step in grown.steps] == [
        "modify_replication_group_shard_configuration",
        "increase_replica_count",
        "modify_replication_group",
    ]
    assert [step.settles["members"] for step in grown.steps] == [10, 15, 15]
    shrunk = plan_for(state, num_node_groups=1, **now)
    assert [step.operation for step in shrunk.steps] == [
        "modify_replication_group",
        "modify_replication_group_shard_configuration",
    ]
    assert shrunk.steps[1].arguments["NodeGroupsToRemove"] == ["0002", "0003"]
    assert shrunk.disruption is Disruption.DATA_MOVEMENT


def test_shards_that_differ_are_scaled_by_name() -> None:
    plan = plan_for(make_state((0, 2, 1), clustered=True), replicas_per_node_group=1)
    assert [step.arguments["ReplicaConfiguration"] for step in plan.steps] == [
        [{"NodeGroupId": "0001", "NewReplicaCount": 1}],
        [{"NodeGroupId": "0002", "NewReplicaCount": 1}],
    ]
    assert change_of(plan, "replicas_per_node_group").before == [0, 2, 1]
    assert [step.settles["members"] for step in plan.steps] == [7, 6]


def test_first_backups_name_the_replica_that_takes_them() -> None:
    state = make_state(snapshot_retention_limit=0)
    step = step_of(
        plan_for(state, snapshot_retention_limit=7, snapshot_window="01:00-02:00"), "snapshot_retention_limit"
    )
    assert step.arguments["SnapshottingClusterId"] == f"{NAME}-002"
    assert step.arguments["SnapshotWindow"] == "01:00-02:00"
    clustered = make_state((1, 1), clustered=True, snapshot_retention_limit=0)
    step = step_of(plan_for(clustered, snapshot_retention_limit=7), "snapshot_retention_limit")
    assert "SnapshottingClusterId" not in step.arguments


@pytest.mark.parametrize(
    ("start", "goal", "levels"),
    [
        ((False, None), {"transit_encryption_enabled": True}, ["preferred", "required"]),
        ((False, None), {"transit_encryption_enabled": True, "transit_encryption_mode": "preferred"}, ["preferred"]),
        ((True, "preferred"), {"transit_encryption_mode": "required"}, ["required"]),
        ((True, "required"), {"transit_encryption_mode": "preferred"}, ["preferred"]),
        ((True, "required"), {"transit_encryption_enabled": False}, ["preferred", None]),
        ((True, "preferred"), {"transit_encryption_enabled": False}, [None]),
    ],
)
def test_encryption_goes_level_by_level(
    start: tuple[bool, str | None], goal: dict[str, Any], levels: list[Any]
) -> None:
    state = make_state(transit_encryption_enabled=start[0], transit_encryption_mode=start[1])
    plan = plan_for(state, **goal)
    assert [step.arguments.get("TransitEncryptionMode") for step in plan.steps] == levels
    assert plan.disruption is Disruption.CONNECTIONS


def test_a_topic_comes_and_goes_by_its_status() -> None:
    on = step_of(plan_for(make_state(), notification_topic_arn="arn:x"), "notification_topic_arn").arguments
    assert (on["NotificationTopicArn"], on["NotificationTopicStatus"]) == ("arn:x", "active")
    off = plan_for(make_state(notification_topic_arn="arn:x"), notification_topic_arn="").steps[0].arguments
    assert off["NotificationTopicStatus"] == "inactive"
    assert "NotificationTopicArn" not in off


def test_a_log_ends_by_being_disabled() -> None:
    slow = {"log_type": "slow-log", "destination_type": "cloudwatch-logs", "destination": "a", "log_format": "json"}
    engine = {**slow, "log_type": "engine-log", "destination_type": "kinesis-firehose"}
    plan = plan_for(make_state(log_delivery_configurations=(slow,)), log_delivery_configurations=[engine])
    requests = plan.steps[0].arguments["LogDeliveryConfigurations"]
    assert requests[0]["DestinationDetails"] == {"KinesisFirehoseDetails": {"DeliveryStream": "a"}}
    assert requests[1] == {"LogType": "slow-log", "Enabled": False}


def test_tags_are_removed_before_new_ones_come() -> None:
    plan = plan_for(make_state(tags={"Old": "1", "Same": "2"}), tags={"Same": "2", "New": "3"})
    assert [step.operation for step in plan.steps] == ["remove_tags_from_resource", "add_tags_to_resource"]
    assert plan.steps[0].arguments == {"ResourceName": ARN, "TagKeys": ["Old"]}
    kept = plan_for(make_state(tags={"Old": "1"}), tags={"New": "3"}, purge_tags=False)
    assert [step.operation for step in kept.steps] == ["add_tags_to_resource"]
    assert change_of(kept, "tags").after == {"Old": "1", "New": "3"}


def test_unreadable_tags_are_left_alone() -> None:
    plan = plan_for(make_state(tags=None), tags={"New": "3"})
    assert plan.is_empty
    assert "tags cannot be read" in plan.warnings[0]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", 6380),
        ("network_type", "ipv6"),
        ("subnet_group_name", "other"),
        ("at_rest_encryption_enabled", True),
        ("kms_key_id", "arn:aws:kms:x:y:key/z"),
    ],
)
def test_what_is_fixed_at_creation_is_refused(option: str, value: Any) -> None:
    plan = plan_for(make_state(), **{option: value})
    assert plan.refusals[0].startswith(f"{option}:")
    assert plan.disruption is Disruption.REPLACEMENT
    assert plan.steps == ()


@pytest.mark.parametrize("key", ["1234", "arn:aws:kms:us-east-1:123456789012:key/1234"])
def test_a_key_is_known_by_its_id_and_its_arn(key: str) -> None:
    state = make_state(at_rest_encryption_enabled=True, kms_key_id="arn:aws:kms:us-east-1:123456789012:key/1234")
    assert plan_for(state, kms_key_id=key).is_empty


@pytest.mark.parametrize(
    ("state", "params", "told"),
    [
        ({}, {"engine_version": "6.2"}, "is a downgrade"),
        (
            {"engine": "valkey", "engine_version": "8.1.0"},
            {"engine": "redis", "engine_version": "7.1"},
            "is a downgrade",
        ),
        (
            {"engine": "valkey", "engine_version": "7.2.6"},
            {"engine": "redis", "engine_version": "7.1"},
            "family redis7",
        ),
        ({}, {"engine": "valkey"}, "engine_version: required"),
        (
            {"parameter_group_name": "mine"},
            {"engine": "valkey", "engine_version": "8.1"},
            "name one of the new family",
        ),
        ({}, {"engine": "valkey", "engine_version": "8.1"}, "name one of the new family"),
        ({}, {"replicas_per_node_group": 0}, "set multi_az_enabled=false"),
        ({"multi_az_enabled": False}, {"replicas_per_node_group": 0}, "set automatic_failover_enabled=false"),
        ({}, {"automatic_failover_enabled": False}, "set both to the same"),
        ({}, {"snapshot_window": "05:30-06:30"}, "overlaps with preferred_maintenance_window"),
        ({}, {"preferred_maintenance_window": "mon:04:00-mon:05:00"}, "overlaps with preferred_maintenance_window"),
        ({}, {"num_node_groups": 2}, "more than one shard needs cluster_mode=enabled"),
        ({}, {"cluster_mode": "enabled"}, "is no step that ElastiCache does"),
        ({}, {"cluster_mode": "compatible", "description": "new"}, "only parameter_group_name may change with it"),
        ({"cluster_mode": "compatible"}, {"node_type": "cache.m6g.large"}, "neither scales nor upgrades"),
        ({"engine_version": "6.2.6"}, {"transit_encryption_enabled": True}, "redis 7.0.5 or newer can"),
        (
            {"auth_token_enabled": True, "transit_encryption_enabled": True, "transit_encryption_mode": "required"},
            {"transit_encryption_mode": "preferred"},
            "does not change it on a group that has a token",
        ),
        ({}, {"auth_token": TOKEN, "auth_token_update_strategy": "ROTATE"}, "no encryption in transit"),
        ({"transit_encryption_enabled": True}, {"auth_token": TOKEN}, "the group has no token yet"),
        (
            {"automatic_failover_enabled": False, "multi_az_enabled": False},
            {"cluster_mode": "compatible"},
            "at least one replica",
        ),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    state: dict[str, Any], params: dict[str, Any], told: str
) -> None:
    plan = plan_for(make_state(**state), **params)
    assert any(told in refusal for refusal in plan.refusals), plan.refusals
    assert plan.steps == ()


def test_the_rollback_from_valkey_is_offered() -> None:
    state = make_state(engine="valkey", engine_version="7.2.6", parameter_group_name="default.valkey7")
    plan = plan_for(state, engine="redis", engine_version="7.1", parameter_group_name="default.redis7")
    assert plan.refusals == ()
    assert plan.disruption is Disruption.FAILOVER
    assert plan.steps[0].arguments["Engine"] == "redis"


def test_an_upgrade_names_engine_and_version_together() -> None:
    plan = plan_for(make_state(), engine="valkey", engine_version="8.1", parameter_group_name="default.valkey8")
    arguments = plan.steps[0].arguments
    assert (arguments["Engine"], arguments["EngineVersion"]) == ("valkey", "8.1")
    assert arguments["CacheParameterGroupName"] == "default.valkey8"


@pytest.mark.parametrize("found", ["7.1", "7.1.0"])
def test_versions_are_compared_as_far_as_they_are_asked_for(found: str) -> None:
    assert plan_for(make_state(engine_version=found), engine_version="7.1").is_empty


def test_a_minor_version_of_the_services_own_is_no_drift() -> None:
    assert plan_for(make_state(engine_version="7.1.0"), engine_version="7.0").is_empty
    fixed = make_state(engine_version="7.1.0", auto_minor_version_upgrade=False)
    assert "is a downgrade" in plan_for(fixed, engine_version="7.0").refusals[0]


def test_a_strategy_is_an_order() -> None:
    state = make_state(transit_encryption_enabled=True, transit_encryption_mode="required", auth_token_enabled=True)
    assert plan_for(state, auth_token=TOKEN).is_empty
    rotation = plan_for(state, auth_token=TOKEN, auth_token_update_strategy="ROTATE")
    assert (rotation.disruption, rotation.unsettled) == (Disruption.NONE, ())
    final = plan_for(state, auth_token=TOKEN, auth_token_update_strategy="SET")
    assert final.disruption is Disruption.CONNECTIONS
    assert final.steps[0].arguments["AuthTokenUpdateStrategy"] == "SET"
    assert TOKEN not in str(final)
    assert TOKEN not in str(final.to_dict())


@pytest.mark.parametrize(
    ("before", "after", "disruption"),
    [(("sg-1",), ["sg-1", "sg-2"], Disruption.NONE), (("sg-1", "sg-2"), ["sg-2"], Disruption.CONNECTIONS)],
)
def test_security_groups_disturb_when_they_leave(
    before: tuple[str, ...], after: list[str], disruption: Disruption
) -> None:
    assert plan_for(make_state(security_group_ids=before), security_group_ids=after).disruption is disruption
