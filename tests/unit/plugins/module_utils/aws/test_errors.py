# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls, pages and retries: what every layer above sees of botocore."""

from __future__ import annotations

import time
from collections.abc import Iterator

import botocore.exceptions
import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import (
    ServiceError,
    call,
    read_pages,
    read_whole_pages,
)

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession


@pytest.fixture
def stubbed() -> Iterator[StubbedSession]:
    stubbed = StubbedSession()
    yield stubbed
    stubbed.assert_all_answered()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The delays between retries, which amazon.aws sleeps on the machine's clock."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_an_answer_is_handed_on(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_response(
        "list_tags_for_resource", {"TagList": []}, {"ResourceName": "arn:aws:elasticache:us-east-1:123456789012:x:y"}
    )
    arguments = {"ResourceName": "arn:aws:elasticache:us-east-1:123456789012:x:y"}
    answer = call(stubbed.session.client("elasticache"), "list_tags_for_resource", arguments)
    assert answer["TagList"] == []


def test_a_refusal_has_code_operation_and_text(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error("delete_snapshot", "InvalidSnapshotState", "Not now.")
    with pytest.raises(ServiceError) as error:
        call(stubbed.session.client("elasticache"), "delete_snapshot", {"SnapshotName": "a"})
    assert (error.value.operation, error.value.code, error.value.message) == (
        "delete_snapshot",
        "InvalidSnapshotState",
        "Not now.",
    )
    assert str(error.value) == "delete_snapshot: Not now. (InvalidSnapshotState)"
    assert isinstance(error.value.__cause__, botocore.exceptions.ClientError)


def test_throttling_is_waited_out(stubbed: StubbedSession, naps: list[float]) -> None:
    stubber = stubbed.answers("elasticache")
    for _attempt in range(3):
        stubber.add_client_error("delete_snapshot", "Throttling", "Rate exceeded")
    stubber.add_response("delete_snapshot", {})
    call(stubbed.session.client("elasticache"), "delete_snapshot", {"SnapshotName": "a"})
    assert len(naps) == 3


def test_throttling_without_end_is_an_error(stubbed: StubbedSession, naps: list[float]) -> None:
    for _attempt in range(6):
        stubbed.answers("elasticache").add_client_error("delete_snapshot", "Throttling", "Rate exceeded")
    with pytest.raises(ServiceError, match="Rate exceeded"):
        call(stubbed.session.client("elasticache"), "delete_snapshot", {"SnapshotName": "a"})
    assert len(naps) == 5


def test_a_refusal_is_not_repeated(stubbed: StubbedSession, naps: list[float]) -> None:
    stubbed.answers("elasticache").add_client_error("delete_snapshot", "InvalidParameterValue", "No.")
    with pytest.raises(ServiceError, match="No"):
        call(stubbed.session.client("elasticache"), "delete_snapshot", {"SnapshotName": "a"})
    assert naps == []


def test_a_request_that_this_botocore_does_not_know_is_told_as_such(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").deactivate()
    with pytest.raises(ServiceError, match="installed botocore does not accept") as error:
        call(stubbed.session.client("elasticache"), "delete_snapshot", {"Snapshot": "a"})
    assert error.value.code == ""


def test_no_answer_at_all_is_an_error_without_code(
    stubbed: StubbedSession, monkeypatch: pytest.MonkeyPatch, naps: list[float]
) -> None:
    client = stubbed.session.client("elasticache")

    def lose(**_arguments: object) -> None:
        raise botocore.exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    monkeypatch.setattr(client, "delete_snapshot", lose)
    with pytest.raises(ServiceError, match="Could not connect to the endpoint") as error:
        call(client, "delete_snapshot", {"SnapshotName": "a"})
    assert error.value.code == ""
    assert str(error.value).startswith("delete_snapshot: ")


def test_all_pages_are_read(stubbed: StubbedSession) -> None:
    stubber = stubbed.answers("elasticache")
    page = {"CacheSubnetGroups": [{"CacheSubnetGroupName": "a"}], "Marker": "next"}
    stubber.add_response("describe_cache_subnet_groups", page, {})
    last = {"CacheSubnetGroups": [{"CacheSubnetGroupName": "b"}]}
    stubber.add_response("describe_cache_subnet_groups", last, {"Marker": "next"})
    found = read_pages(stubbed.session.client("elasticache"), "describe_cache_subnet_groups", {})
    assert [each["CacheSubnetGroupName"] for each in found] == ["a", "b"]


def test_a_page_without_its_list_has_no_items(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_response("describe_cache_subnet_groups", {}, {})
    assert read_pages(stubbed.session.client("elasticache"), "describe_cache_subnet_groups", {}) == []


def test_throttling_between_pages_starts_over_and_repeats_nothing(stubbed: StubbedSession, naps: list[float]) -> None:
    stubber = stubbed.answers("elasticache")
    page = {"CacheSubnetGroups": [{"CacheSubnetGroupName": "a"}], "Marker": "next"}
    stubber.add_response("describe_cache_subnet_groups", page, {})
    stubber.add_client_error("describe_cache_subnet_groups", "Throttling", "Rate exceeded")
    stubber.add_response("describe_cache_subnet_groups", page, {})
    stubber.add_response("describe_cache_subnet_groups", {"CacheSubnetGroups": []}, {"Marker": "next"})
    found = read_pages(stubbed.session.client("elasticache"), "describe_cache_subnet_groups", {})
    assert [each["CacheSubnetGroupName"] for each in found] == ["a"]
    assert len(naps) == 1


def test_whole_pages_keep_their_other_lists(stubbed: StubbedSession) -> None:
    stubber = stubbed.answers("elasticache")
    special = [{"ParameterName": "maxmemory"}]
    page = {"Parameters": [{"ParameterName": "a"}], "CacheNodeTypeSpecificParameters": special, "Marker": "next"}
    stubber.add_response("describe_cache_parameters", page, {"CacheParameterGroupName": "g"})
    stubber.add_response(
        "describe_cache_parameters", {"Parameters": []}, {"CacheParameterGroupName": "g", "Marker": "next"}
    )
    client = stubbed.session.client("elasticache")
    pages = read_whole_pages(client, "describe_cache_parameters", {"CacheParameterGroupName": "g"})
    assert [each.get("CacheNodeTypeSpecificParameters") for each in pages] == [special, None]


def test_a_refused_page_is_a_service_error(stubbed: StubbedSession) -> None:
    stubbed.answers("elasticache").add_client_error("describe_cache_parameters", "CacheParameterGroupNotFound", "No.")
    with pytest.raises(ServiceError) as error:
        read_whole_pages(
            stubbed.session.client("elasticache"), "describe_cache_parameters", {"CacheParameterGroupName": "g"}
        )
    assert error.value.code == "CacheParameterGroupNotFound"
