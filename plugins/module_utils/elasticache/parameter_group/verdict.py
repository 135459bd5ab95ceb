# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wanted parameters, held against the service's own tables before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .advice import advice_for
from .normalize import REQUIRES_REBOOT, Parameter, Table
from .spec import ParameterGroupSpec
from .surroundings import CacheUser, Surroundings
from .values import spelled, value_problem

CONDITIONAL = frozenset({"activerehashing", "cluster-databases", "cluster-enabled", "databases"})
"""Listed as not modifiable, yet open to change while no cache uses the group: of these the table does not decide alone.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Modifying.html"""

SKIPPED = "Left out, as `unsupported_parameters=warn` says."


@dataclass(frozen=True)
class Verdict:
    """`changes`: what is to be sent, as the service spells it; the other two are sentences for the reader."""

    changes: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def judge(spec: ParameterGroupSpec, family: str, table: Table, users: Sequence[CacheUser]) -> Verdict:
    """All offenders at once.

    What nobody can change is unsupported whatever value is wanted, also the one that the table shows: `maxclients`
    shows 65,000 for node types that have less, and `appendfsync` a rhythm of what never happens.
    """
    changes: dict[str, str] = {}
    refusals: list[str] = []
    unsupported: list[str] = []
    for name, text in sorted((spec.parameters or {}).items()):
        parameter = table.get(name)
        if parameter is None:
            unsupported.append(joined(f"parameters.{name}: {family} has no such parameter.", advice_for(name, table)))
            continue
        if is_fixed(parameter):
            unsupported.append(joined(f"parameters.{name}: the service lets nobody change it.", advice_for(name)))
            continue
        value = spelled(parameter, text)
        if value == spelled(parameter, parameter.value):
            continue
        problem = value_problem(parameter, value) or attachment_problem(parameter, users)
        if problem:
            refusals.append(f"parameters.{name}: {problem}")
        else:
            changes[name] = value
    if spec.unsupported_parameters == "warn":
        return Verdict(changes, tuple(refusals), tuple(f"{each} {SKIPPED}" for each in unsupported))
    return Verdict(changes, tuple(sorted(refusals + unsupported)))


def judge_resets(names: Sequence[str], state_table: Table, surroundings: Surroundings) -> Verdict:
    """Parameters that somebody set and that are no longer named; `changes` has the engine's defaults."""
    changes: dict[str, str] = {}
    refusals: list[str] = []
    warnings: list[str] = []
    for name in names:
        parameter = state_table[name]
        if is_fixed(parameter):
            warnings.append(f"parameters.{name}: somebody set it while that was possible; now it stays as it is.")
            continue
        problem = attachment_problem(parameter, surroundings.users or ())
        if problem:
            refusals.append(f"parameters.{name}: it is not named, hence would be reset, but {problem}")
            continue
        default = surroundings.defaults.get(name)
        changes[name] = default.value if default else ""
    return Verdict(changes, tuple(refusals), tuple(warnings))


def is_fixed(parameter: Parameter) -> bool:
    return not (parameter.is_modifiable or parameter.name in CONDITIONAL)


def attachment_problem(parameter: Parameter, users: Sequence[CacheUser]) -> str | None:
    if parameter.is_modifiable or not users:
        return None
    listed = ", ".join(sorted({user.identifier for user in users}))
    return joined(f"it can only be changed while no cache uses the group; {listed} does.", advice_for(parameter.name))


def vanished(spec: ParameterGroupSpec, parameters: Mapping[str, str]) -> list[str]:
    """Names of `parameters` (those that somebody set) that the Spec would have reset."""
    if spec.parameters is None or not spec.purge_parameters:
        return []
    return sorted(name for name in parameters if name not in spec.parameters)


def depends_on_users(parameter: Parameter) -> bool:
    """Whether it matters to a change of it that a cache uses the group."""
    return not parameter.is_modifiable or parameter.change_type == REQUIRES_REBOOT


def joined(*sentences: str) -> str:
    return " ".join(each for each in sentences if each)
