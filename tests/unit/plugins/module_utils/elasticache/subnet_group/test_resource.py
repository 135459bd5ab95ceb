# SPDX-License-Identifier: GPL-3.0-or-later
"""A subnet group bound to a session: which reads are made, and what the service's refusals become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.observe import observe_all
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.resource import SubnetGroup
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Step
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Conflict

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.subnet_group.samples import ARN, DESCRIPTION, NAME, VPC, api_group


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def answer_group(stubbed: StubbedSession, **changes: Any) -> None:
    answers = stubbed.answers("elasticache")
    answers.add_response(
        "describe_cache_subnet_groups",
        {"CacheSubnetGroups": [api_group(**changes)]},
        {"CacheSubnetGroupName": NAME},
    )
    answers.add_response("list_tags_for_resource", {"TagList": []}, {"ResourceName": ARN})


def answer_missing(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error(
        "describe_cache_subnet_groups", "CacheSubnetGroupNotFoundFault", "Not found."
    )


def resource(stubbed: StubbedSession, **params: Any) -> SubnetGroup:
    return SubnetGroup(stubbed.session, {"subnet_group_name": NAME, **params})


def test_a_group_as_wanted_is_read_and_nothing_else(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    group = resource(stubbed, subnet_ids=["subnet-b", "subnet-a"])
    state, warnings = group.settle(check=False)
    assert warnings == ()
    assert group.plan(state).is_empty
    assert "ec2" not in stubbed.stubbers


@pytest.mark.parametrize("params", [{}, {"state": "absent", "subnet_ids": ["subnet-c"]}])
def test_networks_are_not_read_where_nothing_depends_on_them(stubbed: StubbedSession, params: dict[str, Any]) -> None:
    answer_group(stubbed)
    resource(stubbed, **params).settle(check=True)
    assert "ec2" not in stubbed.stubbers


def test_networks_are_read_before_subnets_change(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    subnets = [{"SubnetId": "subnet-c", "VpcId": VPC, "AvailabilityZone": "us-east-1c"}]
    stubbed.answers("ec2").add_response("describe_subnets", {"Subnets": subnets})
    group = resource(stubbed, description=DESCRIPTION, subnet_ids=["subnet-c", "subnet-d"])
    state, _warnings = group.settle(check=True)
    assert group.plan(state).refusals == ("subnet_ids: subnet-d does not exist in this region.",)


def test_networks_that_cannot_be_read_are_a_warning(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    stubbed.answers("ec2").add_client_error("describe_subnets", "UnauthorizedOperation", "You may not.")
    group = resource(stubbed, description=DESCRIPTION, subnet_ids=["subnet-c"])
    state, warnings = group.settle(check=False)
    assert "You may not" in warnings[0]
    assert group.plan(state).refusals == ()


def test_a_missing_group_is_no_state(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    assert resource(stubbed).observe() is None


@pytest.mark.parametrize(
    ("code", "raised", "told"),
    [
        ("CacheSubnetGroupInUse", ServiceError, "In use. A cache still uses it: delete that first"),
        ("SubnetInUse", ServiceError, "A node still has its address in that subnet"),
        ("CacheSubnetGroupNotFoundFault", Conflict, "In use"),
        ("CacheSubnetGroupAlreadyExists", Conflict, "In use"),
    ],
)
def test_refusals_of_the_service_are_explained(
    stubbed: StubbedSession, code: str, raised: type[Exception], told: str
) -> None:
    stubbed.answers("elasticache").add_client_error("delete_cache_subnet_group", code, "In use.")
    with pytest.raises(raised, match=told):
        resource(stubbed, state="absent").execute(
            Step("delete_cache_subnet_group", {"CacheSubnetGroupName": NAME}, ("state",))
        )


def test_a_late_read_after_a_change_is_waited_out(stubbed: StubbedSession) -> None:
    answer_group(stubbed)
    answer_group(stubbed, CacheSubnetGroupDescription="new")
    state = resource(stubbed, description="new").converge()
    assert state is not None
    assert state.description == "new"
    assert len(stubbed.clock.naps) == 1


def test_there_is_nothing_to_wait_for(stubbed: StubbedSession) -> None:
    with pytest.raises(AssertionError):
        resource(stubbed).wait(Step("modify_cache_subnet_group", {}))


def test_all_groups_are_read_with_their_tags(stubbed: StubbedSession) -> None:
    answers = stubbed.answers("elasticache")
    answers.add_response("describe_cache_subnet_groups", {"CacheSubnetGroups": [api_group()]}, {})
    answers.add_client_error("list_tags_for_resource", "AccessDenied", "You may not.")
    (state,) = observe_all(stubbed.session, {"subnet_group_name": None})
    assert state.tags is None


def test_asking_for_a_group_that_is_not_there_gives_none(stubbed: StubbedSession) -> None:
    answer_missing(stubbed)
    assert observe_all(stubbed.session, {"subnet_group_name": NAME}) == []


def test_time_passes_after_a_conflict(stubbed: StubbedSession) -> None:
    resource(stubbed).back_off(2)
    assert stubbed.clock.naps == [4.0]
