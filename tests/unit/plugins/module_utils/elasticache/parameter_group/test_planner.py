# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a parameter group, and what is refused before anything is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.planner import (
    BATCH,
    plan_changes,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.surroundings import (
    CacheUser,
    Surroundings,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption, Plan, Step

from tests.unit.plugins.module_utils.elasticache.parameter_group.samples import (
    ARN,
    COUNTERS,
    DESCRIPTION,
    FAMILY,
    NAME,
    VIBEWELL,
    create,
    make_state,
    plan_for,
)

SELF_HOSTED = {
    "maxmemory-policy": "allkeys-lru",
    "appendonly": True,
    "appendfsync": "everysec",
    "maxclients": 10000,
    "timeout": 300,
    "notify-keyspace-events": "AKE",
}
POSSIBLE = {"maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "AKE", "timeout": "300"}


def modify(**values: str) -> Step:
    named = {name.replace("_", "-"): value for name, value in values.items()}
    pairs = [{"ParameterName": name, "ParameterValue": value} for name, value in named.items()]
    arguments = {"CacheParameterGroupName": NAME, "ParameterNameValues": pairs}
    return Step("modify_cache_parameter_group", arguments, ("parameters",))


def reset(*names: str) -> Step:
    arguments = {"CacheParameterGroupName": NAME, "ParameterNameValues": [{"ParameterName": name} for name in names]}
    return Step("reset_cache_parameter_group", arguments, ("parameters",))


def batch_sizes(plan: Plan) -> list[tuple[str, int]]:
    return [(step.operation.partition("_")[0], len(step.arguments["ParameterNameValues"])) for step in plan.steps]


# --- creation


def test_a_group_is_created_and_then_set() -> None:
    plan = create(parameters={"timeout": 300, "tcp-keepalive": 300}, tags={"Project": "vibewell"})
    assert plan == Plan(
        "create",
        (
            Change("state", "absent", "present"),
            Change("family", None, FAMILY),
            Change("description", None, DESCRIPTION),
            Change("parameters", None, {"timeout": "300"}),
            Change("tags", None, {"Project": "vibewell"}),
        ),
        (
            Step(
                "create_cache_parameter_group",
                {
                    "CacheParameterGroupName": NAME,
                    "CacheParameterGroupFamily": FAMILY,
                    "Description": DESCRIPTION,
                    "Tags": [{"Key": "Project", "Value": "vibewell"}],
                },
                ("family", "description", "tags"),
            ),
            modify(timeout="300"),
        ),
    )


@pytest.mark.parametrize("parameters", [None, {}, {"tcp-keepalive": 300, "activedefrag": False}])
def test_defaults_are_not_set(parameters: dict[str, Any] | None) -> None:
    plan = create(parameters=parameters)
    assert len(plan.steps) == 1
    assert plan.change("parameters") is None


def test_what_creation_needs_is_told_at_once() -> None:
    assert plan_for(None, description="").refusals == (
        f"family: required to create {NAME}.",
        f"description: required to create {NAME}.",
    )


def test_an_unknown_family_is_refused_with_those_that_there_are() -> None:
    spec = build_spec(
        {"parameter_group_name": NAME, "family": "redis6.2", "description": "a", "parameters": {"timeout": 300}}
    )
    plan = plan_changes(spec, None, Surroundings(families=("redis6.x", "redis7")))
    assert plan.refusals == ("family: redis6.2 is none that this region has. It has: redis6.x, redis7.",)


def test_a_new_group_takes_what_is_fixed_once_a_cache_uses_it() -> None:
    plan = create(parameters={"cluster-enabled": True, "databases": 32})
    assert plan.refusals == ()
    assert plan.steps[1:] == (modify(cluster_enabled="yes", databases="32"),)


def test_parameters_are_judged_before_creation() -> None:
    refusals = create(parameters={**SELF_HOSTED, "timeout": 19}).refusals
    assert [each.partition(":")[0] for each in refusals] == [
        "parameters.appendfsync",
        "parameters.appendonly",
        "parameters.maxclients",
        "parameters.timeout",
    ]


# --- what differs


def test_only_what_differs_is_sent() -> None:
    state = make_state({"timeout": "300"})
    plan = plan_for(state, parameters={"timeout": 300, "tcp-keepalive": 60, "activedefrag": "no"})
    assert plan.changes == (Change("parameters", {"tcp-keepalive": "300"}, {"tcp-keepalive": "60"}),)
    assert plan.steps == (modify(tcp_keepalive="60"),)
    assert plan.disruption is Disruption.NONE


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        {"timeout": 300},
        {"timeout": "0300"},
        {"Timeout": 300.0},
        {"timeout": 300, "tcp-keepalive": 300, "activedefrag": False, "rename-commands": ""},
        {"timeout": 300, "notify-keyspace-events": "", "maxmemory-policy": "Volatile-LRU"},
    ],
)
def test_what_is_as_wanted_needs_nothing(parameters: dict[str, Any] | None) -> None:
    assert plan_for(make_state({"timeout": "300"}), parameters=parameters) == Plan()


