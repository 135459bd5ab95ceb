# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a subnet group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Plan, Step

from tests.unit.plugins.module_utils.elasticache.subnet_group.samples import (
    ARN,
    DESCRIPTION,
    NAME,
    SUBNETS,
    VPC,
    make_state,
    plan_for,
)

NETWORKS = {"subnet-a": VPC, "subnet-b": VPC, "subnet-c": VPC, "subnet-x": "vpc-2"}


def networks_of(*subnet_ids: str) -> dict[str, str]:
    return {each: NETWORKS[each] for each in subnet_ids if each in NETWORKS}


def test_a_group_is_created_in_one_call() -> None:
    tags = {"Project": "PHB"}
    plan = plan_for(None, networks_of(*SUBNETS), description=DESCRIPTION, subnet_ids=list(SUBNETS), tags=tags)
    assert plan == Plan(
        "create",
        (
            Change("state", "absent", "present"),
            Change("description", None, DESCRIPTION),
            Change("subnet_ids", None, SUBNETS),
            Change("tags", None, tags),
        ),
        (
            Step(
                "create_cache_subnet_group",
                {
                    "CacheSubnetGroupName": NAME,
                    "CacheSubnetGroupDescription": DESCRIPTION,
                    "SubnetIds": list(SUBNETS),
                    "Tags": [{"Key": "Project", "Value": "PHB"}],
                },
                ("description", "subnet_ids", "tags"),
            ),
        ),
    )


def test_what_creation_needs_is_told_at_once() -> None:
    assert plan_for(None).refusals == (
        f"description: required to create {NAME}.",
        f"subnet_ids: required to create {NAME}.",
    )


def test_only_what_differs_is_sent() -> None:
    plan = plan_for(make_state(), {}, description="new", subnet_ids=["subnet-b", "subnet-a"])
    assert plan.changes == (Change("description", DESCRIPTION, "new"),)
    assert plan.steps == (
        Step(
            "modify_cache_subnet_group",
            {"CacheSubnetGroupName": NAME, "CacheSubnetGroupDescription": "new"},
            ("description",),
        ),
    )


def test_subnets_are_replaced_as_a_set() -> None:
    plan = plan_for(make_state(), networks_of("subnet-b", "subnet-c"), subnet_ids=["subnet-b", "subnet-c"])
    assert [step.arguments["SubnetIds"] for step in plan.steps] == [["subnet-b", "subnet-c"]]
    assert plan.refusals == ()


def test_tags_come_after_the_group() -> None:
    state = make_state(tags={"Old": "1", "Project": "PHB"})
    plan = plan_for(state, description="new", tags={"Project": "phb"})
    assert [(step.operation, step.arguments.get("ResourceName")) for step in plan.steps] == [
        ("modify_cache_subnet_group", None),
        ("remove_tags_from_resource", ARN),
        ("add_tags_to_resource", ARN),
    ]
    assert plan.change("tags") == Change("tags", {"Old": "1", "Project": "PHB"}, {"Project": "phb"})


def test_tags_alone_leave_the_group_alone() -> None:
    plan = plan_for(make_state(tags={"Old": "1"}), tags={"New": "1"}, purge_tags=False)
    assert [step.operation for step in plan.steps] == ["add_tags_to_resource"]


def test_tags_that_cannot_be_read_are_left_and_told() -> None:
    unreadable = replace(make_state(), tags=None)
    plan = plan_for(unreadable, tags={"New": "1"})
    assert plan.is_empty
    assert len(plan.warnings) == 1
    assert plan_for(unreadable).warnings == ()


def test_a_group_is_deleted_once() -> None:
    plan = plan_for(make_state(), state="absent")
    assert plan == Plan(
        "delete",
        (Change("state", "present", "absent"),),
        (Step("delete_cache_subnet_group", {"CacheSubnetGroupName": NAME}, ("state",)),),
    )
    assert plan_for(None, state="absent") == Plan()


def test_deletion_asks_nothing_of_the_other_options() -> None:
    plan = plan_for(make_state(), {}, state="absent", subnet_ids=["subnet-unknown"], description="new")
    assert plan.refusals == ()
    assert [change.field for change in plan.changes] == ["state"]


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize(
    ("subnet_ids", "told"),
    [
        (["subnet-a", "subnet-unknown"], ["subnet_ids: subnet-unknown does not exist in this region."]),
        (["subnet-a", "subnet-x"], ["subnet_ids: a subnet group lives in one VPC, these are in 2 (subnet-a in vpc-1"]),
        (["subnet-u", "subnet-v"], ["subnet_ids: subnet-u does not", "subnet_ids: subnet-v does not"]),
        (["subnet-u", "subnet-a", "subnet-x"], ["subnet_ids: subnet-u does not", "subnet_ids: a subnet group lives"]),
    ],
)
def test_subnets_that_cannot_be_are_refused(subnet_ids: list[str], told: list[str], is_new: bool) -> None:
    state = None if is_new else make_state()
    plan = plan_for(state, networks_of(*subnet_ids), description=DESCRIPTION, subnet_ids=subnet_ids)
    assert len(plan.refusals) == len(told)
    assert all(found.startswith(part) for found, part in zip(plan.refusals, told, strict=True))


def test_a_group_cannot_move_to_another_vpc() -> None:
    (refusal,) = plan_for(make_state(), networks_of("subnet-x"), subnet_ids=["subnet-x"]).refusals
    assert "they are in vpc-2" in refusal
    assert f"{NAME} is in vpc-1 and cannot move" in refusal


def test_where_networks_are_not_known_the_service_judges() -> None:
    assert plan_for(make_state(), None, subnet_ids=["subnet-unknown"]).refusals == ()


@pytest.mark.parametrize("params", [{}, {"description": DESCRIPTION}, {"subnet_ids": list(SUBNETS)}, {"tags": {}}])
def test_what_is_as_wanted_needs_nothing(params: dict[str, Any]) -> None:
    assert plan_for(make_state(), {}, **params) == Plan()
