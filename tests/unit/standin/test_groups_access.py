# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, encryption in transit and cluster mode of existing groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    SECOND_TOKEN,
    THIRD_TOKEN,
    TOKEN,
    clusters,
    describe,
    furnished_world,
    make,
    make_cluster,
    make_pair,
    modify,
    modify_now,
    plan,
    settle,
)

COMBINATION = "InvalidParameterCombination"


@pytest.fixture
def world() -> World:
    return furnished_world()


def rotate(world: World, token: str, strategy: str = "ROTATE") -> None:
    modify_now(world, AuthToken=token, AuthTokenUpdateStrategy=strategy)


def refuse(world: World, **members: Any) -> str:
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", ApplyImmediately=True, **members)
    assert error.code == COMBINATION
    return error.message


def accepted(world: World) -> tuple[tuple[str, ...], bool]:
    """Tokens that the engines take, oldest first, and whether they also take none."""
    return plan(world).tokens, plan(world).open_access


def test_a_rotation_is_pending_until_both_tokens_work(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    created = describe(world)["AuthTokenLastModifiedDate"]
    modify(world, AuthToken=SECOND_TOKEN, AuthTokenUpdateStrategy="ROTATE", ApplyImmediately=True)
    assert describe(world)["PendingModifiedValues"] == {"AuthTokenStatus": "ROTATING"}
    assert clusters(world)[0]["PendingModifiedValues"] == {"AuthTokenStatus": "ROTATING"}
    assert accepted(world) == ((TOKEN,), False)
    settle(world, world.durations.token)
    assert describe(world)["PendingModifiedValues"] == {}
    assert accepted(world) == ((TOKEN, SECOND_TOKEN), False)
    assert describe(world)["AuthTokenLastModifiedDate"] > created


def test_setting_ends_the_former_token(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    rotate(world, SECOND_TOKEN)
    modify(world, AuthToken=SECOND_TOKEN, AuthTokenUpdateStrategy="SET", ApplyImmediately=True)
    assert describe(world)["PendingModifiedValues"] == {"AuthTokenStatus": "SETTING"}
    settle(world, world.durations.token)
    assert accepted(world) == ((SECOND_TOKEN,), False)


def test_a_third_token_drops_the_oldest(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    rotate(world, SECOND_TOKEN)
    rotate(world, THIRD_TOKEN)
    assert accepted(world) == ((SECOND_TOKEN, THIRD_TOKEN), False)


def test_a_resumed_rotation_drops_nothing(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    rotate(world, SECOND_TOKEN)
    rotate(world, SECOND_TOKEN)
    assert accepted(world) == ((TOKEN, SECOND_TOKEN), False)


def test_the_first_token_leaves_the_door_open_until_it_is_set(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True)
    assert describe(world)["AuthTokenEnabled"] is False
    rotate(world, TOKEN)
    assert describe(world)["AuthTokenEnabled"] is True
    assert accepted(world) == ((TOKEN,), True)
    rotate(world, TOKEN)
    assert accepted(world) == ((TOKEN,), True)
    rotate(world, TOKEN, "SET")
    assert accepted(world) == ((TOKEN,), False)


def test_rotating_is_the_default_strategy(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    modify_now(world, AuthToken=SECOND_TOKEN)
    assert accepted(world) == ((TOKEN, SECOND_TOKEN), False)


def test_setting_without_rotating_or_another_value_is_refused(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    assert "allowed only after ROTATE" in refuse(world, AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")
    rotate(world, SECOND_TOKEN)
    assert "one of the last ROTATE" in refuse(world, AuthToken=TOKEN, AuthTokenUpdateStrategy="SET")
    rotate(world, SECOND_TOKEN, "SET")
    assert "allowed only after ROTATE" in refuse(world, AuthToken=SECOND_TOKEN, AuthTokenUpdateStrategy="SET")


def test_a_token_needs_encryption_and_to_be_applied_at_once(world: World) -> None:
    make_pair(world)
    assert "requires encryption-in-transit" in refuse(world, AuthToken=TOKEN)
    error = refusal(world, "ModifyReplicationGroup", ReplicationGroupId="phb", AuthToken=TOKEN)
    assert error.code == COMBINATION
    modify_now(world, TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    assert "preferred is not supported" in refuse(world, AuthToken=TOKEN)


def test_a_token_is_not_deleted_but_towards_user_groups(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    members = {"ReplicationGroupId": "phb", "ApplyImmediately": True, "AuthTokenUpdateStrategy": "DELETE"}
    error = refusal(world, "ModifyReplicationGroup", **members)
    assert (error.code, error.message) == (
        "InvalidParameterValue",
        "Auth token update strategy delete is not supported currently",
    )
    request = Request("ModifyReplicationGroup", members | {"UserGroupIdsToAdd": ["team"]})
    OPERATIONS["ModifyReplicationGroup"](world, request)
    assert request.unread() == ["UserGroupIdsToAdd"]
    assert accepted(world) == ((TOKEN,), False)
    assert describe(world)["Status"] == "available"


def test_tokens_never_show_in_a_representation(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    modify(world, AuthToken=SECOND_TOKEN, ApplyImmediately=True)
    shown = f"{world.replication_groups['phb']!r} {plan(world)!r} {describe(world)}"
    settle(world, world.durations.token)
    shown += repr(world.replication_groups["phb"])
    assert TOKEN not in shown
    assert SECOND_TOKEN not in shown


def test_encryption_goes_on_and_off_in_two_steps(world: World) -> None:
    make_pair(world)
    steps: list[tuple[dict[str, Any], str]] = [
        ({"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}, "preferred"),
        ({"TransitEncryptionMode": "required"}, "required"),
        ({"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}, "preferred"),
        ({"TransitEncryptionEnabled": False}, "off"),
    ]
    for members, tls in steps:
        modify_now(world, **members)
        assert plan(world).tls == tls
        assert describe(world).get("TransitEncryptionMode", "off") == tls
        assert describe(world)["TransitEncryptionEnabled"] is (tls != "off")


def test_encryption_waits_for_the_window_and_shows_as_pending(world: World) -> None:
    make_pair(world)
    modify(world, TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")
    shown = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}
    assert describe(world)["PendingModifiedValues"] == shown
    assert clusters(world)[0]["PendingModifiedValues"] == shown


def test_the_same_encryption_without_a_token_is_no_modification(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True)
    assert refuse(world, TransitEncryptionEnabled=True) == "No modifications were requested"


def test_encryption_cannot_be_left_in_one_step(world: World) -> None:
    make_pair(world, TransitEncryptionEnabled=True)
    assert "from required to off in one step" in refuse(world, TransitEncryptionEnabled=False)


@pytest.mark.parametrize("members", [{"TransitEncryptionEnabled": True}, {"TransitEncryptionMode": "required"}])
def test_with_a_token_even_the_same_encryption_is_refused(world: World, members: dict[str, Any]) -> None:
    make_pair(world, TransitEncryptionEnabled=True, AuthToken=TOKEN)
    assert refuse(world, **members) == (
        "Modification of transit encryption is not supported for access control enabled clusters."
    )


def test_cluster_mode_is_reached_by_way_of_compatible(world: World) -> None:
    make_pair(world, SnapshotRetentionLimit=1)
    answer = modify(world, ClusterMode="compatible", ApplyImmediately=True)
    assert answer["PendingModifiedValues"] == {"ClusterMode": "compatible"}
    settle(world, world.durations.modify)
    group = describe(world)
    (shard,) = group["NodeGroups"]
    assert (group["ClusterMode"], group["ClusterEnabled"]) == ("compatible", True)
    assert "ConfigurationEndpoint" in group
    assert {"PrimaryEndpoint", "ReaderEndpoint", "Slots"} <= shard.keys()
    assert clusters(world)[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7.cluster.on"
    assert "SnapshottingClusterId" not in group
    modify_now(world, ClusterMode="enabled")
    (shard,) = describe(world)["NodeGroups"]
    assert "PrimaryEndpoint" not in shard
    assert describe(world)["MemberClusters"] == ["phb-001", "phb-002"]
    assert plan(world).cluster_mode is True
    assert [node.slots for node in plan(world).nodes] == [((0, 16383),), ((0, 16383),)]


def test_compatible_is_left_for_disabled_with_the_other_default(world: World) -> None:
    make_pair(world)
    modify_now(world, ClusterMode="compatible")
    modify_now(world, ClusterMode="disabled")
    assert describe(world)["ClusterMode"] == "disabled"
    assert clusters(world)[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "default.redis7"
    assert "Slots" not in describe(world)["NodeGroups"][0]


def test_nothing_is_scaled_or_upgraded_while_compatible(world: World) -> None:
    make_pair(world, EngineVersion="7.0")
    modify_now(world, ClusterMode="compatible")
    assert "while the cluster mode is compatible" in refuse(world, CacheNodeType="cache.t4g.small")
    assert "while the cluster mode is compatible" in refuse(world, EngineVersion="7.1")
    for operation, members in (
        ("IncreaseReplicaCount", {"NewReplicaCount": 2}),
        ("DecreaseReplicaCount", {"NewReplicaCount": 0}),
        ("ModifyReplicationGroupShardConfiguration", {"NodeGroupCount": 2}),
    ):
        error = refusal(world, operation, ReplicationGroupId="phb", ApplyImmediately=True, **members)
        assert error.code == COMBINATION


def test_a_custom_parameter_group_must_be_exchanged_with_the_cluster_mode(world: World) -> None:
    for name, value in (("plain", "no"), ("sharded", "yes")):
        members = {"CacheParameterGroupName": name, "CacheParameterGroupFamily": "redis7"}
        call(world, "CreateCacheParameterGroup", **members, Description=name)
        pair = {"ParameterName": "cluster-enabled", "ParameterValue": value}
        call(world, "ModifyCacheParameterGroup", CacheParameterGroupName=name, ParameterNameValues=[pair])
    make_pair(world, CacheParameterGroupName="plain")
    assert "should be enabled in parameter group" in refuse(world, ClusterMode="compatible")
    modify_now(world, ClusterMode="compatible", CacheParameterGroupName="sharded")
    assert clusters(world)[0]["CacheParameterGroup"]["CacheParameterGroupName"] == "sharded"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"NumCacheClusters": 2, "EngineVersion": "6.2", "AutomaticFailoverEnabled": True}, "engine version 6.2.6"),
        ({"NumCacheClusters": 2}, "Automatic failover must be enabled"),
    ],
)
def test_cluster_mode_has_conditions(world: World, members: dict[str, Any], text: str) -> None:
    make(world, **members)
    assert text in refuse(world, ClusterMode="compatible")


def test_an_enabled_cluster_mode_stays(world: World) -> None:
    make_cluster(world)
    assert "from enabled to compatible" in refuse(world, ClusterMode="compatible")
