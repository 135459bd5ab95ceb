# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_subnet_group and its _info twin against the stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.observe import observe_all
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.resource import SubnetGroup
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted

from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud, Killed, Module

NAME = "phb-redis-subnet"
DESCRIPTION = "PHB Redis Cache Subnet"


@dataclass(frozen=True)
class Place:
    """The module with a VPC of three subnets, in the zones a, b and c."""

    module: Module
    subnets: list[str]

    @property
    def cloud(self) -> Cloud:
        return self.module.cloud

    def group(self, **changes: Any) -> dict[str, Any]:
        """Options of a group in the first two subnets."""
        return {
            "subnet_group_name": NAME,
            "description": DESCRIPTION,
            "subnet_ids": self.subnets[:2],
            "tags": {"Project": "PHB"},
            **changes,
        }


@pytest.fixture
def place(cloud: Cloud) -> Place:
    return Place(Module(cloud, SubnetGroup, argument_spec()), cloud.make_subnets("a", "b", "c"))


@pytest.fixture
def phb(place: Place) -> Place:
    """The place with the group in it."""
    place.module.run(**place.group())
    return place


def in_use(place: Place) -> Place:
    place.cloud.make_cache("phb-redis-cache", CacheSubnetGroupName=NAME)
    return place


# --- every option: foretold, changed, repeated


def test_a_group_is_created_with_everything(place: Place) -> None:
    created = place.module.changes(**place.group()).after
    assert set(created.subnet_ids) == set(place.subnets[:2])
    assert [each.availability_zone for each in created.subnets] == ["us-east-1a", "us-east-1b"]
    assert created.vpc_id.startswith("vpc-")
    assert created.tags == {"Project": "PHB"}
    assert created.arn.endswith(f":subnetgroup:{NAME}")
    assert place.cloud.changes() == ["CreateCacheSubnetGroup"]


def test_a_repeat_costs_two_reads(phb: Place) -> None:
    before = len(phb.cloud.calls())
    phb.module.run(**phb.group(subnet_ids=phb.subnets[1::-1]))
    assert phb.cloud.calls()[before:] == ["DescribeCacheSubnetGroups", "ListTagsForResource"]


def test_the_name_has_no_case(phb: Place) -> None:
    assert not phb.module.run(**phb.group(subnet_group_name=NAME.upper())).changed


def test_description(phb: Place) -> None:
    assert phb.module.changes(subnet_group_name=NAME, description="other").after.description == "other"


@pytest.mark.parametrize("indexes", [(0, 1, 2), (1,), (2,), (1, 2)])
def test_subnet_ids(phb: Place, indexes: tuple[int, ...]) -> None:
    wanted = [phb.subnets[index] for index in indexes]
    changed = phb.module.changes(subnet_group_name=NAME, subnet_ids=wanted).after
    assert set(changed.subnet_ids) == set(wanted)


def test_subnet_ids_repeated_or_in_another_order_are_the_same(phb: Place) -> None:
    assert not phb.module.run(subnet_group_name=NAME, subnet_ids=[*phb.subnets[1::-1], phb.subnets[0]]).changed


def test_tags(phb: Place) -> None:
    added = phb.module.changes(subnet_group_name=NAME, tags={"Team": "web"}, purge_tags=False)
    assert added.after.tags == {"Project": "PHB", "Team": "web"}
    replaced = phb.module.changes(subnet_group_name=NAME, tags={"Project": "phb", "Stage": "dev"})
    assert replaced.after.tags == {"Project": "phb", "Stage": "dev"}
    assert phb.module.changes(subnet_group_name=NAME, tags={}).after.tags == {}


def test_everything_at_once(phb: Place) -> None:
    wanted = phb.group(description="other", subnet_ids=phb.subnets[1:], tags={"Team": "web"})
    outcome = phb.module.changes(**wanted)
    assert [step.operation for step in outcome.plan.steps] == [
        "modify_cache_subnet_group",
        "remove_tags_from_resource",
        "add_tags_to_resource",
    ]


def test_what_is_not_given_is_not_managed(phb: Place) -> None:
    assert not phb.module.run(subnet_group_name=NAME).changed


def test_state(phb: Place) -> None:
    assert phb.module.changes(subnet_group_name=NAME, state="absent").after is None
    assert not phb.module.run(subnet_group_name=NAME, state="absent").changed


# --- refusals, all before anything is sent


def test_creation_without_description_and_subnets(place: Place) -> None:
    assert len(place.module.refuses(subnet_group_name=NAME).problems) == 2


@pytest.mark.parametrize("is_new", [True, False])
def test_subnets_of_two_vpcs(place: Place, is_new: bool) -> None:
    if not is_new:
        place.module.run(**place.group())
    elsewhere = place.cloud.make_subnets("a")
    refused = place.module.refuses(**place.group(subnet_ids=[place.subnets[0], *elsewhere]))
    assert "a subnet group lives in one VPC, these are in 2" in str(refused)
    assert elsewhere[0] in str(refused)


@pytest.mark.parametrize("is_new", [True, False])
def test_an_unknown_subnet(place: Place, is_new: bool) -> None:
    if not is_new:
        place.module.run(**place.group())
    refused = place.module.refuses(**place.group(subnet_ids=[place.subnets[0], "subnet-0a1b2c3d4e5f60718"]))
    assert refused.problems == ("subnet_ids: subnet-0a1b2c3d4e5f60718 does not exist in this region.",)


