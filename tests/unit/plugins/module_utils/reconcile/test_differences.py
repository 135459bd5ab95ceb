# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between a Spec and a State."""

from __future__ import annotations

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.field import differences
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import Secret

from tests.unit.plugins.module_utils.reconcile.toy import FIELDS, ToySpec, ToyState


def changes_of(spec: ToySpec, state: ToyState) -> tuple[Change, ...]:
    return differences(FIELDS.declared, spec, state)


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
