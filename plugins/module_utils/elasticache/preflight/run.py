# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks over what was read: problems, warnings, and the facts worth knowing. Pure but for `preflight` itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.session import Session
from ...reconcile.field import unique
from . import check_access, check_companions, check_engine, check_group, check_network, check_nodes, check_parameters
from .facts import Facts
from .network import placement
from .outlook import Wanted, foresee
from .read import read_facts
from .request import Request
from .versions import family_of, versions_of

Check = Callable[[Wanted, Facts], Iterable[str]]
"""One concern: the sentences that it gives rise to, each naming the option first."""

CONCERNS = (check_group, check_network, check_access, check_engine, check_parameters, check_nodes, check_companions)
"""In the order in which a person mends things."""
PROBLEMS: tuple[Check, ...] = tuple(check for concern in CONCERNS for check in concern.PROBLEMS)
WARNINGS: tuple[Check, ...] = tuple(check for concern in CONCERNS for check in concern.WARNINGS)


@dataclass(frozen=True)
class Findings:
    """`facts` is what the module returns under that name, ready for JSON."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]


def preflight(session: Session, request: Request) -> Findings:
    """Raises ServiceError where a read fails for another reason than a missing permission."""
    return judge(request, read_facts(session, request))


def judge(request: Request, facts: Facts) -> Findings:
    wanted = foresee(request, facts)
    problems = unique(found for check in PROBLEMS for found in check(wanted, facts))
    warnings = unique(found for check in WARNINGS for found in check(wanted, facts))
    return Findings(problems, (*warnings, *facts.unread), describe(wanted, facts))


def describe(wanted: Wanted, facts: Facts) -> dict[str, Any]:
    group, place = wanted.group, placement(wanted, facts)
    offered = facts.engine_versions
    return {
        "exists": None if facts.groups is None else facts.group is not None,
        "vpc_id": place.vpc_id if place else None,
        "availability_zones": list(place.availability_zones) if place else None,
        "engine": group.engine,
        "engine_version": group.engine_version,
        "engine_versions": None if offered is None else versions_of(group.engine, offered),
        "parameter_group_family": family_of(group.engine, group.engine_version, offered or ()),
        "node_type": describe_node_type(wanted, facts),
        "nodes": group.nodes,
        "nodes_in_region": None if facts.clusters is None else check_nodes.nodes_in_region(facts),
    }


def describe_node_type(wanted: Wanted, facts: Facts) -> dict[str, Any] | None:
    name = wanted.group.node_type
    if name is None:
        return None
    listed = facts.node_types_reservable if facts.is_new else facts.node_types_reachable
    return {
        "name": name,
        "offered": None if not listed else name in listed,
        "maxmemory": check_nodes.maxmemory(name, facts),
        "max_clients": check_nodes.max_clients(name),
    }
