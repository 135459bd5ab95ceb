# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.network import SubnetFact
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import (
    Facts,
    Ingress,
    SecurityGroup,
)

from .samples import (
    APPLICATION_GROUP,
    CACHE_GROUP,
    OTHER_VPC,
    VPC,
    facts,
    findings,
    ingress,
    problems,
    subnet_group,
    warnings,
)

ONE_ZONE = (SubnetFact("subnet-a", VPC, "us-east-1a"), SubnetFact("subnet-b", VPC, "us-east-1a"))
NAMED = {"subnet_ids": None}


def groups(cache: SecurityGroup, *others: SecurityGroup) -> Facts:
    return facts(security_groups=(cache, *others))


def cache(*rules: Ingress, vpc_id: str = VPC) -> SecurityGroup:
    return SecurityGroup(CACHE_GROUP, "phb-redis", vpc_id, rules)


def application(vpc_id: str = VPC, group_id: str = APPLICATION_GROUP) -> SecurityGroup:
    return SecurityGroup(group_id, "phb-app", vpc_id)


def test_two_zones_and_one_vpc_are_fine() -> None:
    assert findings().problems == ()
    assert findings(facts(subnet_groups=(subnet_group(),)), **NAMED).problems == ()


def test_multi_az_needs_two_zones() -> None:
    text = "Multi-AZ needs subnets in two zones, these are in us-east-1a alone; add one in another."
    assert problems(facts(subnets=ONE_ZONE)) == [f"subnet_ids: {text}"]
    one_zone = subnet_group(zones=("us-east-1a",))
    assert problems(facts(subnet_groups=(one_zone,)), **NAMED) == [f"subnet_group_name: {text}"]


def test_failover_within_one_zone_is_warned_about() -> None:
    known = facts(subnets=ONE_ZONE)
    (told,) = warnings(known, multi_az_enabled=False)
    assert told.startswith("subnet_ids: all subnets are in us-east-1a")
    assert problems(known, multi_az_enabled=False) == []
    assert warnings(known, multi_az_enabled=False, automatic_failover_enabled=False) == []


def test_subnets_must_exist_and_share_a_vpc() -> None:
    elsewhere = (SubnetFact("subnet-a", VPC, "us-east-1a"), SubnetFact("subnet-b", OTHER_VPC, "us-east-1b"))
    assert "these are in 2" in problems(facts(subnets=elsewhere))[0]
    assert problems(facts(subnets=elsewhere[:1]), multi_az_enabled=False) == [
        "subnet_ids: subnet-b does not exist in this region."
    ]


def test_subnet_ids_are_not_empty() -> None:
    assert problems(subnet_ids=[])[0].startswith("subnet_ids: a subnet group cannot be empty")


def test_an_existing_subnet_group_keeps_its_vpc() -> None:
    (found,) = problems(facts(subnet_groups=(subnet_group(OTHER_VPC),)))
    assert found.startswith(f"subnet_ids: they are in {VPC}, the group phb-redis-subnet is in {OTHER_VPC}")


def test_a_named_subnet_group_must_exist() -> None:
    assert problems(**NAMED) == [
        "subnet_group_name: phb-redis-subnet does not exist; create it first, or give its subnet_ids if a later task "
        "does."
    ]


def test_without_any_subnet_group_the_default_one_is_needed() -> None:
    params: dict[str, Any] = {**NAMED, "subnet_group_name": None}
    assert problems(**params)[0].startswith("subnet_group_name: not set, and the account has no subnet group `default`")
    assert problems(facts(subnet_groups=(subnet_group(),)), **params) == []


@pytest.mark.parametrize("params", [{}, NAMED])
def test_the_expected_vpc(params: dict[str, Any]) -> None:
    known = facts(subnet_groups=(subnet_group(),))
    assert problems(known, vpc_id=VPC, **params) == []
    (found,) = problems(known, vpc_id=OTHER_VPC, **params)
    assert f"the subnets are in {VPC}, expected is {OTHER_VPC}" in found


