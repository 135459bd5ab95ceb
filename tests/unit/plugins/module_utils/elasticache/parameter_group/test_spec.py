# SPDX-License-Identifier: GPL-3.0-or-later
"""What a parameter group may be asked to be, before anything is read."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.spec import (
    ParameterGroupSpec,
    argument_spec,
    build_spec,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused


def test_what_is_not_given_is_not_set() -> None:
    params = dict.fromkeys(["family", "description", "parameters", "tags"])
    assert build_spec({"parameter_group_name": "A", **params}) == ParameterGroupSpec("a")


def test_everything_that_is_given_is_kept() -> None:
    spec = build_spec(
        {
            "parameter_group_name": "VibeWell",
            "state": "present",
            "family": "Redis7",
            "description": "Text",
            "parameters": {"Timeout": 300, "activedefrag": True},
            "purge_parameters": False,
            "unsupported_parameters": "warn",
            "tags": {"a": "b"},
            "purge_tags": False,
            "wait_timeout": 5,
        }
    )
    assert spec == ParameterGroupSpec(
        parameter_group_name="vibewell",
        family="redis7",
        description="Text",
        parameters={"timeout": "300", "activedefrag": "yes"},
        purge_parameters=False,
        unsupported_parameters="warn",
        tags={"a": "b"},
        purge_tags=False,
        wait_timeout=5,
    )


def test_an_empty_dictionary_is_something_else_than_none() -> None:
    assert build_spec({"parameter_group_name": "a", "parameters": {}}).parameters == {}


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"parameter_group_name": "default.redis7"}, "default.redis7 belongs to the service"),
        ({"parameter_group_name": "Default.Redis7"}, "Make a group of your own"),
        ({"parameter_group_name": "default.redis7", "state": "absent"}, "nobody can change or delete it"),
        ({"parameter_group_name": "redis.params"}, "letters, digits and hyphens"),
        ({"parameter_group_name": "a" * 256}, "1 to 255"),
        ({"parameters": {"timeout": None}}, "parameters.timeout: it has no value"),
        ({"parameters": {"save": [900, 1]}}, "parameters.save: list is no value"),
        ({"parameters": {"rename-commands": {"KEYS": "a"}}}, "parameters.rename-commands: dict is no value"),
        ({"parameters": {"timeout": 1, "Timeout": 2}}, "parameters.timeout: it is given more than once"),
        (
            {"parameters": {"reserved-memory": 1, "reserved-memory-percent": 25}},
            "reserved-memory and reserved-memory-percent exclude each other",
        ),
        ({"tags": {"aws:a": "b"}}, "reserved for AWS"),
    ],
)
def test_a_problem_is_told(params: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused) as refused:
        build_spec({"parameter_group_name": "a", **params})
    assert len(refused.value.problems) == 1
    assert told in refused.value.problems[0]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        build_spec(
            {
                "parameter_group_name": "1",
                "parameters": {"a": None, "b": [], "reserved-memory": 1, "reserved-memory-percent": 25},
                "tags": {"aws:a": "b"},
            }
        )
    assert len(refused.value.problems) == 5


def test_a_group_that_is_to_go_needs_no_valid_parameters() -> None:
    build_spec({"parameter_group_name": "a", "state": "absent", "parameters": {"timeout": None}})


def test_the_argument_spec_requires_the_name_alone() -> None:
    spec = argument_spec()
    assert [name for name, option in spec.items() if option.get("required")] == ["parameter_group_name"]
    assert spec["parameter_group_name"]["aliases"] == ["name"]
    assert spec["unsupported_parameters"] == {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"}
    assert spec["purge_parameters"]["default"] is True
