# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the cache will be: subnets, zones, VPC, and the security groups there. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .facts import Facts, SecurityGroup
from .outlook import Wanted


@dataclass(frozen=True)
class Placement:
    """`option` is what decides it; VPCs are several only where the subnets contradict each other."""

    option: str
    vpc_ids: tuple[str, ...]
    availability_zones: tuple[str, ...]

    @property
    def vpc_id(self) -> str | None:
        return self.vpc_ids[0] if len(self.vpc_ids) == 1 else None


def placement(wanted: Wanted, facts: Facts) -> Placement | None:
    """By the subnets of the group to come, else by the subnet group that is there; None where neither could be read."""
    if wanted.request.subnet_ids:
        if not facts.subnets:
            return None
        vpcs = tuple(sorted({each.vpc_id for each in facts.subnets}))
        return Placement("subnet_ids", vpcs, tuple(sorted({each.availability_zone for each in facts.subnets})))
    for group in facts.subnet_groups or ():
        zones = tuple(sorted({each.availability_zone for each in group.subnets}))
        return Placement("subnet_group_name", (group.vpc_id,), zones)
    return None


def cache_vpc(wanted: Wanted, facts: Facts) -> str | None:
    """The VPC that everything has to agree with: of the subnets, else the expected one."""
    place = placement(wanted, facts)
    return (place.vpc_id if place else None) or wanted.request.vpc_id


def cache_groups(wanted: Wanted, facts: Facts) -> tuple[SecurityGroup, ...]:
    """Security groups that the run names for the cache, as far as they exist."""
    named = wanted.spec.security_group_ids or ()
    return tuple(each for each in facts.security_groups or () if each.group_id in named)


def attached_groups(wanted: Wanted, facts: Facts) -> tuple[SecurityGroup, ...]:
    """Security groups that the cache has and keeps without being named."""
    kept = () if wanted.spec.security_group_ids else wanted.group.security_group_ids
    return tuple(each for each in facts.security_groups or () if each.group_id in kept)


def sources_of(group: SecurityGroup, port: int) -> set[str]:
    """Ranges, prefix lists and security groups that the group lets in on `port`."""
    return {source for rule in group.ingress if rule.covers(port) for source in rule.sources}


def application_groups(wanted: Wanted, facts: Facts) -> tuple[SecurityGroup, ...]:
    """Security groups of the application that exist; of several that share a name, those in the cache's VPC."""
    by_id = [each for each in facts.security_groups or () if each.group_id in wanted.request.application_group_ids]
    by_name = [each for name in wanted.request.application_group_names for each in named_groups(name, wanted, facts)]
    return (*by_id, *by_name)


def named_groups(name: str, wanted: Wanted, facts: Facts) -> tuple[SecurityGroup, ...]:
    """A name is unique within a VPC only: where that is known, its group alone counts, else all of them."""
    same_name = tuple(each for each in facts.named_security_groups or () if each.name == name)
    here = tuple(each for each in same_name if each.vpc_id == cache_vpc(wanted, facts))
    return here or same_name