def test_security_groups_must_exist() -> None:
    assert problems(groups(application())) == [f"security_group_ids: {CACHE_GROUP} does not exist in this region."]


def test_security_groups_are_in_the_vpc_of_the_subnets() -> None:
    (found,) = problems(groups(cache(ingress(APPLICATION_GROUP), vpc_id=OTHER_VPC), application()))
    assert found == f"security_group_ids: {CACHE_GROUP} is in {OTHER_VPC}, the cache in {VPC}; name one of {VPC}."


def test_security_groups_agree_where_the_subnets_are_unknown() -> None:
    ids = [CACHE_GROUP, "sg-2c3d4e5f"]
    second = SecurityGroup(ids[1], "second", OTHER_VPC, (ingress(APPLICATION_GROUP),))
    known = groups(cache(ingress(APPLICATION_GROUP)), second, application())
    found = problems(replace(known, subnets=None, subnet_groups=None), security_group_ids=ids)
    assert [each.partition(" (")[0] for each in found] == [
        "security_group_ids: they must be in one VPC, that of the subnets"
    ]


def test_application_groups_must_exist() -> None:
    assert problems(groups(cache(ingress(APPLICATION_GROUP)))) == [
        f"application_security_groups: {APPLICATION_GROUP} does not exist in this region."
    ]
    known = facts(named_security_groups=())
    assert problems(known, application_security_groups=["sg-app-servers"]) == [
        "application_security_groups: no security group of this region is named sg-app-servers."
    ]


def test_a_name_counts_in_the_vpc_of_the_cache() -> None:
    named = (application(OTHER_VPC, "sg-3d4e5f60"), application())
    known = facts(named_security_groups=named)
    result = findings(known, application_security_groups=["phb-app"])
    assert (result.problems, result.warnings) == ((), ())


def test_a_name_that_means_several_groups() -> None:
    named = (application(OTHER_VPC, "sg-3d4e5f60"), application("vpc-1", "sg-4e5f6071"))
    (found,) = problems(facts(named_security_groups=named), application_security_groups=["phb-app"])
    assert found.startswith("application_security_groups: phb-app names 2 groups (sg-3d4e5f60 in")


def test_an_application_in_another_vpc_is_warned_about() -> None:
    (told,) = warnings(groups(cache(ingress(APPLICATION_GROUP)), application(OTHER_VPC)))
    assert f"phb-app is in {OTHER_VPC}, the cache in {VPC}" in told


@pytest.mark.parametrize(
    "rule",
    [
        ingress(APPLICATION_GROUP),
        ingress("10.0.0.0/16"),
        ingress("pl-0a1b2c3d"),
        Ingress("-1", None, None, (APPLICATION_GROUP,)),
        Ingress("tcp", 6000, 7000, (APPLICATION_GROUP,)),
    ],
)
def test_the_application_is_let_in(rule: Ingress) -> None:
    assert warnings(groups(cache(rule), application())) == []


@pytest.mark.parametrize(
    "rule",
    [
        ingress("sg-5f607182"),
        ingress(APPLICATION_GROUP, port=6380),
        Ingress("udp", 6379, 6379, (APPLICATION_GROUP,)),
    ],
)
def test_an_application_that_is_not_let_in_is_warned_about(rule: Ingress) -> None:
    (told,) = warnings(groups(cache(rule), application()))
    assert told.startswith(f"security_group_ids: no rule of {CACHE_GROUP} lets phb-app in on port 6379")


def test_what_could_not_be_read_is_not_judged() -> None:
    known = facts(subnets=None, subnet_groups=None, security_groups=None)
    result = findings(known)
    assert (result.problems, result.warnings) == ((), ())
    assert (result.facts["vpc_id"], result.facts["availability_zones"]) == (None, None)