def test_what_vanished_is_reset_before_anything_is_set() -> None:
    state = make_state({"timeout": "300", "tcp-keepalive": "60"})
    plan = plan_for(state, parameters={"maxmemory-policy": "noeviction", "tcp-keepalive": 60})
    assert plan.steps == (reset("timeout"), modify(maxmemory_policy="noeviction"))
    assert plan.changes == (
        Change(
            "parameters",
            {"maxmemory-policy": "volatile-lru", "timeout": "300"},
            {"maxmemory-policy": "noeviction", "timeout": "0"},
        ),
    )


def test_an_empty_dictionary_resets_all_and_none_resets_nothing() -> None:
    state = make_state({"timeout": "300", "tcp-keepalive": "300"})
    assert plan_for(state, parameters={}).steps == (reset("tcp-keepalive", "timeout"),)
    assert plan_for(state).is_empty


def test_without_purge_what_is_not_named_stays() -> None:
    state = make_state({"timeout": "300"})
    assert plan_for(state, parameters={"tcp-keepalive": 60}, purge_parameters=False).steps == (
        modify(tcp_keepalive="60"),
    )
    assert plan_for(state, parameters={}, purge_parameters=False).is_empty


def test_an_empty_value_is_had_by_resetting() -> None:
    state = make_state({"notify-keyspace-events": "AKE", "timeout": "300"})
    plan = plan_for(state, parameters={"notify-keyspace-events": "", "timeout": 300})
    assert plan.steps == (reset("notify-keyspace-events"),)
    assert plan.changes == (Change("parameters", {"notify-keyspace-events": "AKE"}, {"notify-keyspace-events": ""}),)


@pytest.mark.parametrize(("count", "sizes"), [(19, [19]), (20, [20]), (21, [20, 1]), (45, [20, 20, 5])])
def test_changes_go_in_batches(count: int, sizes: list[int]) -> None:
    names = COUNTERS[:count]
    setting = plan_for(make_state(), parameters=dict.fromkeys(names, 7))
    assert batch_sizes(setting) == [("modify", size) for size in sizes]
    resetting = plan_for(make_state(dict.fromkeys(names, "7")), parameters={})
    assert batch_sizes(resetting) == [("reset", size) for size in sizes]
    sent = [pair["ParameterName"] for step in setting.steps for pair in step.arguments["ParameterNameValues"]]
    assert sent == list(names)
    assert BATCH == 20


def test_tags_come_last() -> None:
    plan = plan_for(make_state(tags={"Old": "1"}), parameters={"timeout": 300}, tags={"New": "1"})
    assert [step.operation for step in plan.steps] == [
        "modify_cache_parameter_group",
        "remove_tags_from_resource",
        "add_tags_to_resource",
    ]
    assert plan.steps[1].arguments == {"ResourceName": ARN, "TagKeys": ["Old"]}
    assert [change.field for change in plan.changes] == ["parameters", "tags"]


def test_tags_that_cannot_be_read_are_left_and_told() -> None:
    plan = plan_for(replace(make_state(), tags=None), tags={"New": "1"})
    assert plan.is_empty
    assert len(plan.warnings) == 1


# --- what nothing changes


@pytest.mark.parametrize(("option", "value"), [("family", "redis7"), ("description", "other")])
def test_what_is_fixed_at_creation_is_refused_with_the_way_round(option: str, value: str) -> None:
    plan = plan_for(make_state(), **{option: value})
    (refusal,) = plan.refusals
    assert refusal.startswith(f"{option}: {NAME} was created with")
    assert "Create a group of another name" in refusal
    assert plan.disruption is Disruption.REPLACEMENT
    assert (plan.action, plan.steps) == ("modify", ())


def test_the_family_has_no_case() -> None:
    assert plan_for(make_state(), family="REDIS6.X").is_empty


def test_everything_that_speaks_against_it_is_told_at_once() -> None:
    plan = plan_for(make_state(), family="redis7", description="other", parameters={"timeout": 5, "save": ""})
    assert [each.partition(":")[0] for each in plan.refusals] == [
        "family",
        "description",
        "parameters.save",
        "parameters.timeout",
    ]


# --- unsupported parameters


def test_unsupported_parameters_are_refused_with_what_to_use_instead() -> None:
    refusals = plan_for(make_state(), parameters={**SELF_HOSTED, "requirepass": "x", "tmeout": 3}).refusals
    told = dict(each.split(": ", 1) for each in refusals)
    assert list(told) == [
        "parameters.appendfsync",
        "parameters.appendonly",
        "parameters.maxclients",
        "parameters.requirepass",
        "parameters.tmeout",
    ]
    assert "the service lets nobody change it" in told["parameters.appendonly"]
    assert "46,000" in told["parameters.maxclients"]
    assert "redis6.x has no such parameter" in told["parameters.requirepass"]
    assert "Is `timeout` meant?" in told["parameters.tmeout"]


