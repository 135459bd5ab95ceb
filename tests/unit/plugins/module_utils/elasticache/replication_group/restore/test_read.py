# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read about a snapshot or about files, and what becomes of reads that are refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.read import (
    read_source,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import (
    SnapshotFile,
    Source,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import (
    ReplicationGroupSpec,
)
from botocore.response import StreamingBody

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession

from .samples import FILE, SNAPSHOT, api_snapshot

PLACE = {"Bucket": "phb-backups", "Key": "orders-0001.rdb"}
START = b"REDIS0009"


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


def read(stubbed: StubbedSession, **wanted: Any) -> Source | None:
    return read_source(stubbed.session, ReplicationGroupSpec("phb-redis-restored", **wanted))


def answer_snapshot(stubbed: StubbedSession, reserved: str | None = None) -> None:
    answers = stubbed.answers("elasticache")
    asked = {"SnapshotName": SNAPSHOT, "ShowNodeGroupConfig": True}
    answers.add_response("describe_snapshots", {"Snapshots": [api_snapshot()]}, asked)
    answers.add_response("list_tags_for_resource", {"TagList": []})
    row = {"ParameterName": "reserved-memory-percent", **({"ParameterValue": reserved} if reserved else {})}
    answers.add_response("describe_cache_parameters", {"Parameters": [row]})


def answer_head(stubbed: StubbedSession, **changes: Any) -> None:
    head = {"ContentLength": 2048, "ServerSideEncryption": "AES256", **changes}
    stubbed.answers("s3").add_response("head_object", head, PLACE)


def answer_location(stubbed: StubbedSession, told: str = "") -> None:
    answer = {"LocationConstraint": told} if told else {}
    stubbed.answers("s3").add_response("get_bucket_location", answer, {"Bucket": "phb-backups"})


def answer_start(stubbed: StubbedSession) -> None:
    body = {"Body": StreamingBody(io.BytesIO(START), len(START))}
    stubbed.answers("s3").add_response("get_object", body, {**PLACE, "Range": "bytes=0-8"})


def test_nothing_is_read_where_nothing_is_restored(stubbed: StubbedSession) -> None:
    assert read(stubbed) is None
    assert not stubbed.stubbers


def test_a_snapshot_and_the_reservation_of_its_parameter_group(stubbed: StubbedSession) -> None:
    answer_snapshot(stubbed, "40")
    source = read(stubbed, snapshot_name=SNAPSHOT)
    assert source is not None
    assert source.snapshot is not None
    assert (source.snapshot.engine_version, source.reserved_percent, source.unread) == ("7.1.0", 40, ())


def test_a_parameter_group_that_says_nothing_leaves_the_default(stubbed: StubbedSession) -> None:
    answer_snapshot(stubbed)
    source = read(stubbed, snapshot_name=SNAPSHOT)
    assert source is not None
    assert source.reserved_percent == 25


def test_a_parameter_group_that_may_not_be_read_is_a_warning(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error("describe_snapshots", "SnapshotNotFoundFault")
    stubbed.answers("elasticache").add_client_error("describe_cache_parameters", "AccessDenied")
    source = read(stubbed, snapshot_name=SNAPSHOT, parameter_group_name="own")
    told = "not checked: reserved-memory-percent of own, since describe_cache_parameters ends with AccessDenied."
    assert source == Source(unread=(told,))


def test_a_snapshot_that_may_not_be_read_ends_the_run(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error("describe_snapshots", "AccessDenied")
    with pytest.raises(ServiceError, match="AccessDenied"):
        read(stubbed, snapshot_name=SNAPSHOT)


@pytest.mark.parametrize(("told", "region"), [("", "us-east-1"), ("EU", "eu-west-1"), ("eu-west-3", "eu-west-3")])
def test_a_file(stubbed: StubbedSession, told: str, region: str) -> None:
    answer_head(stubbed)
    answer_location(stubbed, told)
    answer_start(stubbed)
    found = SnapshotFile(FILE, region, True, "AES256", 2048, START)
    assert read(stubbed, snapshot_arns=(FILE,)) == Source(files=(found,), region="us-east-1")


def test_of_a_file_that_is_empty_or_sealed_no_contents_are_read(stubbed: StubbedSession) -> None:
    answer_head(stubbed, ContentLength=0)
    answer_location(stubbed)
    answer_head(stubbed, ServerSideEncryption="aws:kms")
    answer_location(stubbed)
    source = read(stubbed, snapshot_arns=(FILE, FILE))
    assert source is not None
    assert [each.start for each in source.files] == [b"", None]


def test_a_file_that_is_not_there(stubbed: StubbedSession) -> None:
    stubbed.answers("s3").add_client_error("head_object", "404")
    stubbed.answers("s3").add_client_error("get_bucket_location", "NoSuchBucket")
    assert read(stubbed, snapshot_arns=(FILE,)) == Source(files=(SnapshotFile(FILE, exists=False),), region="us-east-1")


def test_a_file_that_may_not_be_read_is_a_warning(stubbed: StubbedSession) -> None:
    stubbed.answers("s3").add_client_error("head_object", "403")
    told = f"not checked: whether {FILE} can be restored, since head_object ends with 403."
    expected = Source(files=(SnapshotFile(FILE),), region="us-east-1", unread=(told,))
    assert read(stubbed, snapshot_arns=(FILE,)) == expected


def test_contents_and_region_that_may_not_be_read_are_warnings(stubbed: StubbedSession) -> None:
    answer_head(stubbed)
    for operation in ("get_bucket_location", "get_object"):
        stubbed.answers("s3").add_client_error(operation, "AccessDenied")
    source = read(stubbed, snapshot_arns=(FILE,))
    assert source is not None
    assert source.files == (SnapshotFile(FILE, None, True, "AES256", 2048, None),)
    assert [each.split(",")[0] for each in source.unread] == [
        "not checked: the region of phb-backups",
        f"not checked: whether {FILE} is an RDB file",
    ]


def test_what_has_not_the_form_of_an_object_is_not_asked_for(stubbed: StubbedSession) -> None:
    assert read(stubbed, snapshot_arns=("s3://phb-backups/orders.rdb",)) == Source(region="us-east-1")
