# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether subnets, VPC and security groups agree, and what the zones allow."""

from __future__ import annotations

from collections.abc import Iterable

from ..subnet_group.planner import network_refusals
from ..subnet_group.spec import SubnetGroupSpec, spec_problems
from .facts import Facts
from .network import application_groups, cache_groups, cache_vpc, named_groups, placement, sources_of
from .outlook import DEFAULT_SUBNET_GROUP, Wanted


def subnets(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The rules of the subnet group that is about to be made or changed, as its own module has them."""
    if wanted.request.subnet_ids is None:
        return
    spec = SubnetGroupSpec(wanted.group.subnet_group_name, subnet_ids=wanted.request.subnet_ids)
    networks = None if facts.subnets is None else {each.subnet_id: each.vpc_id for each in facts.subnets}
    yield from spec_problems(spec)
    yield from network_refusals(spec, next(iter(facts.subnet_groups or ()), None), networks)


def subnet_group_exists(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if wanted.request.subnet_ids is not None or facts.subnet_groups != ():
        return
    name = wanted.group.subnet_group_name
    if wanted.spec.subnet_group_name is None and name == DEFAULT_SUBNET_GROUP:
        yield "subnet_group_name: not set, and the account has no subnet group `default`; name one of your VPC."
    else:
        yield f"subnet_group_name: {name} does not exist; create it first, or give its subnet_ids if a later task does."


def expected_vpc(wanted: Wanted, facts: Facts) -> Iterable[str]:
    place = placement(wanted, facts)
    expected = wanted.request.vpc_id
    if place and place.vpc_id and expected and place.vpc_id != expected:
        yield f"{place.option}: the subnets are in {place.vpc_id}, expected is {expected}; name subnets of that VPC."


def zones_for_multi_az(wanted: Wanted, facts: Facts) -> Iterable[str]:
    place = placement(wanted, facts)
    if wanted.group.multi_az_enabled and place and len(place.availability_zones) < 2:
        zones = ", ".join(place.availability_zones)
        yield f"{place.option}: Multi-AZ needs subnets in two zones, these are in {zones} alone; add one in another."


def zones_for_failover(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """Failover works within a zone, but does not help when the zone itself fails."""
    place = placement(wanted, facts)
    is_within_a_zone = wanted.group.automatic_failover_enabled and not wanted.group.multi_az_enabled
    if is_within_a_zone and place and len(place.availability_zones) == 1:
        yield (
            f"{place.option}: all subnets are in {place.availability_zones[0]}, so a failing zone takes primary and "
            "replicas along; add a subnet in another zone."
        )


def security_groups_exist(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if facts.security_groups is None:
        return
    found = {each.group_id for each in facts.security_groups}
    for each in wanted.spec.security_group_ids or ():
        if each not in found:
            yield f"security_group_ids: {each} does not exist in this region."


def security_groups_in_vpc(wanted: Wanted, facts: Facts) -> Iterable[str]:
    groups = cache_groups(wanted, facts)
    vpc = cache_vpc(wanted, facts)
    for each in groups:
        if vpc and each.vpc_id != vpc:
            yield f"security_group_ids: {each.group_id} is in {each.vpc_id}, the cache in {vpc}; name one of {vpc}."
    if vpc is None and len({each.vpc_id for each in groups}) > 1:
        listed = "; ".join(f"{each.group_id} in {each.vpc_id}" for each in groups)
        yield f"security_group_ids: they must be in one VPC, that of the subnets ({listed})."


def application_groups_exist(wanted: Wanted, facts: Facts) -> Iterable[str]:
    if facts.security_groups is not None:
        found = {each.group_id for each in facts.security_groups}
        for each in wanted.request.application_group_ids:
            if each not in found:
                yield f"application_security_groups: {each} does not exist in this region."
    if facts.named_security_groups is not None:
        for name in wanted.request.application_group_names:
            if not named_groups(name, wanted, facts):
                yield f"application_security_groups: no security group of this region is named {name}."


def application_names_unique(wanted: Wanted, facts: Facts) -> Iterable[str]:
    for name in wanted.request.application_group_names:
        found = named_groups(name, wanted, facts)
        if len(found) > 1:
            listed = ", ".join(f"{each.group_id} in {each.vpc_id}" for each in found)
            yield f"application_security_groups: {name} names {len(found)} groups ({listed}); give the id of one."


def application_in_vpc(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """Groups of a peered VPC may be let in, hence no problem."""
    vpc = cache_vpc(wanted, facts)
    for each in application_groups(wanted, facts):
        if vpc and each.vpc_id != vpc:
            yield (
                f"application_security_groups: {each.name or each.group_id} is in {each.vpc_id}, the cache in {vpc}; "
                "its members can connect only if the two VPCs are peered."
            )


def application_let_in(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """A range or prefix list may well hold the application's addresses, so only rules for groups are judged."""
    caches = cache_groups(wanted, facts)
    port = wanted.group.port
    sources = {source for group in caches for source in sources_of(group, port)}
    if not caches or any(not source.startswith("sg-") for source in sources):
        return
    for each in application_groups(wanted, facts):
        if each.group_id not in sources:
            listed = ", ".join(group.group_id for group in caches)
            yield (
                f"security_group_ids: no rule of {listed} lets {each.name or each.group_id} in on port {port}; add "
                "one, or its members cannot connect."
            )


PROBLEMS = (
    application_groups_exist,
    application_names_unique,
    expected_vpc,
    security_groups_exist,
    security_groups_in_vpc,
    subnet_group_exists,
    subnets,
    zones_for_multi_az,
)
WARNINGS = (application_in_vpc, application_let_in, zones_for_failover)