def test_a_fixed_parameter_is_unsupported_whatever_its_value() -> None:
    """What the table shows need not be so: `maxclients` shows 65,000 for every node type."""
    assert len(plan_for(make_state(), parameters={"maxclients": 65000, "appendfsync": "everysec"}).refusals) == 2


def test_one_value_per_node_type_is_fixed_as_well() -> None:
    (refusal,) = plan_for(make_state(), parameters={"maxmemory": "100mb"}).refusals
    assert "the service lets nobody change it. Memory comes with the `node_type`" in refusal


def test_with_warnings_they_are_left_out_and_told_every_time() -> None:
    first = create(parameters=SELF_HOSTED, unsupported_parameters="warn")
    change = first.change("parameters")
    assert change is not None
    assert change.after == POSSIBLE
    again = plan_for(make_state(POSSIBLE), parameters=SELF_HOSTED, unsupported_parameters="warn")
    assert again.is_empty
    assert again.warnings == first.warnings
    assert [each.partition(":")[0] for each in again.warnings] == [
        "parameters.appendfsync",
        "parameters.appendonly",
        "parameters.maxclients",
    ]
    assert all(each.endswith("Left out, as `unsupported_parameters=warn` says.") for each in again.warnings)


def test_a_wrong_value_is_refused_in_either_case() -> None:
    for mode in ("refuse", "warn"):
        plan = plan_for(make_state(), parameters={"timeout": 19}, unsupported_parameters=mode)
        assert plan.refusals == ("parameters.timeout: '19' is none of the allowed values, 0,20-.",)


# --- groups in use


def test_what_is_fixed_in_use_is_refused_with_the_users() -> None:
    plan = plan_for(make_state(), (VIBEWELL,), parameters={"databases": 32}, unsupported_parameters="warn")
    (refusal,) = plan.refusals
    assert "only be changed while no cache uses the group; vibewell-redis does." in refusal
    assert "restore" in refusal


def test_what_is_fixed_in_use_may_be_named_as_it_is() -> None:
    state = make_state({"databases": "32"})
    assert plan_for(state, (VIBEWELL,), parameters={"databases": 32}) == Plan()


def test_what_is_fixed_in_use_is_not_reset_in_silence() -> None:
    state = make_state({"databases": "32"})
    (refusal,) = plan_for(state, (VIBEWELL,), parameters={}).refusals
    assert "it is not named, hence would be reset, but it can only be changed while no cache" in refusal
    assert plan_for(state, (VIBEWELL,), parameters={}, purge_parameters=False).is_empty
    assert plan_for(state, (), parameters={}).steps == (reset("databases"),)


def test_where_users_are_not_known_the_service_judges() -> None:
    plan = plan_for(make_state(), None, parameters={"databases": 32})
    assert plan.refusals == ()
    assert plan.steps == (modify(databases="32"),)


def test_what_was_set_once_and_is_fixed_now_stays() -> None:
    plan = plan_for(make_state({"appendonly": "yes"}), parameters={})
    assert plan.is_empty
    assert "now it stays as it is" in plan.warnings[0]


@pytest.mark.parametrize("users", [(VIBEWELL,), None])
def test_caches_in_use_need_a_reboot_for_some(users: tuple[CacheUser, ...] | None) -> None:
    (warning,) = plan_for(make_state(), users, parameters={"lru-clock": 5, "timeout": 300}).warnings
    assert warning.startswith("lru-clock: caches in use take it over when their nodes are rebooted")


def test_without_caches_nothing_needs_a_reboot() -> None:
    assert plan_for(make_state(), (), parameters={"lru-clock": 5}).warnings == ()


def test_a_change_reaches_every_region_of_a_global_datastore() -> None:
    state = make_state(IsGlobal=True)
    assert "global datastore" in plan_for(state, parameters={"timeout": 300}).warnings[0]
    assert plan_for(state, parameters={"timeout": 0}).warnings == ()


# --- deletion


def test_a_group_is_deleted_once() -> None:
    assert plan_for(make_state(), state="absent") == Plan(
        "delete",
        (Change("state", "present", "absent"),),
        (Step("delete_cache_parameter_group", {"CacheParameterGroupName": NAME}, ("state",)),),
    )
    assert plan_for(None, state="absent") == Plan()


def test_a_group_in_use_is_not_deleted() -> None:
    users = (CacheUser("a", False), CacheUser("b", True), CacheUser("c", False))
    (refusal,) = plan_for(make_state(), users, state="absent").refusals
    assert refusal.startswith(f"state: {NAME} is used by a, c, and the service deletes no group in use.")


@pytest.mark.parametrize("users", [(), None, (CacheUser("b", True),)])
def test_a_cache_that_is_leaving_does_not_keep_the_group(users: tuple[CacheUser, ...] | None) -> None:
    assert plan_for(make_state(), users, state="absent").refusals == ()


def test_deletion_asks_nothing_of_the_other_options() -> None:
    plan = plan_for(make_state(), state="absent", family="redis7", parameters={"save": ""})
    assert plan.refusals == ()
    assert [change.field for change in plan.changes] == ["state"]
