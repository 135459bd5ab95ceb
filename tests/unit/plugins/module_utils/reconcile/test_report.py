# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns comes from the plan alone, and from States without their inner fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.redisops.cache.plugins.module_utils.reconcile.engine import Outcome
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Change, Disruption, Plan, Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import (
    UNREPORTED,
    as_dict,
    describe_plan,
    report,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER, Secret

TOKEN = "Zw8kQ2vXr5Lm9TnB4yHd"
PLAN = Plan(
    "modify",
    (Change("size", 1, 2, Disruption.FAILOVER), Change("token", None, Secret(TOKEN), observable=False)),
    (Step("modify", {"Size": 2, "Token": Secret(TOKEN)}, ("size", "token")),),
)


@dataclass(frozen=True)
class Node:
    name: str
    token: Secret


@dataclass(frozen=True)
class State:
    nodes: tuple[Node, ...]
    tags: Mapping[str, str] | None
    table: Mapping[str, Node] = field(default_factory=dict, metadata=UNREPORTED)
    by_name: Mapping[str, Node] = field(default_factory=dict)


def test_the_report_does_not_depend_on_what_came_out() -> None:
    checked = report(Outcome("toy", PLAN, before="old", after="old"))
    done = report(Outcome("toy", PLAN, before="old", after="new", warnings=("slow",)))
    assert checked == done
    assert checked["changed"] is True


def test_the_diff_has_every_change_on_both_sides() -> None:
    described = describe_plan(PLAN)
    assert described["diff"] == {"before": {"size": 1, "token": None}, "after": {"size": 2, "token": MARKER}}
    assert described["changes"] == described["plan"]["changes"]
    assert described["plan"]["disruption"] == "failover"


def test_an_empty_plan_reports_no_change() -> None:
    assert report(Outcome("toy", Plan(), before=None, after=None)) == {
        "changed": False,
        "plan": {"action": "none", "disruption": "none", "changes": [], "steps": [], "warnings": []},
        "changes": [],
        "diff": {"before": {}, "after": {}},
    }


def test_a_state_becomes_json_without_secrets_and_inner_fields() -> None:
    node = Node("a", Secret(TOKEN))
    shown = as_dict(State((node,), None, {"a": node}, {"a": node}))
    plain = {"name": "a", "token": MARKER}
    assert json.loads(json.dumps(shown)) == {"nodes": [plain], "tags": None, "by_name": {"a": plain}}


def test_what_does_not_exist_stays_none() -> None:
    assert as_dict(None) is None
