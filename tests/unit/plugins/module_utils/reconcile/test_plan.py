# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as data."""

from __future__ import annotations

import json

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption, Plan, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER, Secret

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"


def test_disruptions_are_ordered_from_harmless_to_final() -> None:
    names = [each.value for each in sorted(Disruption, key=lambda each: each.rank)]
    assert names == ["none", "failover", "connections", "data_movement", "replacement"]


def test_the_disruption_of_a_plan_is_its_highest() -> None:
    changes = (Change("a", 1, 2, Disruption.FAILOVER), Change("b", 1, 2, Disruption.CONNECTIONS), Change("c", 1, 2))
    assert Plan("modify", changes).disruption is Disruption.CONNECTIONS
    assert Plan().disruption is Disruption.NONE


def test_only_action_none_is_empty() -> None:
    assert Plan().is_empty
    assert not Plan("modify").is_empty
    assert not Plan("delete").is_empty


def test_changes_that_nobody_can_read_back_are_no_difference_afterwards() -> None:
    seen, unseen = Change("text", "a", "b"), Change("token", None, Secret(TOKEN), observable=False)
    plan = Plan("modify", (seen, unseen))
    assert plan.unsettled == (seen,)
    assert plan.change("token") is unseen
    assert plan.change("size") is None


def test_a_plan_is_written_as_json_without_secrets() -> None:
    plan = Plan(
        "modify",
        (Change("token", None, Secret(TOKEN), Disruption.CONNECTIONS, observable=False), Change("zones", (), ("a",))),
        (Step("modify", {"Token": Secret(TOKEN), "Zones": ("a",)}, ("token", "zones"), {"status": "available"}),),
        ("slow",),
        ("never shown",),
    )
    assert json.loads(json.dumps(plan.to_dict())) == {
        "action": "modify",
        "disruption": "connections",
        "changes": [
            {"field": "token", "before": None, "after": MARKER, "disruption": "connections"},
            {"field": "zones", "before": [], "after": ["a"], "disruption": "none"},
        ],
        "steps": [
            {"operation": "modify", "arguments": {"Token": MARKER, "Zones": ["a"]}, "because": ["token", "zones"]}
        ],
        "warnings": ["slow"],
    }


def test_equal_plans_are_equal() -> None:
    def make() -> Plan:
        return Plan("modify", (Change("a", [1], [2]),), (Step("modify", {"A": [2]}, ("a",)),))

    assert make() == make()
    assert make() != Plan("modify", (Change("a", [1], [3]),))