def test_another_vpc(phb: Place) -> None:
    refused = phb.module.refuses(subnet_group_name=NAME, subnet_ids=phb.cloud.make_subnets("a", "b"))
    assert "cannot move; create one of another name" in str(refused)


def test_problems_of_the_options_come_before_any_call(phb: Place) -> None:
    before = len(phb.cloud.calls())
    assert len(phb.module.refuses(subnet_group_name="1--2", subnet_ids=[], tags={"aws:a": "b"}).problems) == 3
    assert len(phb.cloud.calls()) == before


# --- groups in use


def test_a_group_in_use_is_not_deleted(phb: Place) -> None:
    with pytest.raises(Interrupted, match="A cache still uses it: delete that first") as interrupted:
        in_use(phb).module.run(subnet_group_name=NAME, state="absent")
    assert interrupted.value.done == ()


def test_a_subnet_with_a_node_in_it_is_not_let_go(phb: Place) -> None:
    in_use(phb)
    with pytest.raises(Interrupted, match="A node still has its address in that subnet"):
        phb.module.run(subnet_group_name=NAME, subnet_ids=phb.subnets[2:])


def test_a_group_in_use_takes_more_subnets(phb: Place) -> None:
    in_use(phb).module.changes(subnet_group_name=NAME, subnet_ids=phb.subnets)


# --- lost connections, busy service


@pytest.mark.parametrize("lives", range(1, 4))
def test_a_change_killed_after_each_call_is_completed_by_the_next(phb: Place, lives: int) -> None:
    wanted = phb.group(subnet_ids=phb.subnets, tags={"Team": "web"})
    with pytest.raises(Killed):
        phb.module.run_with(phb.cloud.mortal_session(lives), **wanted)
    outcome = phb.module.run(**wanted)
    assert set(outcome.after.subnet_ids) == set(phb.subnets)
    assert outcome.after.tags == {"Team": "web"}
    assert not phb.module.run(**wanted).changed


def test_a_creation_killed_after_its_call_is_completed_by_the_next(place: Place) -> None:
    with pytest.raises(Killed):
        place.module.run_with(place.cloud.mortal_session(1), **place.group())
    assert not place.module.run(**place.group()).changed
    assert place.cloud.changes() == ["CreateCacheSubnetGroup"]


@pytest.mark.parametrize("operation", ["Describe*", "CreateCacheSubnetGroup", "*"])
def test_throttling_is_survived(place: Place, pauses: list[float], operation: str) -> None:
    place.cloud.standin.control.add_fault("throttle", operation, times=7)
    assert place.module.run(**place.group()).changed
    assert len(pauses) >= 7


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("operation", ["CreateCacheSubnetGroup", "ModifyCacheSubnetGroup", "DeleteCacheSubnetGroup"])
def test_a_lost_connection_is_survived(place: Place, pauses: list[float], kind: str, operation: str) -> None:
    place.cloud.standin.control.add_fault(kind, operation, times=1)
    assert place.module.run(**place.group()).after.description == DESCRIPTION
    assert place.module.run(**place.group(description="other")).after.description == "other"
    assert place.module.run(subnet_group_name=NAME, state="absent").after is None


def test_reads_that_lag_are_waited_out(phb: Place) -> None:
    phb.cloud.standin.control.add_fault("stale", "DescribeCacheSubnetGroups", times=3)
    assert phb.module.run(**phb.group(description="other")).after.description == "other"


def test_without_permission_to_read_subnets_the_service_judges(place: Place) -> None:
    denied = {"code": "UnauthorizedOperation", "message": "You may not.", "status": 403}
    place.cloud.standin.control.add_fault("error", "DescribeSubnets", service="ec2", **denied)
    outcome = place.module.run(**place.group())
    assert "could not be checked beforehand" in outcome.warnings[0]
    elsewhere = place.cloud.make_subnets("a")
    with pytest.raises(Interrupted, match="all are in one VPC"):
        place.module.run(subnet_group_name=NAME, subnet_ids=[place.subnets[0], *elsewhere])


# --- the _info twin, and the module itself


def test_info(phb: Place) -> None:
    session = phb.cloud.session
    (found,) = observe_all(session, {"subnet_group_name": NAME})
    assert set(found.subnet_ids) == set(phb.subnets[:2])
    assert found.tags == {"Project": "PHB"}
    assert NAME in [each.subnet_group_name for each in observe_all(session, {"subnet_group_name": None})]
    assert observe_all(session, {"subnet_group_name": "nobodys"}) == []


def test_the_module_in_a_playbook(playbooks: Playbooks) -> None:
    cloud = Cloud(playbooks.standin)
    module = "redisops.cache.elasticache_subnet_group"
    wanted = {"name": NAME, "description": DESCRIPTION, "subnet_ids": cloud.make_subnets("a", "b")}
    foretold, created, repeated, read = playbooks.play(
        [
            {module: wanted, "check_mode": True},
            {module: wanted},
            {module: wanted},
            {f"{module}_info": {"name": NAME}},
        ]
    )
    assert foretold["plan"] == created["plan"]
    assert foretold["diff"] == created["diff"]
    assert (foretold["changed"], created["changed"], repeated["changed"]) == (True, True, False)
    assert created["subnet_group"] == repeated["subnet_group"] == read["subnet_groups"][0]
