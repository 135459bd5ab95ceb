# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every Spec and State, found out by generating them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.fields import COMPARED
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    ReplicationGroupState,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.planner import plan_changes
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import (
    ReplicationGroupSpec,
    build_spec,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import describe_plan
from hypothesis import assume, given
from hypothesis import strategies as st

from .samples import NAME, TOKEN, make_state

LOGS = st.lists(
    st.fixed_dictionaries(
        {
            "log_type": st.sampled_from(["slow-log", "engine-log"]),
            "destination_type": st.sampled_from(["cloudwatch-logs", "kinesis-firehose"]),
            "destination": st.sampled_from(["a", "b"]),
            "log_format": st.sampled_from(["json", "text"]),
        }
    ),
    max_size=2,
    unique_by=lambda each: each["log_type"],
)
FLAG = st.booleans()
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "description": st.text(max_size=8),
    "engine": st.sampled_from(["redis", "valkey"]),
    "engine_version": st.sampled_from(["6.2", "7.0", "7.1", "7.2", "8.0", "8.1"]),
    "node_type": st.sampled_from(["cache.t3.small", "cache.t3.medium", "cache.m6g.large"]),
    "cluster_mode": st.sampled_from(["disabled", "compatible", "enabled"]),
    "num_node_groups": st.integers(1, 4),
    "replicas_per_node_group": st.integers(0, 5),
    "automatic_failover_enabled": FLAG,
    "multi_az_enabled": FLAG,
    "port": st.sampled_from([6379, 6380]),
    "network_type": st.sampled_from(["ipv4", "ipv6"]),
    "ip_discovery": st.sampled_from(["ipv4", "ipv6"]),
    "subnet_group_name": st.sampled_from(["one", "TWO"]),
    "security_group_ids": st.lists(st.sampled_from(["sg-1", "sg-2", "sg-3"]), min_size=1, max_size=3),
    "parameter_group_name": st.sampled_from(["default.redis7", "mine"]),
    "at_rest_encryption_enabled": FLAG,
    "transit_encryption_enabled": FLAG,
    "transit_encryption_mode": st.sampled_from(["preferred", "required"]),
    "auth_token": st.just(TOKEN),
    "auth_token_update_strategy": st.sampled_from(["ROTATE", "SET"]),
    "preferred_maintenance_window": st.sampled_from(["sun:05:00-sun:06:00", "Mon:09:00-Mon:10:00"]),
    "snapshot_retention_limit": st.integers(0, 35),
    "snapshot_window": st.sampled_from(["03:00-05:00", "01:00-02:00"]),
    "notification_topic_arn": st.sampled_from(["", "arn:aws:sns:x"]),
    "log_delivery_configurations": LOGS,
    "auto_minor_version_upgrade": FLAG,
    "tags": st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=3)),
    "purge_tags": FLAG,
    "apply_immediately": FLAG,
}
PARAMS = st.fixed_dictionaries({}, optional=VALUES)


def spec_or_skip(params: dict[str, Any]) -> ReplicationGroupSpec:
    try:
        return build_spec({"replication_group_id": NAME, **params})
    except Refused:
        assume(False)
        raise


@st.composite
def states(draw: st.DrawFn) -> ReplicationGroupState:
    shards = tuple(draw(st.lists(st.integers(0, 5), min_size=1, max_size=4)))
    cluster_mode = len(shards) > 1 or draw(FLAG)
    encrypted = draw(FLAG)
    return make_state(
        shards,
        cluster_mode,
        engine=draw(VALUES["engine"]),
        engine_version=draw(VALUES["engine_version"]) + ".1",
        node_type=draw(VALUES["node_type"]),
        transit_encryption_enabled=encrypted,
        transit_encryption_mode=draw(VALUES["transit_encryption_mode"]) if encrypted else None,
        auth_token_enabled=encrypted and draw(FLAG),
        tags=draw(st.none() | VALUES["tags"]),
        pending=draw(st.sampled_from([{}, {"node_type": "cache.t3.medium"}, {"engine_version": "8.1"}])),
    )


def converged(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> ReplicationGroupState:
    """The State that the service would show once everything that the Spec sets has come true."""
    wanted = {
        each.name: getattr(spec, each.name)
        for each in COMPARED
        if not each.secret and getattr(spec, each.name) is not None
    }
    if spec.transit_encryption_mode is not None:
        wanted["transit_encryption_enabled"] = True
    if spec.auth_token is not None:
        wanted |= {"auth_token_enabled": True, "transit_encryption_enabled": True}
    tags = state.tags if spec.tags is None else spec.tags
    return replace(state, **wanted, tags=tags, pending={})


@given(PARAMS, states())
def test_a_converged_state_needs_nothing(params: dict[str, Any], state: ReplicationGroupState) -> None:
    params.pop("auth_token_update_strategy", None)
    spec = spec_or_skip(params)
    plan = plan_changes(spec, converged(spec, state))
    assert plan.is_empty, plan
    assert plan.steps == ()
    assert plan.changes == ()


@given(PARAMS, st.none() | states())
def test_an_unset_option_is_never_in_a_plan(params: dict[str, Any], state: ReplicationGroupState | None) -> None:
    plan = plan_changes(spec_or_skip(params), state)
    assert {change.field for change in plan.changes} <= {*params, "state"}
    assert {name for step in plan.steps for name in step.because} <= {*params, "state"}


@given(PARAMS, st.none() | states())
def test_a_secret_is_nowhere(params: dict[str, Any], state: ReplicationGroupState | None) -> None:
    spec = spec_or_skip({"auth_token": TOKEN, **params})
    plan = plan_changes(spec, state)
    assert TOKEN not in repr(spec) + repr(plan) + json.dumps(describe_plan(plan)) + " ".join(
        plan.refusals + plan.warnings
    )


@given(PARAMS, st.none() | states())
def test_every_change_has_a_step_or_a_refusal(params: dict[str, Any], state: ReplicationGroupState | None) -> None:
    plan = plan_changes(spec_or_skip(params), state)
    asked = {name for step in plan.steps for name in step.because}
    assert plan.refusals or {change.field for change in plan.changes} - {"state"} <= asked
    assert plan.refusals or bool(plan.changes) is not plan.is_empty


@given(PARAMS, states())
def test_a_plan_is_a_function_of_its_arguments(params: dict[str, Any], state: ReplicationGroupState) -> None:
    spec = spec_or_skip(params)
    assert plan_changes(spec, state) == plan_changes(spec, state)
