# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the parameter group, there or to come, fits engine version and cluster mode, and holds what it may."""

from __future__ import annotations

from collections.abc import Iterable

from ..names import name_problems
from ..parameter_group.normalize import normalize_table
from ..parameter_group.spec import ParameterGroupSpec, parameter_problems
from ..parameter_group.surroundings import users_of
from ..parameter_group.values import plain_parameters
from ..parameter_group.verdict import Verdict
from ..parameter_group.verdict import judge as judge_parameters
from .facts import Facts, ParameterGroup
from .outlook import Wanted
from .versions import family_of

LONGEST_NAME = 255
CLUSTER_ENABLED = "cluster-enabled"


def existing_group(facts: Facts) -> ParameterGroup | None:
    return next(iter(facts.parameter_groups or ()), None)


def family_known(wanted: Wanted, facts: Facts) -> Iterable[str]:
    family = wanted.request.parameter_group_family
    known = sorted({each.family for each in facts.engine_versions or () if each.engine == wanted.group.engine})
    if family and known and family not in known:
        yield f"parameter_group_family: {family} is no family of {wanted.group.engine}; there are {', '.join(known)}."


def family_fits(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """Of a group that the run names: whether another one is exchanged, the replication group's own rules know."""
    group = wanted.group
    needed = family_of(group.engine, group.engine_version, facts.engine_versions or ())
    planned, existing = wanted.request.parameter_group_family, existing_group(facts)
    if needed is None:
        return
    if planned and planned != needed:
        yield f"parameter_group_family: {group.engine} {group.engine_version} needs {needed}, not {planned}."
    if not planned and existing and wanted.spec.parameter_group_name and existing.family != needed:
        yield (
            f"parameter_group_name: {existing.name} is of the family {existing.family}, {group.engine} "
            f"{group.engine_version} needs {needed}; name a group of that family."
        )


def family_kept(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """A later task cannot give an existing parameter group another family."""
    planned = wanted.request.parameter_group_family
    existing = existing_group(facts)
    if planned and existing and wanted.spec.parameter_group_name and existing.family != planned:
        yield (
            f"parameter_group_family: {existing.name} exists with the family {existing.family}, which cannot change to "
            f"{planned}; choose another parameter_group_name."
        )


def group_exists(wanted: Wanted, facts: Facts) -> Iterable[str]:
    name = wanted.spec.parameter_group_name
    if name and facts.parameter_groups == () and not wanted.request.parameter_group_family:
        yield (
            f"parameter_group_name: {name} does not exist; create it first, or give its parameter_group_family if a "
            "later task does."
        )


def group_name(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """Only for a group that is to be made: those of the service have dots in their names."""
    if wanted.request.parameter_group_family and not facts.parameter_groups:
        yield from name_problems("parameter_group_name", wanted.spec.parameter_group_name, LONGEST_NAME)


def cluster_enabled(wanted: Wanted, facts: Facts) -> bool | None:
    """What the group has, or will have; None where that is not known."""
    asked = plain_parameters(wanted.request.parameters or {}).get(CLUSTER_ENABLED)
    found = normalize_table(facts.parameter_rows or ()).get(CLUSTER_ENABLED)
    value = asked or (found.value if found else None)
    return None if value is None else value == "yes"


def mode_fits(wanted: Wanted, facts: Facts) -> Iterable[str]:
    name, mode = wanted.spec.parameter_group_name, wanted.group.cluster_mode
    has_it = cluster_enabled(wanted, facts)
    if name is None or has_it is None:
        return
    if wanted.group.is_clustered and not has_it:
        yield (
            f"parameter_group_name: {name} has cluster-enabled=no, cluster_mode={mode} needs yes; set it while no "
            "cache uses the group, or name another."
        )
    if not wanted.group.is_clustered and has_it:
        yield f"parameter_group_name: {name} has cluster-enabled=yes, cluster_mode={mode} needs no; name another."


def parameters_allowed(wanted: Wanted, facts: Facts) -> Iterable[str]:
    return parameter_problems(wanted.request.parameters or {}) or verdict(wanted, facts).refusals


def parameters_left_out(wanted: Wanted, facts: Facts) -> Iterable[str]:
    return () if parameter_problems(wanted.request.parameters or {}) else verdict(wanted, facts).warnings


def verdict(wanted: Wanted, facts: Facts) -> Verdict:
    """Of the parameter group's own rules, over the service's tables."""
    request, existing = wanted.request, existing_group(facts)
    if not request.parameters or not facts.parameter_rows:
        return Verdict()
    name = wanted.spec.parameter_group_name or ""
    spec = ParameterGroupSpec(
        name,
        parameters=plain_parameters(request.parameters),
        unsupported_parameters=request.unsupported_parameters,
    )
    family = existing.family if existing else request.parameter_group_family
    users = users_of(facts.clusters or (), name)
    return judge_parameters(spec, family or "", normalize_table(facts.parameter_rows), users)


PROBLEMS = (family_fits, family_kept, family_known, group_exists, group_name, mode_fits, parameters_allowed)
WARNINGS = (parameters_left_out,)
