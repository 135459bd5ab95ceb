# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The return values that every resource module shares."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from .engine import Outcome
from .plan import Plan
from .secret import conceal

UNREPORTED = {"reported": False}
"""Metadata of a State's field that plans need and results would only be bloated by."""


def report(outcome: Outcome) -> dict[str, Any]:
    """`changed`, `plan`, `changes` and `diff`: functions of the plan alone, hence equal in check mode and real run."""
    return {"changed": outcome.changed, **describe_plan(outcome.plan)}


def describe_plan(plan: Plan) -> dict[str, Any]:
    described = plan.to_dict()
    return {"plan": described, "changes": described["changes"], "diff": diff(plan)}


def diff(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        "before": {change.field: conceal(change.before) for change in plan.changes},
        "after": {change.field: conceal(change.after) for change in plan.changes},
    }


def as_dict(state: Any) -> Any:
    """A State and what it holds as JSON-ready dicts and lists, secrets concealed."""
    if is_dataclass(state) and not isinstance(state, type):
        shown = (each for each in fields(state) if each.metadata.get("reported", True))
        return {each.name: as_dict(getattr(state, each.name)) for each in shown}
    if isinstance(state, dict):
        return {key: as_dict(item) for key, item in state.items()}
    if isinstance(state, (list, tuple)):
        return [as_dict(item) for item in state]
    return conceal(state)
