# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every subnet group, found out by generating them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.normalize import SubnetGroupState
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import describe_plan
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.elasticache.subnet_group.samples import VPC, make_state, plan_for

SUBNET_IDS = st.lists(st.sampled_from(["subnet-a", "subnet-b", "subnet-c"]), min_size=1, max_size=3, unique=True)
TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"))
TEXT = st.text(max_size=5)
STATES = st.builds(
    lambda subnet_ids, description, tags: make_state(tuple(subnet_ids), tags, CacheSubnetGroupDescription=description),
    SUBNET_IDS,
    TEXT,
    TAGS,
)
OPTIONS = st.fixed_dictionaries(
    {}, optional={"description": TEXT, "subnet_ids": SUBNET_IDS, "tags": TAGS, "purge_tags": st.booleans()}
)
NETWORKS = st.none() | st.just({"subnet-a": VPC, "subnet-b": VPC, "subnet-c": VPC})


def applied(state: SubnetGroupState, plan: Plan) -> SubnetGroupState:
    """What the service would have after the plan's calls."""
    description = state.description
    subnet_ids: Sequence[str] = state.subnet_ids
    tags = dict(state.tags or {})
    for step in plan.steps:
        if step.operation == "modify_cache_subnet_group":
            subnet_ids = step.arguments.get("SubnetIds", subnet_ids)
            description = step.arguments.get("CacheSubnetGroupDescription", description)
        elif step.operation == "remove_tags_from_resource":
            tags = {key: value for key, value in tags.items() if key not in step.arguments["TagKeys"]}
        elif step.operation == "add_tags_to_resource":
            tags |= {tag["Key"]: tag["Value"] for tag in step.arguments["Tags"]}
    return make_state(tuple(subnet_ids), tags, CacheSubnetGroupDescription=description)


@given(STATES, OPTIONS, NETWORKS)
def test_a_plan_carried_out_leaves_nothing_to_do(
    state: SubnetGroupState, options: dict[str, Any], networks: dict[str, str] | None
) -> None:
    plan = plan_for(state, networks, **options)
    assert plan_for(applied(state, plan), networks, **options) == Plan()


@given(STATES, OPTIONS)
def test_an_unset_option_is_in_no_plan(state: SubnetGroupState, options: dict[str, Any]) -> None:
    plan = plan_for(state, None, **options)
    assert {change.field for change in plan.changes} <= set(options)
    assert {name for step in plan.steps for name in step.because} <= set(options)


@given(STATES)
def test_a_group_asked_for_as_it_is_needs_nothing(state: SubnetGroupState) -> None:
    options = {"description": state.description, "subnet_ids": list(state.subnet_ids), "tags": state.tags}
    assert plan_for(state, {}, **options) == Plan()


@given(st.none() | STATES, OPTIONS, NETWORKS, st.sampled_from(["present", "absent"]))
def test_a_plan_survives_being_written_down(
    state: SubnetGroupState | None, options: dict[str, Any], networks: dict[str, str] | None, wanted: str
) -> None:
    described = describe_plan(plan_for(state, networks, state=wanted, **options))
    assert json.loads(json.dumps(described)) == described
    assert set(described["diff"]["before"]) == set(described["diff"]["after"])
