# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket of an export: what is read of it, and what that comes to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.bucket import (
    Bucket,
    ExportedFile,
    bucket_refusals,
    bucket_warnings,
    read_bucket,
    read_exported,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.snapshot.samples import (
    BUCKET,
    FILE,
    MOMENT,
    NAME,
    PLACE,
    TOLD,
    make_bucket,
)

IS_HERE: dict[str, Any] = {}
NAMED = {"Bucket": BUCKET}
ENFORCED = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def answer(stubbed: StubbedSession, operation: str, told: dict[str, Any] | str) -> None:
    """With an answer, or with the error of that code."""
    answers = stubbed.answers("s3")
    given = {} if operation == "list_buckets" else NAMED
    if isinstance(told, str):
        answers.add_client_error(operation, told, "No.", expected_params=given)
    else:
        answers.add_response(operation, told, given)


def test_an_open_bucket_takes_four_reads(stubbed: StubbedSession) -> None:
    policy = make_bucket().policy
    answer(stubbed, "get_bucket_location", IS_HERE)
    answer(stubbed, "get_bucket_policy", {"Policy": json.dumps(policy)})
    answer(stubbed, "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
    answer(stubbed, "list_buckets", {"Buckets": [{"Name": BUCKET}]})
    bucket = read_bucket(stubbed.session, BUCKET, NAME)
    assert bucket == make_bucket()
    assert list(bucket_refusals(bucket, NAME)) == []
    assert list(bucket_warnings(bucket, NAME)) == []


def test_a_closed_bucket_has_its_lists_read(stubbed: StubbedSession) -> None:
    answer(stubbed, "get_bucket_location", IS_HERE)
    answer(stubbed, "get_bucket_policy", "NoSuchBucketPolicy")
    answer(stubbed, "get_bucket_encryption", {})
    answer(stubbed, "list_buckets", {"Buckets": []})
    answer(stubbed, "get_bucket_ownership_controls", ENFORCED)
    answer(stubbed, "get_bucket_acl", "AccessDenied")
    refusals = list(bucket_refusals(read_bucket(stubbed.session, BUCKET, NAME), NAME))
    assert len(refusals) == 2
    assert "belongs to another account" in refusals[0]
    assert "Its ACLs are disabled" in refusals[1]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("NoSuchBucket", "does not exist; create it in us-east-1"), ("AccessDenied", "is hidden from the caller")],
)
def test_a_bucket_that_cannot_be_seen(stubbed: StubbedSession, code: str, refusal: str) -> None:
    answer(stubbed, "get_bucket_location", code)
    (told,) = bucket_refusals(read_bucket(stubbed.session, BUCKET, NAME), NAME)
    assert refusal in told


def test_what_may_not_be_read_is_left_to_the_service(stubbed: StubbedSession) -> None:
    answer(stubbed, "get_bucket_location", IS_HERE)
    for operation in ("get_bucket_policy", "get_bucket_encryption", "list_buckets"):
        answer(stubbed, operation, "AccessDenied")
    bucket = read_bucket(stubbed.session, BUCKET, NAME)
    assert list(bucket_refusals(bucket, NAME)) == []
    (warning,) = bucket_warnings(bucket, NAME)
    assert warning.endswith("lacks s3:GetBucketPolicy, s3:GetEncryptionConfiguration, s3:ListAllMyBuckets.")


@pytest.mark.parametrize("operation", ["get_bucket_location", "get_bucket_policy"])
def test_any_other_failure_is_one(stubbed: StubbedSession, operation: str) -> None:
    if operation != "get_bucket_location":
        answer(stubbed, "get_bucket_location", IS_HERE)
    answer(stubbed, operation, "InvalidRequest")
    with pytest.raises(ServiceError, match="InvalidRequest"):
        read_bucket(stubbed.session, BUCKET, NAME)


@pytest.mark.parametrize(("constraint", "region"), [("EU", "eu-west-1"), ("ap-southeast-1", "ap-southeast-1")])
def test_regions_as_s3_tells_them(stubbed: StubbedSession, constraint: str, region: str) -> None:
    answer(stubbed, "get_bucket_location", {"LocationConstraint": constraint})
    answer(stubbed, "get_bucket_policy", {"Policy": json.dumps(make_bucket().policy)})
    answer(stubbed, "get_bucket_encryption", {})
    answer(stubbed, "list_buckets", {"Buckets": [{"Name": BUCKET}]})
    bucket = read_bucket(stubbed.session, BUCKET, NAME)
    assert bucket.region == region
    (told,) = bucket_refusals(bucket, NAME)
    assert f"is in {region}, the snapshot in us-east-1" in told


@pytest.mark.parametrize(
    ("changes", "refusals"),
    [
        ({}, 0),
        ({"policy": None}, 0),
        ({"policy": {}, "acl": {"Grants": []}}, 1),
        ({"is_owned": None}, 0),
        ({"is_owned": False, "region": "eu-west-1", "policy": {}}, 3),
    ],
)
def test_all_is_told_at_once(changes: dict[str, Any], refusals: int) -> None:
    assert len(list(bucket_refusals(make_bucket(**changes), NAME))) == refusals


def test_a_statement_that_denies_is_named() -> None:
    bucket = make_bucket()
    closed = {"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "*"}
    policy = {"Statement": [*(bucket.policy or {})["Statement"], closed]}
    (told,) = bucket_refusals(make_bucket(policy=policy), NAME)
    assert (
        told
        == f"target_bucket: {BUCKET}: the statement Closed of its policy denies ElastiCache s3:PutObject; except it."
    )


@pytest.mark.parametrize("algorithm", ["aws:kms", "aws:kms:dsse"])
def test_encryption_that_keeps_a_cache_from_being_seeded(algorithm: str) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
    bucket = make_bucket(encryption={"ServerSideEncryptionConfiguration": {"Rules": rules}})
    assert f"encrypts with {algorithm} by default" in next(bucket_warnings(bucket, NAME))


LISTING = {"Bucket": BUCKET, "Prefix": f"{NAME}-"}


def test_the_files_of_an_export(stubbed: StubbedSession) -> None:
    keys = [f"{NAME}-0001.rdb", f"{NAME}-0001.rdb.old", f"{NAME}-2-0001.rdb", f"{NAME}-001.rdb"]
    contents = [{"Key": key, "LastModified": MOMENT} for key in keys]
    stubbed.answers("s3").add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False}, LISTING)
    assert read_exported(stubbed.session, make_bucket(), NAME) == (ExportedFile(FILE, TOLD),)


def test_who_may_not_list_them_is_told_so(stubbed: StubbedSession) -> None:
    stubbed.answers("s3").add_client_error("list_objects_v2", "AccessDenied", "No.", expected_params=LISTING)
    with pytest.raises(Refused, match="the caller lacks s3:ListBucket"):
        read_exported(stubbed.session, make_bucket(), NAME)


@pytest.mark.parametrize("changes", [{"region": None}, {"region": "eu-west-1"}, {"is_owned": False}])
def test_a_bucket_that_cannot_take_an_export_is_not_listed(stubbed: StubbedSession, changes: dict[str, Any]) -> None:
    assert read_exported(stubbed.session, make_bucket(**changes), NAME) == ()
    assert not stubbed.stubbers


def test_a_bucket_that_is_not_there_has_no_more_problems() -> None:
    assert len(list(bucket_refusals(Bucket(BUCKET, PLACE, exists=False), NAME))) == 1
