# SPDX-License-Identifier: GPL-3.0-or-later
"""A parameter group bound to a session: which reads are made, when a call is repeated, and when not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import WaitTimeout
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.observe import observe_all
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.resource import ParameterGroup
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Conflict

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.parameter_group.samples import (
    ARN,
    DESCRIPTION,
    FAMILY,
    MAXMEMORY,
    NAME,
    ROWS,
    api_group,
    api_rows,
)

DELETE = Step("delete_cache_parameter_group", {"CacheParameterGroupName": NAME}, ("state",))
PENDING = "Cannot reset the parameter group because the parameter timeout has pending changes."
MEMBERS = (
    f"One or more cache clusters are still members of this parameter group {NAME}, so the group cannot be deleted."
)


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def answer_group(stubbed: StubbedSession, values: Mapping[str, str] | None = None) -> None:
    answers = stubbed.answers("elasticache")
    named = {"CacheParameterGroupName": NAME}
    rows = api_rows(values or {})
    answers.add_response("describe_cache_parameter_groups", {"CacheParameterGroups": [api_group()]}, named)
    page = {"Parameters": rows[:20], "CacheNodeTypeSpecificParameters": [MAXMEMORY], "Marker": "next"}
    answers.add_response("describe_cache_parameters", page, named)
    answers.add_response("describe_cache_parameters", {"Parameters": rows[20:]}, {**named, "Marker": "next"})
    answers.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})


def answer_missing(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error(
        "describe_cache_parameter_groups", "CacheParameterGroupNotFound", "Not found."
    )


def answer_defaults(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_response(
        "describe_engine_default_parameters",
        {"EngineDefaults": {"Parameters": list(ROWS.values()), "CacheNodeTypeSpecificParameters": [MAXMEMORY]}},
        {"CacheParameterGroupFamily": FAMILY},
    )


def answer_clusters(stubbed: StubbedSession, *statuses: str) -> None:
    clusters = [
        {
            "CacheClusterId": f"vibewell-redis-{number:03d}",
            "ReplicationGroupId": f"vibewell-{number}",
            "CacheClusterStatus": status,
            "CacheParameterGroup": {"CacheParameterGroupName": NAME},
        }
        for number, status in enumerate(statuses, 1)
    ]
    stubbed.answers("elasticache").add_response("describe_cache_clusters", {"CacheClusters": clusters})


def refuse(stubbed: StubbedSession, operation: str, message: str) -> None:
    stubbed.answers("elasticache").add_client_error(operation, "InvalidCacheParameterGroupState", message)


def resource(stubbed: StubbedSession, **params: Any) -> ParameterGroup:
    return ParameterGroup(stubbed.session, {"parameter_group_name": NAME, **params})


# --- reads


def test_a_group_as_wanted_is_read_and_nothing_else(stubbed: StubbedSession) -> None:
    answer_group(stubbed, {"timeout": "300"})
    group = resource(stubbed, family=FAMILY, description=DESCRIPTION, parameters={"timeout": 300})
    state, warnings = group.settle(check=False)
    assert warnings == ()
    assert group.plan(state).is_empty
    assert state is not None
    assert "maxmemory" in state.table


def test_a_harmless_change_asks_for_no_users(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    group = resource(stubbed, parameters={"timeout": 300})
    state, _warnings = group.settle(check=True)
    assert len(group.plan(state).steps) == 1


def test_the_familys_table_is_read_before_creation(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    answer_defaults(stubbed)
    group = resource(stubbed, family=FAMILY, description=DESCRIPTION, parameters={"timeout": 5, "save": ""})
    state, _warnings = group.settle(check=True)
    assert len(group.plan(state).refusals) == 2


def test_without_a_family_there_is_no_table_to_read(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    group = resource(stubbed, parameters={"timeout": 300})
    state, _warnings = group.settle(check=False)
    assert [each.partition(":")[0] for each in group.plan(state).refusals] == ["family", "description"]


def test_an_unknown_family_is_explained_by_those_that_there_are(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    answers = stubbed.answers("elasticache")
    answers.add_client_error("describe_engine_default_parameters", "InvalidParameterValue", "No valid family.")
    versions = [{"EngineVersion": "7.1", "CacheParameterGroupFamily": "redis7"}] * 2
    answers.add_response("describe_cache_engine_versions", {"CacheEngineVersions": versions})
    group = resource(stubbed, family="redis7.1", description=DESCRIPTION)
    state, _warnings = group.settle(check=False)
    assert group.plan(state).refusals == ("family: redis7.1 is none that this region has. It has: redis7.",)


def test_another_failure_to_read_the_table_is_told_as_it_is(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    stubbed.answers("elasticache").add_client_error("describe_engine_default_parameters", "AccessDenied", "No.")
    with pytest.raises(ServiceError, match="AccessDenied"):
        resource(stubbed, family=FAMILY, description=DESCRIPTION).settle(check=False)


@pytest.mark.parametrize("parameters", [{"databases": 32}, {"lru-clock": 5}])
def test_users_are_asked_for_where_it_matters(stubbed: StubbedSession, parameters: dict[str, Any]) -> None:
    answer_group(stubbed)
    answer_clusters(stubbed, "available")
    group = resource(stubbed, parameters=parameters)
    state, _warnings = group.settle(check=False)
    plan = group.plan(state)
    assert plan.refusals or plan.warnings


def test_a_reset_is_described_by_the_familys_defaults(stubbed: StubbedSession) -> None:
    answer_group(stubbed, {"timeout": "300"})
    answer_defaults(stubbed)
    group = resource(stubbed, parameters={})
    state, _warnings = group.settle(check=False)
    change = group.plan(state).change("parameters")
    assert change is not None
    assert change.after == {"timeout": "0"}


def test_users_that_cannot_be_read_are_a_warning(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    stubbed.answers("elasticache").add_client_error("describe_cache_clusters", "AccessDenied", "You may not.")
    group = resource(stubbed, state="absent")
    state, warnings = group.settle(check=False)
    assert "You may not" in warnings[0]
    assert group.plan(state).refusals == ()


def test_a_deletion_foretells_that_the_group_is_in_use(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    answer_clusters(stubbed, "available", "deleting")
    group = resource(stubbed, state="absent")
    state, _warnings = group.settle(check=True)
    (refusal,) = group.plan(state).refusals
    assert f"{NAME} is used by vibewell-1," in refusal


def test_a_group_that_goes_between_two_reads_is_gone(stubbed: StubbedSession) -> None:
    answers = stubbed.answers("elasticache")
    answers.add_response("describe_cache_parameter_groups", {"CacheParameterGroups": [api_group()]})
    answers.add_client_error("describe_cache_parameters", "CacheParameterGroupNotFound", "Not found.")
    assert observe_all(stubbed.session, {"parameter_group_name": None, "include_defaults": False}) == []


def test_the_whole_table_is_told_on_request(stubbed: StubbedSession) -> None:
    answer_group(stubbed, {"timeout": "300"})
    (found,) = observe_all(stubbed.session, {"parameter_group_name": NAME, "include_defaults": True})
    assert found["parameters"] == {"timeout": "300"}
    assert len(found["all_parameters"]) == len(ROWS) + 1
    (timeout,) = (each for each in found["all_parameters"] if each["name"] == "timeout")
    assert (timeout["value"], timeout["source"], timeout["allowed_values"]) == ("300", "user", "0,20-")


def test_otherwise_what_somebody_set_is_told_alone(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    (found,) = observe_all(stubbed.session, {"parameter_group_name": NAME, "include_defaults": False})
    assert "all_parameters" not in found
    assert "table" not in found


# --- calls


def test_pending_changes_are_waited_out(stubbed: StubbedSession) -> None:
    for _attempt in range(3):
        refuse(stubbed, "reset_cache_parameter_group", PENDING)
    stubbed.answers("elasticache").add_response("reset_cache_parameter_group", {})
    arguments = {"CacheParameterGroupName": NAME, "ParameterNameValues": [{"ParameterName": "timeout"}]}
    resource(stubbed).execute(Step("reset_cache_parameter_group", arguments, ("parameters",)))
    assert len(stubbed.clock.naps) == 3
    assert any(PENDING in line for line in stubbed.told)


def test_pending_changes_without_end_are_told(stubbed: StubbedSession) -> None:
    stubbed.clock.on_sleep = lambda: refuse(stubbed, "delete_cache_parameter_group", PENDING)
    refuse(stubbed, "delete_cache_parameter_group", PENDING)
    with pytest.raises(WaitTimeout, match="has pending changes"):
        resource(stubbed, wait_timeout=60).execute(Step(DELETE.operation, DELETE.arguments, ("parameters",)))
    assert stubbed.clock.time <= 60


def test_a_group_that_came_into_use_is_not_waited_for(stubbed: StubbedSession) -> None:
    refuse(stubbed, "delete_cache_parameter_group", MEMBERS)
    answer_clusters(stubbed, "available")
    with pytest.raises(ServiceError, match=f"so the group cannot be deleted. state: {NAME} is used by vibewell-1"):
        resource(stubbed, state="absent").execute(DELETE)
    assert stubbed.clock.naps == []


def test_a_cache_that_is_leaving_is_waited_for(stubbed: StubbedSession) -> None:
    refuse(stubbed, "delete_cache_parameter_group", MEMBERS)
    answer_clusters(stubbed, "deleting")
    refuse(stubbed, "delete_cache_parameter_group", MEMBERS)
    answer_clusters(stubbed)
    stubbed.answers("elasticache").add_response("delete_cache_parameter_group", {})
    resource(stubbed, state="absent").execute(DELETE)
    assert len(stubbed.clock.naps) == 2


def test_where_users_cannot_be_read_the_deletion_is_tried_again(stubbed: StubbedSession) -> None:
    refuse(stubbed, "delete_cache_parameter_group", MEMBERS)
    stubbed.answers("elasticache").add_client_error("describe_cache_clusters", "AccessDenied", "No.")
    stubbed.answers("elasticache").add_response("delete_cache_parameter_group", {})
    resource(stubbed, state="absent").execute(DELETE)
    assert len(stubbed.clock.naps) == 1


@pytest.mark.parametrize("code", ["CacheParameterGroupNotFound", "CacheParameterGroupAlreadyExists"])
def test_a_group_that_is_not_as_observed_is_a_conflict(stubbed: StubbedSession, code: str) -> None:
    stubbed.answers("elasticache").add_client_error("delete_cache_parameter_group", code, "Look again.")
    with pytest.raises(Conflict):
        resource(stubbed).execute(DELETE)


def test_any_other_refusal_is_told_as_it_is(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error(
        "create_cache_parameter_group", "CacheParameterGroupQuotaExceeded", "Too many."
    )
    arguments = {"CacheParameterGroupName": NAME, "CacheParameterGroupFamily": FAMILY, "Description": DESCRIPTION}
    with pytest.raises(ServiceError, match="Delete parameter groups that no cache uses"):
        resource(stubbed).execute(Step("create_cache_parameter_group", arguments, ("family",)))


def test_a_late_read_after_a_change_is_waited_out(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    answer_group(stubbed, {"timeout": "300"})
    state = resource(stubbed, parameters={"timeout": 300}).converge()
    assert state is not None
    assert state.parameters == {"timeout": "300"}
    assert len(stubbed.clock.naps) == 1


def test_there_is_nothing_to_wait_for(stubbed: StubbedSession) -> None:
    with pytest.raises(AssertionError):
        resource(stubbed).wait(DELETE)


def test_time_passes_after_a_conflict(stubbed: StubbedSession) -> None:
    resource(stubbed).back_off(2)
    assert stubbed.clock.naps == [4.0]
