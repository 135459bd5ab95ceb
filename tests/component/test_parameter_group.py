# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_parameter_group and its _info twin against the stand-in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.observe import observe_all
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted

from tests.component.parameter_groups import AS_SET, GROUP, NAME, POSSIBLE, SELF_HOSTED, module_on, with_vibewell
from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud, Module


@pytest.fixture
def group(cloud: Cloud) -> Module:
    return module_on(cloud)


@pytest.fixture
def vibewell(cloud: Cloud) -> Module:
    return with_vibewell(cloud)


def in_use(module: Module) -> Module:
    module.cloud.make_cache("vibewell-redis", CacheParameterGroupName=NAME)
    return module


# --- every option: foretold, changed, repeated


def test_a_group_is_created_with_everything(group: Module) -> None:
    outcome = group.changes(**GROUP, parameters=POSSIBLE, tags={"Project": "vibewell"})
    assert outcome.before is None
    assert outcome.after.parameters == AS_SET
    assert outcome.after.tags == {"Project": "vibewell"}
    assert outcome.after.arn.endswith(f":parametergroup:{NAME}")
    assert (outcome.after.family, outcome.after.description) == ("redis6.x", "VibeWell production")
    assert group.cloud.changes() == ["CreateCacheParameterGroup", "ModifyCacheParameterGroup"]


def test_a_repeat_costs_three_reads(vibewell: Module) -> None:
    before = len(vibewell.cloud.calls())
    vibewell.run(**GROUP, parameters=POSSIBLE, tags={"Project": "vibewell"})
    assert vibewell.cloud.calls()[before:] == [
        "DescribeCacheParameterGroups",
        "DescribeCacheParameters",
        "ListTagsForResource",
    ]


def test_the_name_has_no_case(vibewell: Module) -> None:
    assert not vibewell.run(parameter_group_name=NAME.upper(), parameters=POSSIBLE).changed


@pytest.mark.parametrize(
    ("change", "as_set"),
    [
        ({"timeout": 600}, {"timeout": "600"}),
        ({"activedefrag": True}, {"activedefrag": "yes"}),
        ({"maxmemory-policy": "NoEviction"}, {"maxmemory-policy": "noeviction"}),
        ({"rename-commands": "FLUSHALL a1 FLUSHDB b2"}, {"rename-commands": "FLUSHALL a1 FLUSHDB b2"}),
        ({"slowlog-log-slower-than": -1}, {"slowlog-log-slower-than": "-1"}),
        ({"databases": 32, "cluster-enabled": True}, {"databases": "32", "cluster-enabled": "yes"}),
    ],
)
def test_parameters_are_changed(vibewell: Module, change: dict[str, Any], as_set: dict[str, str]) -> None:
    done = vibewell.changes(parameter_group_name=NAME, parameters={**POSSIBLE, **change})
    assert done.after.parameters == {**AS_SET, **as_set}


@pytest.mark.parametrize("vanished", [{"timeout"}, {"notify-keyspace-events", "maxmemory-policy"}, set(POSSIBLE)])
def test_parameters_that_vanish_are_reset(vibewell: Module, vanished: set[str]) -> None:
    left = {name: value for name, value in POSSIBLE.items() if name not in vanished}
    done = vibewell.changes(parameter_group_name=NAME, parameters=left)
    assert set(done.after.parameters) == set(left)


def test_a_parameter_is_emptied(vibewell: Module) -> None:
    done = vibewell.changes(parameter_group_name=NAME, parameters={**POSSIBLE, "notify-keyspace-events": ""})
    assert done.after.table["notify-keyspace-events"].value == ""


def test_the_diff_has_the_parameters_that_differ(vibewell: Module) -> None:
    plan = vibewell.run(True, parameter_group_name=NAME, parameters={**POSSIBLE, "timeout": 600}).plan
    assert [(change.field, change.before, change.after) for change in plan.changes] == [
        ("parameters", {"timeout": "300"}, {"timeout": "600"})
    ]


def test_a_default_that_is_named_needs_no_call(vibewell: Module) -> None:
    named = {**POSSIBLE, "hash-max-ziplist-entries": 512, "activedefrag": False, "cluster-enabled": "no"}
    assert not vibewell.run(parameter_group_name=NAME, parameters=named).changed


