# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a bucket's policy lets ElastiCache in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.bucket_policy import (
    BUCKET_ACTIONS,
    CANONICAL_IDS,
    OBJECT_ACTIONS,
    Place,
    Verdict,
    is_listed,
    judge_policy,
    statement_for,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.elasticache.snapshot.samples import BUCKET, PLACE

KEY = "orders-0001.rdb"
ALL = tuple(sorted(BUCKET_ACTIONS + OBJECT_ACTIONS))


def statement(**changes: Any) -> dict[str, Any]:
    return {**statement_for(PLACE, BUCKET), **changes}


def judge(*statements: dict[str, Any], place: Place = PLACE) -> Verdict:
    return judge_policy({"Statement": list(statements)}, place, BUCKET, KEY)


def test_the_statement_that_is_told_grants_all() -> None:
    assert judge(statement()) == Verdict()


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"Service": ["ec2.amazonaws.com", PLACE.principal]}},
        {"Action": "s3:*"},
        {"Action": "*"},
        {"Action": [each.upper() for each in ALL]},
        {"Resource": "*"},
        {"Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/orders-????.rdb"]},
    ],
)
def test_other_spellings_of_it(changes: dict[str, Any]) -> None:
    assert judge(statement(**changes)) == Verdict()


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"Principal": {"Service": "eu-west-1.elasticache-snapshot.amazonaws.com"}}, ALL),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, ALL),
        ({"Effect": "Deny"}, ALL),
        ({"Action": "s3:Get*"}, tuple(each for each in ALL if not each.startswith("s3:Get"))),
        ({"Resource": f"arn:aws:s3:::{BUCKET}"}, tuple(sorted(OBJECT_ACTIONS))),
        ({"Resource": f"arn:aws:s3:::{BUCKET}/*"}, tuple(sorted(BUCKET_ACTIONS))),
        ({"Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/a/*"]}, tuple(sorted(OBJECT_ACTIONS))),
        ({"Resource": f"arn:aws:s3:::{BUCKET}.evil*"}, ALL),
    ],
)
def test_what_it_does_not_grant(changes: dict[str, Any], missing: tuple[str, ...]) -> None:
    assert judge(statement(**changes)).missing == missing


def test_an_empty_policy_grants_nothing() -> None:
    assert judge_policy({}, PLACE, BUCKET, KEY).missing == ALL


def test_what_is_denied_is_told_by_its_statement() -> None:
    verdict = judge(statement(), {**statement(), "Sid": "Closed", "Effect": "Deny", "Action": "s3:PutObject"})
    assert verdict == Verdict(denied=(("Closed", "s3:PutObject"),))


def test_a_demand_for_tls_denies_nothing() -> None:
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert judge(statement(), tls) == Verdict()


def test_a_condition_on_the_grant_is_told() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert judge(statement(Condition=condition)).conditional == ALL
    assert judge(statement(Condition=condition), statement()).conditional == ()


def test_a_not_principal_grants_nothing_that_is_known() -> None:
    told = statement(NotPrincipal={"AWS": "x"})
    del told["Principal"]
    assert judge(told).missing == ALL


def test_the_principal_in_china() -> None:
    place = Place("cn-north-1", "aws-cn")
    for principal in (place.principal, f"{place.principal}.cn"):
        told = {**statement_for(place, BUCKET), "Principal": {"Service": principal}}
        assert judge(told, place=place) == Verdict()


@given(st.sets(st.sampled_from(ALL)))
def test_what_is_left_out_is_what_is_missing(left_out: set[str]) -> None:
    granted = [action for action in ALL if action not in left_out]
    assert set(judge(statement(Action=granted)).missing) == left_out


@pytest.mark.parametrize(
    ("permissions", "listed"),
    [
        (("READ", "WRITE", "READ_ACP"), True),
        (("FULL_CONTROL",), True),
        (("READ", "WRITE"), False),
        ((), False),
    ],
)
def test_access_control_lists(permissions: tuple[str, ...], listed: bool) -> None:
    grants = [{"Grantee": {"ID": CANONICAL_IDS["aws"]}, "Permission": each} for each in permissions]
    others = [{"Grantee": {"ID": "another"}, "Permission": "FULL_CONTROL"}]
    assert is_listed(grants + others, PLACE) is listed
    assert not is_listed(grants, Place("cn-north-1", "aws-cn"))
