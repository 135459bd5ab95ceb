# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the node type is to be had, what it can do, and whether the account may have so many nodes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from ...reconcile.compare import version_key
from ..node_memory import GIB, MAXMEMORY, RESERVED_MEMORY_ADVICE
from ..node_types import BURSTABLE, DATA_TIERING, OLDEST_REDIS, RETIRED, VALKEY_ONLY, family_and_size
from .documented import FEW_CLIENTS, NODES_PER_GROUP, NODES_PER_REGION, USUAL_CLIENTS
from .facts import Facts
from .outlook import Wanted


def asked_type(wanted: Wanted, facts: Facts) -> str | None:
    """The node type that new nodes would need: None where none is named, or the group has it already."""
    group = facts.group
    return None if group and wanted.spec.node_type == group.node_type else wanted.spec.node_type


def maxmemory(node_type: str, facts: Facts) -> int | None:
    """Bytes, before a part of them is reserved: as the parameter group's table has them, else as documented."""
    row = next((each for each in facts.parameter_rows or () if each["ParameterName"] == "maxmemory"), {})
    told = (each["Value"] for each in row.get("CacheNodeTypeSpecificValues", ()) if each["CacheNodeType"] == node_type)
    return next((int(value) for value in told), MAXMEMORY.get(node_type))


def form(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    if wanted.spec.node_type is not None and not all(family_and_size(wanted.spec.node_type)):
        yield f"node_type: {wanted.spec.node_type!r} has not the form cache.FAMILY.SIZE, as in cache.t4g.small."


def not_retired(wanted: Wanted, facts: Facts) -> Iterable[str]:
    name = asked_type(wanted, facts)
    family, size = family_and_size(name)
    if family in RETIRED:
        instead = f"cache.t4g.{size}" if family in BURSTABLE else "one of a current family"
        yield f"node_type: {name} can no longer be created; take {instead}."


def size_offered(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The sizes of a family come to a region together, so a missing one is a slip of the pen."""
    name, offered = asked_type(wanted, facts), facts.node_types_reservable
    family = family_and_size(name)[0]
    sizes = sorted(each for each in offered or () if family_and_size(each)[0] == family)
    if name and sizes and name not in sizes:
        yield f"node_type: this region has no {name}; of that family it has {', '.join(sizes)}."


def family_offered(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """A hint only: a family could be for sale without reservations. One that runs in the region is surely there."""
    name, offered = asked_type(wanted, facts), facts.node_types_reservable
    family = family_and_size(name)[0]
    if not name or offered is None or not family or family in RETIRED:
        return
    if not offered:
        yield f"not checked: whether the region has {name}, since it lists no node type to reserve."
        return
    known = {family_and_size(each)[0] for each in (*offered, *running_types(facts))}
    if family not in known:
        yield (
            f"node_type: {name} is not among the node types that this region reserves, hence it may not have them"
            f"{suggestion(name, offered)}."
        )


def running_types(facts: Facts) -> set[str]:
    return {str(each.get("CacheNodeType", "")) for each in facts.clusters or ()}


def suggestion(name: str, offered: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, offered, n=3)
    return f"; similar ones are {', '.join(close)}" if close else ""


def reachable(wanted: Wanted, facts: Facts) -> Iterable[str]:
    name, offered = wanted.spec.node_type, facts.node_types_reachable
    if facts.group and name and offered is not None and name not in offered:
        listed = f"it can go to {', '.join(offered)}" if offered else "it can go to no other now"
        yield f"node_type: the group cannot be scaled from {facts.group.node_type} to {name}; {listed}."


def first_generation(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    """T1 has neither backups nor Multi-AZ: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html"""
    group = wanted.group
    if family_and_size(group.node_type)[0] != "t1":
        return
    for option, is_asked in (
        ("snapshot_retention_limit", group.snapshot_retention_limit > 0),
        ("multi_az_enabled", group.multi_az_enabled),
    ):
        if is_asked:
            yield f"{option}: {group.node_type} cannot do that; scale the group to a current node type first."


def data_tiering(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The service takes such nodes only with DataTieringEnabled, which is sent where the snapshot has it."""
    name, snapshot = asked_type(wanted, facts), facts.source.snapshot if facts.source else None
    if snapshot and snapshot.data_tiering:
        return
    if facts.is_new and family_and_size(name)[0] in DATA_TIERING:
        yield f"node_type: {name} demands data tiering, which no option asks for yet; take a node of r7g or r6g."


def engine_of_family(wanted: Wanted, facts: Facts) -> Iterable[str]:
    name, group = asked_type(wanted, facts), wanted.group
    family = family_and_size(name)[0]
    if group.engine != "redis":
        return
    if family in VALKEY_ONLY:
        yield f"node_type: {name} is documented for Valkey alone; take another family, or engine=valkey."
    oldest = version_key(OLDEST_REDIS.get(family, ""))
    version = version_key(group.engine_version or "")
    if version and version < oldest[: len(version)]:
        yield (
            f"node_type: {name} is documented for redis {OLDEST_REDIS[family]} and newer, not {group.engine_version}; "
            "take another family, or a newer engine_version."
        )


def small_node(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """What surprises people who size a small node by its name: told when it is chosen, not in every run.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SelectSize.html"""
    name = wanted.group.node_type or ""
    family, size = family_and_size(name)
    is_chosen = facts.is_new or (facts.group is not None and facts.group.node_type != name)
    if family not in BURSTABLE - RETIRED or not is_chosen:
        return
    memory, advice = maxmemory(name, facts), RESERVED_MEMORY_ADVICE.get(size)
    traits = [f"has {memory / GIB:.3g} GiB of memory"] if memory else []
    traits += [f"wants {advice} % of it reserved (reserved-memory-percent)"] if memory and advice else []
    traits += [f"lets at most {max_clients(name):,} clients connect", "runs on CPU credits"]
    yield f"node_type: {name} {', '.join(traits)}; it can neither tier data nor join a global datastore."


def max_clients(node_type: str) -> int:
    return FEW_CLIENTS.get(node_type, USUAL_CLIENTS)


def region_quota(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The account may have been granted more: the service judges."""
    if facts.clusters is None:
        return
    total = nodes_in_region(facts) + nodes_added(wanted, facts)
    if nodes_added(wanted, facts) > 0 and total > NODES_PER_REGION:
        yield (
            f"num_node_groups, replicas_per_node_group: {total} nodes would be in this region, the quota is "
            f"{NODES_PER_REGION} unless yours was raised; ask for more or take fewer."
        )


def group_quota(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if nodes_added(wanted, facts) > 0 and wanted.group.nodes > NODES_PER_GROUP:
        yield (
            f"num_node_groups, replicas_per_node_group: {wanted.group.nodes} nodes in one group, the quota is "
            f"{NODES_PER_GROUP} unless yours was raised; ask for more or take fewer."
        )


def nodes_in_region(facts: Facts) -> int:
    return sum(int(each.get("NumCacheNodes", 1)) for each in facts.clusters or ())


def nodes_added(wanted: Wanted, facts: Facts) -> int:
    return wanted.group.nodes - (len(facts.group.member_ids) if facts.group else 0)


PROBLEMS = (data_tiering, first_generation, form, not_retired, reachable, size_offered)
WARNINGS = (engine_of_family, family_offered, group_quota, region_quota, small_node)
