# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.standin.core.errors import ApiError
from tests.standin.core.names import build_arn, normalize_id, split_arn

ACCOUNT, REGION = "123456789012", "eu-west-1"


@pytest.mark.parametrize("name", ["a", "A", "cache-1", "x" * 40, "a-b-c", "A1-b2"])
def test_identifiers_are_stored_in_lower_case(name: str) -> None:
    assert normalize_id("ReplicationGroupId", name, 40) == name.lower()


@pytest.mark.parametrize("name", ["", " ", "1a", "-a", "a-", "a--b", "a.b", "a_b", "ä", "x" * 41, "a b"])
def test_other_names_are_refused_with_the_members_name(name: str) -> None:
    with pytest.raises(ApiError, match="ReplicationGroupId") as caught:
        normalize_id("ReplicationGroupId", name, 40)
    assert caught.value.code == "InvalidParameterValue"


def test_an_arn_names_kind_place_and_name() -> None:
    assert build_arn("user", "app", ACCOUNT, REGION) == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:user:app"


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_partitions_follow_the_region(region: str, partition: str) -> None:
    assert build_arn("cluster", "a", ACCOUNT, region).startswith(f"arn:{partition}:")


def test_a_global_datastore_has_no_region() -> None:
    arn = build_arn("globalreplicationgroup", "ldgnf-a", ACCOUNT, REGION)
    assert arn == f"arn:aws:elasticache::{ACCOUNT}:globalreplicationgroup:ldgnf-a"
    assert split_arn(arn, ACCOUNT, REGION) == ("globalreplicationgroup", "ldgnf-a")


def test_an_arn_is_taken_apart_whatever_the_case_of_its_name() -> None:
    arn = build_arn("replicationgroup", "Orders", ACCOUNT, REGION)
    assert split_arn(arn, ACCOUNT, REGION) == ("replicationgroup", "orders")


@pytest.mark.parametrize(
    "arn",
    [
        "orders",
        f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:a",
        f"arn:aws:elasticache:us-east-1:{ACCOUNT}:cluster:a",
        f"arn:aws:elasticache:{REGION}:210987654321:cluster:a",
        f"arn:aws:elasticache:{REGION}:{ACCOUNT}:cluster",
    ],
)
def test_other_arns_are_invalid(arn: str) -> None:
    with pytest.raises(ApiError) as caught:
        split_arn(arn, ACCOUNT, REGION)
    assert caught.value.code == "InvalidARN"
