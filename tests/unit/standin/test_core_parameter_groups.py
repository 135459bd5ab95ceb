# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.world import World
from tests.standin.data.families import FAMILIES
from tests.unit.standin.core_calls import User, call, new_world, refusal


@pytest.fixture
def world() -> World:
    world = new_world()
    call(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="Mine",
        CacheParameterGroupFamily="redis6.x",
        Description="mine",
    )
    return world


def pairs(**values: Any) -> list[dict[str, str]]:
    return [{"ParameterName": name.replace("_", "-"), "ParameterValue": str(value)} for name, value in values.items()]


def modify(world: World, **values: Any) -> dict[str, Any]:
    return call(world, "ModifyCacheParameterGroup", CacheParameterGroupName="mine", ParameterNameValues=pairs(**values))


def refused(world: World, **values: Any) -> tuple[str, str]:
    error = refusal(
        world, "ModifyCacheParameterGroup", CacheParameterGroupName="mine", ParameterNameValues=pairs(**values)
    )
    return error.code, error.message


def settle(world: World) -> None:
    world.clock.advance(world.durations.parameter_apply)


def shown(world: World, name: str = "mine", **filters: Any) -> dict[str, dict[str, Any]]:
    answer = call(world, "DescribeCacheParameters", CacheParameterGroupName=name, **filters)
    return {row["ParameterName"]: row for row in answer["Parameters"]}


def test_every_family_has_its_defaults_from_the_start() -> None:
    groups = call(new_world(), "DescribeCacheParameterGroups")["CacheParameterGroups"]
    names = [group["CacheParameterGroupName"] for group in groups]
    assert names == sorted(names)
    for family in FAMILIES:
        assert {f"default.{family}", f"default.{family}.cluster.on"} <= set(names)


def test_a_new_group_is_shown_in_lower_case_with_its_arn(world: World) -> None:
    answer = call(world, "DescribeCacheParameterGroups", CacheParameterGroupName="MINE")
    assert answer["CacheParameterGroups"] == [
        {
            "CacheParameterGroupName": "mine",
            "CacheParameterGroupFamily": "redis6.x",
            "Description": "mine",
            "IsGlobal": False,
            "ARN": "arn:aws:elasticache:us-east-1:123456789012:parametergroup:mine",
        }
    ]


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        (
            {"CacheParameterGroupName": "mine"},
            "CacheParameterGroupAlreadyExists",
            "Parameter group mine already exists",
        ),
        ({"CacheParameterGroupName": "has.dot"}, "InvalidParameterValue", "not a valid identifier"),
        ({"CacheParameterGroupFamily": "redis7.2"}, "InvalidParameterValue", "redis7.2 is not a valid parameter group"),
        ({"Description": " "}, "InvalidParameterValue", "Description"),
    ],
)
def test_groups_that_are_not_created(world: World, members: dict[str, str], code: str, text: str) -> None:
    usual = {"CacheParameterGroupName": "other", "CacheParameterGroupFamily": "redis7", "Description": "d"}
    error = refusal(world, "CreateCacheParameterGroup", **(usual | members))
    assert error.code == code
    assert text in error.message


def test_there_are_three_hundred_groups_at_most(world: World) -> None:
    for number in range(299):
        call(
            world,
            "CreateCacheParameterGroup",
            CacheParameterGroupName=f"group{number}",
            CacheParameterGroupFamily="redis7",
            Description="d",
        )
    error = refusal(
        world,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="onemore",
        CacheParameterGroupFamily="redis7",
        Description="d",
    )
    assert error.code == "CacheParameterGroupQuotaExceeded"


def test_a_set_value_is_the_users_and_the_rest_stays_the_systems(world: World) -> None:
    modify(world, timeout=300, notify_keyspace_events="AKE")
    rows = shown(world)
    assert (rows["timeout"]["ParameterValue"], rows["timeout"]["Source"]) == ("300", "user")
    assert rows["notify-keyspace-events"]["ParameterValue"] == "AKE"
    assert rows["tcp-keepalive"]["Source"] == "system"
    assert len(rows) == len(FAMILIES["redis6.x"].parameters)
    assert set(shown(world, Source="user")) == {"timeout", "notify-keyspace-events"}
    assert "timeout" not in shown(world, Source="system")
    assert shown(world, Source="engine-default") == {}


def test_members_that_the_service_has_nothing_for_are_absent(world: World) -> None:
    row = shown(world)["notify-keyspace-events"]
    assert "ParameterValue" not in row
    assert "AllowedValues" not in row


def test_minimum_versions_are_the_familys_or_the_rows_own(world: World) -> None:
    rows = shown(world)
    assert rows["timeout"]["MinimumEngineVersion"] == "6.0.0"
    assert rows["acl-pubsub-default"]["MinimumEngineVersion"] == "6.2.0"


def test_node_type_specific_parameters_come_in_their_own_list(world: World) -> None:
    answer = call(world, "DescribeCacheParameters", CacheParameterGroupName="mine")
    by_name = {row["ParameterName"]: row for row in answer["CacheNodeTypeSpecificParameters"]}
    values = {row["CacheNodeType"]: row["Value"] for row in by_name["maxmemory"]["CacheNodeTypeSpecificValues"]}
    assert values["cache.t4g.micro"] == "536870912"
    assert not set(by_name) & set(shown(world))


def test_engine_defaults_know_no_group() -> None:
    answer = call(new_world(), "DescribeEngineDefaultParameters", CacheParameterGroupFamily="valkey8")
    defaults = answer["EngineDefaults"]
    assert {row["Source"] for row in defaults["Parameters"]} == {"system"}
    error = refusal(new_world(), "DescribeEngineDefaultParameters", CacheParameterGroupFamily="redis6.2")
    assert error.code == "InvalidParameterValue"