def test_purge_parameters(vibewell: Module) -> None:
    kept = vibewell.changes(parameter_group_name=NAME, parameters={"timeout": 600}, purge_parameters=False)
    assert kept.after.parameters == {**AS_SET, "timeout": "600"}
    purged = vibewell.changes(parameter_group_name=NAME, parameters={"timeout": 600}, purge_parameters=True)
    assert purged.after.parameters == {"timeout": "600"}


def test_what_is_not_given_is_not_managed(vibewell: Module) -> None:
    assert not vibewell.run(parameter_group_name=NAME).changed


def test_tags(vibewell: Module) -> None:
    added = vibewell.changes(parameter_group_name=NAME, tags={"Team": "web"}, purge_tags=False)
    assert added.after.tags == {"Project": "vibewell", "Team": "web"}
    replaced = vibewell.changes(parameter_group_name=NAME, tags={"Team": "data"})
    assert replaced.after.tags == {"Team": "data"}
    assert vibewell.changes(parameter_group_name=NAME, tags={}).after.tags == {}


def test_a_group_is_deleted(vibewell: Module) -> None:
    assert vibewell.changes(parameter_group_name=NAME, state="absent").after is None


@pytest.mark.parametrize("family", ["redis5.0", "redis7", "valkey7", "valkey8", "valkey9"])
def test_every_family_of_the_service_will_do(group: Module, family: str) -> None:
    created = group.changes(**{**GROUP, "family": family}, parameters={"timeout": 300})
    assert created.after.family == family


# --- refusals, all before anything is sent


@pytest.mark.parametrize("change", [{"family": "redis7"}, {"description": "other"}])
def test_what_is_fixed_at_creation(vibewell: Module, change: dict[str, str]) -> None:
    refused = vibewell.refuses(**{**GROUP, **change})
    assert "Create a group of another name" in str(refused)
    assert refused.plan is not None
    assert refused.plan.disruption.value == "replacement"


def test_creation_without_family_and_description(group: Module) -> None:
    assert len(group.refuses(parameter_group_name=NAME, parameters=POSSIBLE).problems) == 2


def test_a_family_that_there_is_not(group: Module) -> None:
    refused = group.refuses(**{**GROUP, "family": "redis6.2"}, parameters=POSSIBLE)
    assert "family: redis6.2 is none that this region has" in str(refused)
    assert "redis6.x, redis7, valkey7" in str(refused)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_group_of_the_service(group: Module, state: str) -> None:
    refused = group.refuses(parameter_group_name="default.redis7", parameters={"timeout": 300}, state=state)
    assert "Make a group of your own" in str(refused)


@pytest.mark.parametrize("is_new", [True, False])
def test_all_parameters_are_judged_at_once(group: Module, is_new: bool) -> None:
    if not is_new:
        group.run(**GROUP)
    unknown = {"requirepass": "x", "rename-command": "FLUSHALL a"}
    wrong = {**SELF_HOSTED, **unknown, "timeout": 19, "hll-sparse-max-bytes": "1kb"}
    problems = group.refuses(**GROUP, parameters=wrong).problems
    assert [problem.partition(":")[0].removeprefix("parameters.") for problem in problems] == [
        "appendfsync",
        "appendonly",
        "hll-sparse-max-bytes",
        "maxclients",
        "rename-command",
        "requirepass",
        "timeout",
    ]


def test_a_self_hosted_inventory_is_kept_with_warnings(group: Module) -> None:
    done = group.changes(**GROUP, parameters=SELF_HOSTED, unsupported_parameters="warn")
    assert done.after.parameters == AS_SET
    assert [warning.partition(":")[0] for warning in done.warnings] == [
        "parameters.appendfsync",
        "parameters.appendonly",
        "parameters.maxclients",
    ]


def test_a_wrong_value_is_refused_with_warnings_on_as_well(group: Module) -> None:
    parameters = {**SELF_HOSTED, "timeout": 19}
    (problem,) = group.refuses(**GROUP, parameters=parameters, unsupported_parameters="warn").problems
    assert problem.startswith("parameters.timeout: '19'")


# --- groups in use


@pytest.mark.parametrize("name", ["databases", "cluster-enabled", "activerehashing"])
def test_what_is_fixed_while_a_cache_uses_the_group(vibewell: Module, name: str) -> None:
    wanted = {"databases": 32, "cluster-enabled": True, "activerehashing": False}[name]
    refused = in_use(vibewell).refuses(parameter_group_name=NAME, parameters={**POSSIBLE, name: wanted})
    told = "it can only be changed while no cache uses the group; vibewell-redis does."
    assert f"parameters.{name}: {told}" in str(refused)


