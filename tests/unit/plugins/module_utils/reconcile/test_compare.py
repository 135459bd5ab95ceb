# SPDX-License-Identifier: GPL-3.0-or-later
"""Sameness, and the changes that come from it."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.compare import (
    differences,
    same_ignoring_case,
    same_set,
    same_version,
    version_key,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import Secret

from tests.unit.plugins.module_utils.reconcile.toy import FIELDS, ToySpec, ToyState


def changes_of(spec: ToySpec, state: ToyState) -> tuple[Change, ...]:
    return differences(FIELDS.declared, spec, state)


@pytest.mark.parametrize(
    ("version", "key"),
    [("7.1.0", (7, 1, 0)), ("6.x", (6,)), ("7", (7,)), ("", ()), ("x.1", ()), ("10.2", (10, 2)), ("7..1", (7,))],
)
def test_version_key(version: str, key: tuple[int, ...]) -> None:
    assert version_key(version) == key


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ("7.1", "7.1.0", True),
        ("7.1.0", "7.1.5", True),
        ("7", "7.1.0", True),
        ("6.x", "6.2.6", True),
        ("7.1", "7.10.0", False),
        ("7.10", "7.1.0", False),
        ("7.2", "7.1.0", False),
        ("7.1", "", False),
        ("", "7.1.0", False),
        ("newest", "7.1.0", False),
    ],
)
def test_versions_are_compared_by_the_parts_that_were_asked_for(wanted: str, found: str, is_same: bool) -> None:
    assert same_version(wanted, found) is is_same


def test_sets_have_no_order_and_no_repetition() -> None:
    assert same_set(["a", "b", "a"], ("b", "a"))
    assert same_set([], ())
    assert not same_set(["a"], ("a", "b"))


def test_case_can_be_ignored() -> None:
    assert same_ignoring_case("Redis", "redis")
    assert same_ignoring_case("", "")
    assert not same_ignoring_case("redis", "valkey")


def test_an_unset_option_is_no_difference() -> None:
    assert changes_of(ToySpec(), ToyState(text="anything")) == ()


def test_a_cleared_option_is_a_difference() -> None:
    assert changes_of(ToySpec(text="", zones=()), ToyState(text="x")) == (
        Change("text", "x", ""),
        Change("zones", ("a", "b"), ()),
    )


def test_a_pending_value_counts_as_reached() -> None:
    state = ToyState(size=1, pending={"size": 3})
    assert changes_of(ToySpec(size=3), state) == ()
    assert changes_of(ToySpec(size=1), state) == ()
    assert changes_of(ToySpec(size=2), state) == (Change("size", 1, 2),)


def test_the_disruption_can_depend_on_the_values() -> None:
    (shrinking,) = changes_of(ToySpec(size=1), ToyState(size=2))
    (growing,) = changes_of(ToySpec(size=3), ToyState(size=2))
    (upgrade,) = changes_of(ToySpec(version="7.2"), ToyState())
    assert [change.disruption for change in (shrinking, growing, upgrade)] == [
        Disruption.DATA_MOVEMENT,
        Disruption.NONE,
        Disruption.FAILOVER,
    ]


def test_secrets_are_never_compared() -> None:
    assert changes_of(ToySpec(token=Secret("Zw8kQ2vXr5Lm9TnB4yHd")), ToyState()) == ()