def test_the_cluster_mode_default_differs_in_one_value() -> None:
    world = new_world()
    off, on = shown(world, "default.redis7"), shown(world, "default.redis7.cluster.on")
    differing = [name for name in off if off[name] != on[name]]
    assert differing == ["cluster-enabled"]
    assert on["cluster-enabled"]["ParameterValue"] == "yes"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"timeout": "5"}, "Allowed values are: 0,20-"),
        ({"maxmemory_policy": "random"}, "Allowed values are: volatile-lru"),
        ({"appendonly": "yes"}, "The parameter appendonly cannot be modified."),
        ({"maxclients": "100"}, "The parameter maxclients cannot be modified."),
        ({"requirepass": "x"}, "Could not find parameter with name: requirepass"),
    ],
)
def test_values_that_are_refused_change_nothing(world: World, values: dict[str, str], text: str) -> None:
    code, message = refused(world, tcp_keepalive=60, **values)
    assert code == "InvalidParameterValue"
    assert text in message
    assert shown(world, Source="user") == {}


def test_twenty_parameters_at_a_time(world: World) -> None:
    names = [row.name for row in FAMILIES["redis6.x"].parameters.values() if row.modifiable and row.default][:21]
    rows = FAMILIES["redis6.x"].parameters
    values = {name.replace("-", "_"): rows[name].default for name in names}
    assert refused(world, **values) == (
        "InvalidParameterCombination",
        "Cannot modify more than 20 parameters in a single request",
    )
    values.popitem()
    modify(world, **values)
    assert len(shown(world, Source="user")) == 20


def test_a_change_is_pending_for_a_while(world: World) -> None:
    modify(world, timeout=300)
    code, message = refused(world, timeout=60)
    assert code == "InvalidCacheParameterGroupState"
    assert message == "Cannot modify the parameter group because the parameter timeout has pending changes."
    settle(world)
    modify(world, timeout=60)
    assert shown(world)["timeout"]["ParameterValue"] == "60"


def test_users_of_the_group_hear_of_a_change_when_it_is_applied(world: World) -> None:
    heard: list[str] = []
    world.on_parameter_group_changed.append(heard.append)
    modify(world, timeout=300)
    assert heard == []
    settle(world)
    assert heard == ["mine"]
    modify(world, timeout=300)
    settle(world)
    assert heard == ["mine"]


def test_some_are_set_only_while_nothing_uses_the_group(world: World) -> None:
    modify(world, cluster_enabled="yes", databases=32)
    settle(world)
    world.replication_groups["orders"] = User("orders", parameter_group="mine")
    assert refused(world, cluster_enabled="no") == (
        "InvalidParameterValue",
        "The parameter cluster-enabled cannot be modified.",
    )
    modify(world, timeout=300)


def test_default_groups_are_not_changed() -> None:
    error = refusal(
        new_world(),
        "ModifyCacheParameterGroup",
        CacheParameterGroupName="default.redis7",
        ParameterNameValues=pairs(timeout=300),
    )
    assert error.code == "InvalidParameterValue"
    error = refusal(new_world(), "DeleteCacheParameterGroup", CacheParameterGroupName="default.redis7")
    assert "not a valid identifier" in error.message


def test_resetting_some_or_all(world: World) -> None:
    modify(world, timeout=300, tcp_keepalive=60)
    settle(world)
    call(
        world, "ResetCacheParameterGroup", CacheParameterGroupName="mine", ParameterNameValues=pairs(timeout="ignored")
    )
    assert set(shown(world, Source="user")) == {"tcp-keepalive"}
    settle(world)
    call(world, "ResetCacheParameterGroup", CacheParameterGroupName="mine", ResetAllParameters=True)
    assert shown(world, Source="user") == {}


def test_resetting_a_pending_parameter_has_the_services_text(world: World) -> None:
    modify(world, timeout=300)
    error = refusal(world, "ResetCacheParameterGroup", CacheParameterGroupName="mine", ResetAllParameters=True)
    assert error.message == "Cannot reset the parameter group because the parameter timeout has pending changes."


@pytest.mark.parametrize("members", [{}, {"ResetAllParameters": True, "ParameterNameValues": pairs(timeout=0)}])
def test_a_reset_names_all_or_some(world: World, members: dict[str, Any]) -> None:
    error = refusal(world, "ResetCacheParameterGroup", CacheParameterGroupName="mine", **members)
    assert error.code == "InvalidParameterCombination"


def test_a_group_in_use_is_not_deleted(world: World) -> None:
    world.replication_groups["orders"] = User("orders", parameter_group="mine")
    error = refusal(world, "DeleteCacheParameterGroup", CacheParameterGroupName="mine")
    assert error.code == "InvalidCacheParameterGroupState"
    world.replication_groups.clear()
    call(world, "DeleteCacheParameterGroup", CacheParameterGroupName="MINE")
    assert refusal(world, "DeleteCacheParameterGroup", CacheParameterGroupName="mine").code == (
        "CacheParameterGroupNotFound"
    )


def test_effective_values_are_the_set_ones_over_the_familys(world: World) -> None:
    modify(world, timeout=300)
    group = world.parameter_groups["mine"]
    assert group.effective("timeout") == "300"
    assert group.effective("maxmemory-policy") == "volatile-lru"
    assert group.effective("notify-keyspace-events") is None
    assert "notify-keyspace-events" not in group.effective_all()
    assert world.parameter_groups["default.redis7.cluster.on"].effective("cluster-enabled") == "yes"
