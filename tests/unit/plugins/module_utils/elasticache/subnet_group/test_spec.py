# SPDX-License-Identifier: GPL-3.0-or-later
"""What a subnet group may be asked to be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.spec import (
    argument_spec,
    build_spec,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused


def test_names_are_kept_in_lower_case_and_subnets_once() -> None:
    spec = build_spec({"subnet_group_name": "PHB-Redis", "subnet_ids": ["subnet-b", "subnet-a", "subnet-b"]})
    assert spec.subnet_group_name == "phb-redis"
    assert spec.subnet_ids == ("subnet-b", "subnet-a")


def test_what_is_not_given_is_not_set() -> None:
    spec = build_spec({"subnet_group_name": "a", "description": None, "subnet_ids": None, "tags": None})
    assert (spec.state, spec.description, spec.subnet_ids, spec.tags, spec.purge_tags) == (
        "present",
        None,
        None,
        None,
        True,
    )


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"subnet_group_name": "-phb"}, "subnet_group_name: '-phb' must hold"),
        ({"subnet_group_name": "a--b"}, "no hyphen doubled"),
        ({"subnet_group_name": "a" * 256}, "1 to 255"),
        ({"subnet_ids": []}, "cannot be empty"),
        ({"subnet_ids": [f"subnet-{number}" for number in range(21)]}, "at most 20"),
        ({"tags": {"aws:a": "b"}}, "reserved for AWS"),
    ],
)
def test_a_problem_is_told(params: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused) as refused:
        build_spec({"subnet_group_name": "a", **params})
    assert len(refused.value.problems) == 1
    assert told in refused.value.problems[0]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        build_spec({"subnet_group_name": "1", "subnet_ids": [], "tags": {"aws:a": "b"}})
    assert len(refused.value.problems) == 3


def test_the_argument_spec_requires_the_name_alone() -> None:
    spec = argument_spec()
    assert [name for name, option in spec.items() if option.get("required")] == ["subnet_group_name"]
    assert spec["subnet_group_name"]["aliases"] == ["name"]
    assert spec["state"]["default"] == "present"
