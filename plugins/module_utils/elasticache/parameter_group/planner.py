# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a parameter group. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.tags import to_api
from ...reconcile.field import differences
from ...reconcile.plan import Change, Plan, Step
from ..tagging import delta_of, tag_change, tag_steps, tag_warnings
from .fields import FIELDS, IMMUTABLE
from .normalize import REQUIRES_REBOOT, ParameterGroupState, Table
from .spec import ParameterGroupSpec
from .surroundings import CacheUser, Surroundings
from .verdict import Verdict, judge, judge_resets, vanished

BATCH = 20
"""Parameters that one call takes, to modify as to reset.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheParameterGroup.html"""


def plan_changes(spec: ParameterGroupSpec, state: ParameterGroupState | None, surroundings: Surroundings) -> Plan:
    """Parameters disturb nobody (`none`): they apply while clients are connected. Where one does close connections,
    such as `timeout`, that is what it is set for."""
    if spec.state == "absent":
        return plan_deletion(spec, state, surroundings)
    if state is None:
        return plan_creation(spec, surroundings)
    return plan_modification(spec, state, surroundings)


def plan_deletion(spec: ParameterGroupSpec, state: ParameterGroupState | None, surroundings: Surroundings) -> Plan:
    if state is None:
        return Plan()
    step = Step("delete_cache_parameter_group", group_argument(spec), ("state",))
    refusal = in_use(spec.parameter_group_name, surroundings.users or ())
    return Plan("delete", (Change("state", "present", "absent"),), (step,), refusals=(refusal,) if refusal else ())


def in_use(name: str, users: tuple[CacheUser, ...]) -> str | None:
    """Why the group cannot be deleted. Caches that are themselves being deleted are no reason: they are waited for."""
    staying = [user.identifier for user in users if not user.is_leaving]
    if not staying:
        return None
    return (
        f"state: {name} is used by {', '.join(staying)}, and the service deletes no group in use. "
        "Give them another parameter group first, or delete them."
    )


def plan_creation(spec: ParameterGroupSpec, surroundings: Surroundings) -> Plan:
    refusals = creation_refusals(spec, surroundings)
    # A group that is yet to come has no users: even what is fixed for caches later can be set now.
    verdict = Verdict() if refusals else judge(spec, spec.family or "", surroundings.defaults, ())
    arguments = FIELDS.payload(spec, ("parameter_group_name", *IMMUTABLE))
    given: dict[str, Any] = {name: getattr(spec, name) for name in IMMUTABLE if getattr(spec, name) is not None}
    because = list(given)
    if spec.tags:
        arguments["Tags"] = to_api(spec.tags)
        because.append("tags")
    if verdict.changes:
        given["parameters"] = dict(verdict.changes)
    if spec.tags:
        given["tags"] = dict(spec.tags)
    return Plan(
        "create",
        (Change("state", "absent", "present"), *(Change(name, None, value) for name, value in given.items())),
        (Step("create_cache_parameter_group", arguments, tuple(because)), *modify_steps(spec, verdict.changes)),
        verdict.warnings,
        refusals + verdict.refusals,
    )


def creation_refusals(spec: ParameterGroupSpec, surroundings: Surroundings) -> tuple[str, ...]:
    """Without its family nothing can be said about the parameters, so these come alone."""
    missing = tuple(
        f"{name}: required to create {spec.parameter_group_name}." for name in IMMUTABLE if not getattr(spec, name)
    )
    if not surroundings.families:
        return missing
    offered = ", ".join(surroundings.families)
    return (*missing, f"family: {spec.family} is none that this region has. It has: {offered}.")


def plan_modification(spec: ParameterGroupSpec, state: ParameterGroupState, surroundings: Surroundings) -> Plan:
    replaced = differences((FIELDS.by_name[name] for name in IMMUTABLE), spec, state)
    wanted = judge(spec, state.family, state.table, surroundings.users or ())
    resets = judge_resets(vanished(spec, state.parameters), state.table, surroundings)
    delta = delta_of(spec, state.tags)
    emptied = [name for name, value in wanted.changes.items() if not value and name in state.parameters]
    sent = {name: value for name, value in wanted.changes.items() if name not in emptied}
    # Resets come first: what vanishes may exclude what is new, as reserved-memory does reserved-memory-percent.
    # What is to be empty is reset as well: that a request may carry a blank value is documented nowhere.
    steps = (
        *reset_steps(spec, sorted({*resets.changes, *emptied})),
        *modify_steps(spec, sent),
        *tag_steps(state.arn, delta, {}),
    )
    changes = (*replaced, *parameter_change(state.table, {**resets.changes, **wanted.changes}))
    warnings = (*wanted.warnings, *resets.warnings, *effect_warnings(state, surroundings, changes))
    return Plan(
        "modify" if steps or replaced else "none",
        changes + tag_change(delta, state.tags),
        steps,
        warnings + tag_warnings(spec.tags, state.tags),
        tuple(replacement(state, change) for change in replaced) + wanted.refusals + resets.refusals,
    )


def replacement(state: ParameterGroupState, change: Change) -> str:
    return (
        f"{change.field}: {state.parameter_group_name} was created with {change.before!r}, and nothing changes that to "
        f"{change.after!r}. Create a group of another name, let the caches use it (`parameter_group_name`), then "
        "delete this one."
    )


def parameter_change(table: Table, values: Mapping[str, str]) -> tuple[Change, ...]:
    """One change with all parameters that differ."""
    if not values:
        return ()
    names = sorted(values)
    before = {name: table[name].value for name in names}
    return (Change("parameters", before, {name: values[name] for name in names}),)


def effect_warnings(
    state: ParameterGroupState, surroundings: Surroundings, changes: tuple[Change, ...]
) -> tuple[str, ...]:
    """What the reader should know about changed parameters of a group."""
    changed: Mapping[str, str] = next((each.after for each in changes if each.field == "parameters"), {})
    if not changed:
        return ()
    warnings = []
    if state.is_global:
        warnings.append("the group belongs to a global datastore: its members in every region follow.")
    rebooting = [name for name in changed if state.table[name].change_type == REQUIRES_REBOOT]
    if rebooting and surroundings.users != ():
        warnings.append(
            f"{', '.join(rebooting)}: caches in use take it over when their nodes are rebooted, which is possible with "
            "cluster mode disabled only; with cluster mode enabled it takes a backup, a new group and a restore."
        )
    return tuple(warnings)


def reset_steps(spec: ParameterGroupSpec, names: list[str]) -> Iterator[Step]:
    for batch in batches(names):
        listed = [{"ParameterName": name} for name in batch]
        arguments = {**group_argument(spec), "ParameterNameValues": listed}
        yield Step("reset_cache_parameter_group", arguments, ("parameters",))


def modify_steps(spec: ParameterGroupSpec, values: Mapping[str, str]) -> Iterator[Step]:
    for batch in batches(sorted(values)):
        listed = [{"ParameterName": name, "ParameterValue": values[name]} for name in batch]
        arguments = {**group_argument(spec), "ParameterNameValues": listed}
        yield Step("modify_cache_parameter_group", arguments, ("parameters",))


def batches(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + BATCH] for start in range(0, len(names), BATCH))


def group_argument(spec: ParameterGroupSpec) -> dict[str, Any]:
    return FIELDS.payload(spec, ("parameter_group_name",))
