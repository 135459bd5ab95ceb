# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import Facts, ParameterGroup

from .samples import facts, parameter_row, problems, warnings

NAME = "phb-redis-params"
TO_COME: dict[str, Any] = {"parameter_groups": ()}
CLUSTERED = {"cluster_mode": "enabled", "num_node_groups": 2}
ROWS = (
    parameter_row("appendonly", "no"),
    parameter_row("cluster-enabled", "no"),
    parameter_row("maxclients", "65000", DataType="integer", AllowedValues="1-65000"),
    parameter_row("timeout", "0", DataType="integer", AllowedValues="0,20-", IsModifiable=True, ChangeType="immediate"),
)


def of_family(family: str) -> Facts:
    return facts(parameter_groups=(ParameterGroup(NAME, family),))


def with_mode(value: str) -> Facts:
    return facts(parameter_rows=(parameter_row("cluster-enabled", value),))


@pytest.mark.parametrize(("engine", "version", "family"), [("redis", "6.2", "redis6.x"), ("valkey", "7.2", "valkey7")])
def test_the_family_of_an_existing_group_must_fit(engine: str, version: str, family: str) -> None:
    params = {"engine": engine, "engine_version": version}
    assert problems(of_family(family), **params) == []
    assert problems(of_family("redis7"), **params) == [
        f"parameter_group_name: {NAME} is of the family redis7, {engine} {version} needs {family}; name a group of "
        "that family."
    ]


def test_the_family_of_a_group_to_come_must_fit() -> None:
    assert problems(facts(**TO_COME), parameter_group_family="redis7") == []
    assert problems(facts(**TO_COME), parameter_group_family="redis6.x") == [
        "parameter_group_family: redis 7.1 needs redis7, not redis6.x."
    ]


def test_a_family_that_does_not_exist() -> None:
    found = problems(facts(**TO_COME), parameter_group_family="redis7.1")
    assert "parameter_group_family: redis7.1 is no family of redis; there are redis5.0, redis6.x, redis7." in found


def test_an_existing_group_keeps_its_family() -> None:
    assert problems(of_family("redis6.x"), parameter_group_family="redis7") == [
        f"parameter_group_family: {NAME} exists with the family redis6.x, which cannot change to redis7; choose "
        "another parameter_group_name."
    ]


def test_a_named_group_must_exist_or_come() -> None:
    assert problems(facts(**TO_COME)) == [
        f"parameter_group_name: {NAME} does not exist; create it first, or give its parameter_group_family if a later "
        "task does."
    ]


def test_the_name_of_a_group_to_come_has_no_dots() -> None:
    params = {"parameter_group_name": "phb.redis", "parameter_group_family": "redis7"}
    (found,) = problems(facts(**TO_COME), **params)
    assert found.startswith("parameter_group_name: 'phb.redis' must hold")
    assert problems(facts(parameter_groups=(ParameterGroup("phb.redis", "redis7"),)), **params) == []


def test_cluster_mode_and_group_agree() -> None:
    assert problems(with_mode("yes"), **CLUSTERED) == []
    (found,) = problems(with_mode("no"), **CLUSTERED)
    assert found.startswith(f"parameter_group_name: {NAME} has cluster-enabled=no, cluster_mode=enabled needs yes")
    (found,) = problems(with_mode("yes"))
    assert found.startswith(f"parameter_group_name: {NAME} has cluster-enabled=yes, cluster_mode=disabled needs no")
    assert problems(facts(parameter_rows=None), **CLUSTERED) == []


def test_the_mode_of_a_group_to_come_is_what_its_parameters_say() -> None:
    params = {"parameter_group_family": "redis7", **CLUSTERED}
    known = facts(parameter_rows=ROWS, **TO_COME)
    assert problems(known, parameters={"cluster-enabled": True}, **params) == []
    assert len(problems(known, parameters={"timeout": 300}, **params)) == 1


def test_parameters_follow_the_rules_of_their_group() -> None:
    known = facts(parameter_rows=ROWS)
    assert problems(known, parameters={"timeout": 300}) == []
    found = problems(known, parameters={"appendonly": True, "maxclients": 10000, "requirepass": "x", "timeout": 5})
    assert [each.partition(":")[0] for each in found] == [
        "parameters.appendonly",
        "parameters.maxclients",
        "parameters.requirepass",
        "parameters.timeout",
    ]


def test_unsupported_parameters_may_be_warnings() -> None:
    known = facts(parameter_rows=ROWS)
    params: dict[str, Any] = {"parameters": {"appendonly": True}, "unsupported_parameters": "warn"}
    assert problems(known, **params) == []
    (told,) = warnings(known, **params)
    assert told.startswith("parameters.appendonly: ")


def test_malformed_parameters_need_no_table() -> None:
    (found,) = problems(facts(parameter_rows=None), parameters={"timeout": None})
    assert found.startswith("parameters.timeout: it has no value")


def test_what_caches_in_use_forbid() -> None:
    user = {
        "CacheClusterId": "other-001",
        "ReplicationGroupId": "other",
        "CacheParameterGroup": {"CacheParameterGroupName": NAME},
    }
    known = facts(parameter_rows=ROWS, clusters=(user,))
    (found,) = problems(known, parameters={"cluster-enabled": True}, **CLUSTERED)
    assert found.startswith(
        "parameters.cluster-enabled: it can only be changed while no cache uses the group; other does"
    )
