# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots go, which stay, and the calls that follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.normalize import (
    SnapshotState,
    normalize,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.planner import (
    plan_deletions,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.spec import (
    RetentionSpec,
    build_spec,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.verdict import (
    RetentionState,
    judge,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GROUP = "phb-redis-cache"


def snapshot(name: str, days: float, **changes: Any) -> SnapshotState:
    """A manual one of a member, taken `days` ago."""
    node = {"CacheSize": "12 MB", "SnapshotCreateTime": NOW - timedelta(days=days)}
    answer = {
        "SnapshotName": name,
        "SnapshotStatus": "available",
        "SnapshotSource": "manual",
        "CacheClusterId": f"{GROUP}-002",
        "NodeSnapshots": [node],
        **changes,
    }
    return normalize(answer)


def rule(**params: Any) -> RetentionSpec:
    return build_spec({"replication_group_id": GROUP, "name_prefixes": ["nightly-"], **params})


NIGHTS = [snapshot(f"nightly-{age}", age) for age in (3, 1, 2, 40)]


def judged(*more: SnapshotState, **params: Any) -> RetentionState:
    return judge(rule(**params), [*NIGHTS, *more], NOW)


def reasons(state: RetentionState) -> dict[str, str]:
    return {each.snapshot_name: each.because for each in state.kept}


@pytest.mark.parametrize(
    ("params", "gone"),
    [
        ({}, ("nightly-40", "nightly-3", "nightly-2")),
        ({"keep_last": 2}, ("nightly-40", "nightly-3")),
        ({"keep_last": 4}, ()),
        ({"keep_last": 9}, ()),
        ({"keep_days": 30}, ("nightly-40",)),
        ({"keep_days": 2}, ("nightly-40", "nightly-3")),
        ({"keep_days": 1, "keep_last": 3}, ("nightly-40",)),
        ({"name_prefixes": [], "names": ["nightly-40", "NIGHTLY-1", "nobodys"]}, ("nightly-40",)),
        ({"name_prefixes": ["other-"]}, ()),
    ],
)
def test_what_goes(params: dict[str, Any], gone: tuple[str, ...]) -> None:
    state = judged(**params)
    assert state.deleted == state.due == gone
    assert {*gone, *reasons(state)} == set(state.snapshots)
    assert state.snapshots == ("nightly-1", "nightly-2", "nightly-3", "nightly-40")


@pytest.mark.parametrize(
    ("other", "because"),
    [
        (snapshot("nightly-0", 0.5, SnapshotSource="automated"), "it is automatic, and ElastiCache itself removes it"),
        (snapshot("before-migration", 0.5), "neither names nor name_prefixes cover it"),
        (snapshot("nightly-0", 0.5, SnapshotStatus="restoring"), "it is restoring"),
        (snapshot("nightly-0", 0.5, NodeSnapshots=[{}]), "its age is not known"),
        (snapshot("nightly-99", 99, SnapshotStatus="deleting"), "it is deleting"),
        (snapshot("nightly-99", 99, SnapshotSource="automated"), "it is automatic, and ElastiCache itself removes it"),
    ],
)
def test_what_the_rule_does_not_apply_to_stays_and_is_not_counted(other: SnapshotState, because: str) -> None:
    state = judged(other)
    assert state.deleted == judged().deleted
    assert reasons(state)[other.snapshot_name] == because


def test_why_the_others_stay() -> None:
    assert reasons(judged()) == {"nightly-1": "it is the newest"}
    assert reasons(judged(keep_last=2, keep_days=30)) == {
        "nightly-1": "it is among the newest 2",
        "nightly-2": "it is among the newest 2",
        "nightly-3": "it is not older than 30 days",
    }


def test_the_calls() -> None:
    plan = plan_deletions(rule(keep_days=2), judged(keep_days=2))
    assert (plan.action, plan.disruption.value) == ("delete", "none")
    assert [(step.operation, dict(step.arguments)) for step in plan.steps] == [
        ("delete_snapshot", {"SnapshotName": "nightly-40"}),
        ("delete_snapshot", {"SnapshotName": "nightly-3"}),
    ]
    assert [dict(step.settles) for step in plan.steps] == [{}, {"gone": ("nightly-40", "nightly-3")}]
    (change,) = plan.changes
    assert change.before == ["nightly-1", "nightly-2", "nightly-3", "nightly-40"]
    assert change.after == ["nightly-1", "nightly-2"]


def test_an_age_that_no_calendar_has_keeps_everything() -> None:
    assert judged(keep_days=10**12).due == ()


def test_nothing_to_do() -> None:
    assert plan_deletions(rule(keep_last=9), judged(keep_last=9)).is_empty


def test_serverless_snapshots_have_a_call_of_their_own() -> None:
    spec = build_spec({"serverless_cache_name": "storefront", "names": ["a"]})
    (step,) = plan_deletions(spec, RetentionState(("b", "a"), ("a",), ("a",), ())).steps
    assert step.operation == "delete_serverless_cache_snapshot"
    assert step.arguments == {"ServerlessCacheSnapshotName": "a"}


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["nightly", "weekly"])), unique=True, max_size=12),
    st.integers(1, 5),
    st.none() | st.integers(1, 50),
)
def test_of_any_snapshots_the_newest_and_the_young_stay(
    ages: list[tuple[int, str]], keep_last: int, keep_days: int | None
) -> None:
    found = [snapshot(f"{kind}-{age}", age) for age, kind in ages]
    state = judge(rule(keep_last=keep_last, keep_days=keep_days), found, NOW)
    nightly = sorted(age for age, kind in ages if kind == "nightly")
    expected = [age for age in nightly[keep_last:] if keep_days is None or age > keep_days]
    assert sorted(state.deleted) == sorted(f"nightly-{age}" for age in expected)


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"replication_group_id": None}, "name the one cache whose snapshots are meant; 0 are given"),
        ({"serverless_cache_name": "storefront"}, "2 are given"),
        ({"replication_group_id": " "}, "replication_group_id: it is empty"),
        ({"name_prefixes": []}, "name_prefixes, names: at least one of them is needed"),
        ({"name_prefixes": [""]}, "name_prefixes: one of them is empty"),
        ({"names": [" "]}, "names: one of them is empty"),
        ({"keep_last": 0}, "keep_last: 0 is less than 1"),
        ({"keep_days": 0}, "keep_days: 0 is less than 1"),
    ],
)
def test_refused_rules(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        rule(**params)


def test_all_problems_of_a_rule_come_at_once() -> None:
    with pytest.raises(Refused) as refused:
        build_spec({"keep_last": -1, "keep_days": 0})
    assert len(refused.value.problems) == 4
