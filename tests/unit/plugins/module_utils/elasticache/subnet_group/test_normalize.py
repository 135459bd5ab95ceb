# SPDX-License-Identifier: GPL-3.0-or-later
"""From the service's answer to a State."""

from __future__ import annotations

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.normalize import (
    Subnet,
    normalize,
)

from tests.unit.plugins.module_utils.elasticache.subnet_group.samples import ARN, DESCRIPTION, NAME, VPC, api_group


def test_a_whole_answer() -> None:
    state = normalize(api_group(("subnet-b", "subnet-a")), {"Project": "PHB"})
    assert (state.subnet_group_name, state.arn, state.description, state.vpc_id) == (NAME, ARN, DESCRIPTION, VPC)
    assert state.subnets == (Subnet("subnet-a", "us-east-1a"), Subnet("subnet-b", "us-east-1b"))
    assert state.subnet_ids == ("subnet-a", "subnet-b")
    assert state.tags == {"Project": "PHB"}
    assert state.pending == {}


def test_the_order_of_subnets_is_that_of_zones() -> None:
    subnets = [
        {"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": {"Name": "us-east-1b"}},
        {"SubnetIdentifier": "subnet-2", "SubnetAvailabilityZone": {"Name": "us-east-1a"}},
    ]
    assert normalize(api_group(Subnets=subnets), {}).subnet_ids == ("subnet-2", "subnet-1")


def test_members_that_the_service_leaves_out_are_empty() -> None:
    state = normalize({"CacheSubnetGroupName": NAME, "Subnets": [{"SubnetIdentifier": "subnet-1"}]}, None)
    assert (state.arn, state.description, state.vpc_id, state.tags) == ("", "", "", None)
    assert state.subnets == (Subnet("subnet-1", ""),)
    assert normalize({"CacheSubnetGroupName": NAME}, {}).subnet_ids == ()
