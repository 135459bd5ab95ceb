# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every parameter group, found out by generating them."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.normalize import (
    ParameterGroupState,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.surroundings import CacheUser
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import describe_plan
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.elasticache.parameter_group.samples import (
    COUNTERS,
    DESCRIPTION,
    FAMILY,
    VIBEWELL,
    make_state,
    plan_for,
)

ALLOWED: dict[str, st.SearchStrategy[Any]] = {
    "activedefrag": st.booleans() | st.sampled_from(["yes", "no", "on", "OFF"]),
    "maxmemory-policy": st.sampled_from(["volatile-lru", "allkeys-lru", "NoEviction"]),
    "notify-keyspace-events": st.sampled_from(["", "AKE", "Ex"]),
    "rename-commands": st.sampled_from(["", "FLUSHALL a", "keys  b FLUSHDB c"]),
    "slowlog-log-slower-than": st.integers(-5, 20000),
    "tcp-keepalive": st.integers(0, 600) | st.integers(0, 600).map(str),
    "timeout": st.just(0) | st.integers(20, 600) | st.sampled_from(["0300", 60.0]),
    "databases": st.integers(1, 10000),
    **dict.fromkeys(COUNTERS, st.integers(0, 3)),
}
HOPELESS: dict[str, st.SearchStrategy[Any]] = {
    "appendonly": st.booleans(),
    "maxclients": st.integers(1, 65000),
    "maxmemory": st.just("100mb"),
    "requirepass": st.just("x"),
    "save": st.just(""),
    "timeout": st.integers(1, 19),
    "tcp-keepalive": st.just("1mb"),
}
TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"))
SET_BY_SOMEBODY = st.fixed_dictionaries(
    {},
    optional={
        "activedefrag": st.sampled_from(["yes", "no"]),
        "notify-keyspace-events": st.sampled_from(["AKE", "Ex"]),
        "timeout": st.sampled_from(["0", "60", "300"]),
        "databases": st.sampled_from(["16", "32"]),
        "tcp-keepalive": st.integers(0, 600).map(str),
        **dict.fromkeys(COUNTERS[:25], st.sampled_from("123")),
    },
)
STATES = st.builds(make_state, SET_BY_SOMEBODY, TAGS)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "family": st.just(FAMILY),
        "description": st.just(DESCRIPTION),
        "parameters": st.fixed_dictionaries({}, optional=ALLOWED),
        "purge_parameters": st.booleans(),
        "unsupported_parameters": st.sampled_from(["refuse", "warn"]),
        "tags": TAGS,
        "purge_tags": st.booleans(),
    },
)
ANYTHING = OPTIONS | st.fixed_dictionaries(
    {"parameters": st.fixed_dictionaries({}, optional={**ALLOWED, **HOPELESS})},
    optional={
        "family": st.sampled_from([FAMILY, "redis7"]),
        "description": st.sampled_from([DESCRIPTION, "other"]),
        "state": st.sampled_from(["present", "absent"]),
        "unsupported_parameters": st.sampled_from(["refuse", "warn"]),
    },
)
USERS = st.none() | st.sampled_from([(), (VIBEWELL,), (CacheUser("leaving", True),)])


def applied(state: ParameterGroupState, plan: Plan) -> ParameterGroupState:
    """What the service would have after the plan's calls."""
    values, tags = dict(state.parameters), dict(state.tags or {})
    for step in plan.steps:
        pairs = step.arguments.get("ParameterNameValues", [])
        if step.operation == "reset_cache_parameter_group":
            values = {name: each for name, each in values.items() if name not in {p["ParameterName"] for p in pairs}}
        elif step.operation == "modify_cache_parameter_group":
            values |= {pair["ParameterName"]: pair["ParameterValue"] for pair in pairs}
        elif step.operation == "remove_tags_from_resource":
            tags = {key: value for key, value in tags.items() if key not in step.arguments["TagKeys"]}
        elif step.operation == "add_tags_to_resource":
            tags |= {tag["Key"]: tag["Value"] for tag in step.arguments["Tags"]}
    return make_state(values, tags)


@given(STATES, OPTIONS)
def test_a_plan_carried_out_leaves_nothing_to_do(state: ParameterGroupState, options: dict[str, Any]) -> None:
    plan = plan_for(state, **options)
    assert plan.refusals == ()
    assert plan_for(applied(state, plan), **options).is_empty


@given(STATES, OPTIONS, st.integers(0, 6))
def test_a_plan_carried_out_in_part_is_completed_by_the_next(
    state: ParameterGroupState, options: dict[str, Any], count: int
) -> None:
    plan = plan_for(state, **options)
    partly = applied(state, Plan(plan.action, plan.changes, plan.steps[:count]))
    rest = plan_for(partly, **options)
    whole = applied(state, plan)
    completed = applied(partly, rest)
    assert plan_for(completed, **options).is_empty
    assert (completed.parameters, completed.tags) == (whole.parameters, whole.tags)


@given(STATES)
def test_a_group_asked_for_as_it_is_needs_nothing(state: ParameterGroupState) -> None:
    options = {"family": FAMILY, "description": DESCRIPTION, "parameters": state.parameters, "tags": state.tags}
    assert plan_for(state, (VIBEWELL,), **options) == Plan()


@given(STATES, OPTIONS)
def test_an_unset_option_is_in_no_plan(state: ParameterGroupState, options: dict[str, Any]) -> None:
    plan = plan_for(state, **options)
    assert {change.field for change in plan.changes} <= set(options)
    assert {name for step in plan.steps for name in step.because} <= set(options)


@given(STATES, OPTIONS)
def test_only_what_differs_is_sent_and_each_once(state: ParameterGroupState, options: dict[str, Any]) -> None:
    plan = plan_for(state, **options)
    steps = [step for step in plan.steps if "ParameterNameValues" in step.arguments]
    sent = [pair["ParameterName"] for step in steps for pair in step.arguments["ParameterNameValues"]]
    change = plan.change("parameters")
    assert sorted(sent) == sorted(change.after if change else {})
    assert all(1 <= len(step.arguments["ParameterNameValues"]) <= 20 for step in steps)
    if change:
        set_now = {name for name in sent if name not in state.parameters}
        assert all(change.before[name] != change.after[name] for name in set_now)


@given(STATES, OPTIONS)
def test_without_purge_nothing_is_reset_that_is_not_named(state: ParameterGroupState, options: dict[str, Any]) -> None:
    change = plan_for(state, **{**options, "purge_parameters": False}).change("parameters")
    assert set(change.after if change else {}) <= set(options.get("parameters", {}))


@given(st.none() | STATES, ANYTHING, USERS)
def test_a_plan_survives_being_written_down(
    state: ParameterGroupState | None, options: dict[str, Any], users: tuple[CacheUser, ...] | None
) -> None:
    described = describe_plan(plan_for(state, users, **options))
    assert json.loads(json.dumps(described)) == described
    assert set(described["diff"]["before"]) == set(described["diff"]["after"])


@given(st.none() | STATES, ANYTHING, USERS)
def test_what_is_sent_is_never_refused_and_never_skipped(
    state: ParameterGroupState | None, options: dict[str, Any], users: tuple[CacheUser, ...] | None
) -> None:
    plan = plan_for(state, users, **options)
    pairs = [pair for step in plan.steps for pair in step.arguments.get("ParameterNameValues", [])]
    sent = {pair["ParameterName"] for pair in pairs}
    told = {line.partition(":")[0] for line in (*plan.refusals, *plan.warnings)}
    assert not {f"parameters.{name}" for name in sent} & told