def test_what_was_set_before_the_cache_came_is_not_reset(vibewell: Module) -> None:
    vibewell.run(parameter_group_name=NAME, parameters={**POSSIBLE, "databases": 32})
    in_use(vibewell)
    assert not vibewell.run(parameter_group_name=NAME, parameters={**POSSIBLE, "databases": 32}).changed
    assert "would be reset" in str(vibewell.refuses(parameter_group_name=NAME, parameters=POSSIBLE))


def test_other_parameters_change_under_a_cache(vibewell: Module) -> None:
    in_use(vibewell).changes(parameter_group_name=NAME, parameters={**POSSIBLE, "timeout": 600})


def test_a_group_in_use_is_not_deleted(vibewell: Module) -> None:
    refused = in_use(vibewell).refuses(parameter_group_name=NAME, state="absent")
    assert f"{NAME} is used by vibewell-redis" in str(refused)


def test_a_group_whose_cache_is_going_is_deleted_after_it(vibewell: Module) -> None:
    in_use(vibewell).cloud.delete_cache("vibewell-redis")
    outcome = vibewell.run(parameter_group_name=NAME, state="absent")
    assert outcome.after is None
    assert vibewell.cloud.changes().count("DeleteCacheParameterGroup") > 1


def test_waiting_for_a_cache_has_an_end(vibewell: Module) -> None:
    in_use(vibewell).cloud.delete_cache("vibewell-redis")
    with pytest.raises(Interrupted, match="still members of this parameter group"):
        vibewell.run(parameter_group_name=NAME, state="absent", wait_timeout=5)


# --- the _info twin


def groups_found(cloud: Cloud, name: str | None, include_defaults: bool = False) -> list[dict[str, Any]]:
    return observe_all(cloud.session, {"parameter_group_name": name, "include_defaults": include_defaults})


def test_info_tells_of_one_group(vibewell: Module) -> None:
    (found,) = groups_found(vibewell.cloud, NAME)
    assert found["parameters"] == AS_SET
    assert found["tags"] == {"Project": "vibewell"}


def test_info_tells_of_all_groups_and_of_none(vibewell: Module) -> None:
    names = {each["parameter_group_name"] for each in groups_found(vibewell.cloud, None)}
    assert {NAME, "default.redis7", "default.valkey8.cluster.on"} <= names
    assert groups_found(vibewell.cloud, "nobodys") == []


def test_info_tells_what_a_family_offers(cloud: Cloud) -> None:
    (found,) = groups_found(cloud, "default.redis6.x", include_defaults=True)
    by_name = {each["name"]: each for each in found["all_parameters"]}
    assert by_name["timeout"]["allowed_values"] == "0,20-"
    assert by_name["maxmemory"]["is_modifiable"] is False
    assert by_name["rename-commands"]["minimum_engine_version"]


# --- the module itself


def test_the_module_in_a_playbook(playbooks: Playbooks) -> None:
    module = "redisops.cache.elasticache_parameter_group"
    wanted = {**GROUP, "parameters": SELF_HOSTED, "unsupported_parameters": "warn"}
    foretold, created, repeated, read = playbooks.play(
        [
            {module: wanted, "check_mode": True},
            {module: wanted},
            {module: wanted},
            {f"{module}_info": {"name": NAME}},
        ]
    )
    assert foretold["plan"] == created["plan"]
    assert foretold["diff"] == created["diff"]
    assert (foretold["changed"], created["changed"], repeated["changed"], read["changed"]) == (True, True, False, False)
    assert foretold["parameter_group"] is None
    assert created["parameter_group"] == repeated["parameter_group"] == read["parameter_groups"][0]
    assert len(created["warnings"]) == len(repeated["warnings"]) == 3


def test_the_module_refuses_in_a_playbook(playbooks: Playbooks) -> None:
    (failed,) = playbooks.play([{"redisops.cache.elasticache_parameter_group": {**GROUP, "parameters": SELF_HOSTED}}])
    assert failed["failed"] is True
    assert len(failed["problems"]) == 3
    assert failed["msg"].startswith("3 problems:\n1. parameters.appendfsync:")
    assert failed["plan"]["action"] == "create"
