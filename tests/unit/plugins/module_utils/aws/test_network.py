# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EC2: what does not exist is left out, not refused."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.aws.network import (
    SubnetFact,
    read_subnets,
)

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession


def test_subnets_are_asked_for_by_filter() -> None:
    stubbed = StubbedSession()
    stubbed.answers("ec2").add_response(
        "describe_subnets",
        {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}]},
        {"Filters": [{"Name": "subnet-id", "Values": ["subnet-1", "subnet-2"]}]},
    )
    assert read_subnets(stubbed.session, ("subnet-1", "subnet-2")) == [SubnetFact("subnet-1", "vpc-1", "us-east-1a")]
    stubbed.assert_all_answered()


def test_a_missing_permission_is_told() -> None:
    stubbed = StubbedSession()
    stubbed.answers("ec2").add_client_error("describe_subnets", "UnauthorizedOperation", "You may not.")
    with pytest.raises(ServiceError, match="You may not"):
        read_subnets(stubbed.session, ["subnet-1"])
