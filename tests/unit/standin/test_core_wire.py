# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service model says about raw requests and about answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import Shape

from tests.standin import wire
from tests.standin.core.errors import ApiError
from tests.standin.core.request import Request


def input_of(operation: str) -> Shape | None:
    return wire.service_model().operation_model(operation).input_shape


def output_of(operation: str) -> Shape | None:
    return wire.service_model().operation_model(operation).output_shape


@pytest.mark.parametrize(
    "name",
    [
        "Action",
        "Version",
        "X-Amz-Signature",
        "SignatureMethod",
        "ReplicationGroupId",
        "Tags.Tag.1.Key",
        "CacheSecurityGroupNames.CacheSecurityGroupName.1",
        "SecurityGroupIds.SecurityGroupId.2",
        "NodeGroupConfiguration.NodeGroupConfiguration.1.Slots",
        "NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.2",
        "UserGroupIds.member.1",
        "UserGroupIds",  # an empty list is sent as its bare name
    ],
)
def test_members_of_the_model_are_known(name: str) -> None:
    assert wire.unknown_members(input_of("CreateReplicationGroup"), [name]) == []


@pytest.mark.parametrize(
    "name",
    [
        "ReplicationGroupID",
        "Tags.member.1.Key",
        "Tags.Tag.x.Key",
        "Tags.Tag.1.Name",
        "Tags.Tag",
        "ReplicationGroupId.1",
        "Signed",
    ],
)
def test_misspelled_members_are_unknown(name: str) -> None:
    assert wire.unknown_members(input_of("CreateReplicationGroup"), [name]) == [name]


def test_missing_members_are_found_at_any_depth() -> None:
    shape = input_of("DecreaseReplicaCount")
    values = {"ReplicationGroupId": "a", "ReplicaConfiguration": [{"NodeGroupId": "0001"}]}
    assert list(wire.missing_members(shape, values)) == ["ApplyImmediately", "ReplicaConfiguration[0].NewReplicaCount"]


def test_an_unsound_request_is_refused() -> None:
    shape = input_of("DeleteCacheSubnetGroup")
    with pytest.raises(ApiError) as caught:
        wire.require_sound(shape, ["CacheSubnetGroupName", "Force"], {"CacheSubnetGroupName": "a"})
    assert caught.value.code == "StandinUnknownMember"
    with pytest.raises(ApiError, match="CacheSubnetGroupName must be provided"):
        wire.require_sound(shape, [], {})


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"Events": [{"Sourceidentifier": "a"}]}, "answer.Events[0].Sourceidentifier is not in Event"),
        ({"Events": {}}, "answer.Events is dict, not a list"),
        ({"Events": ["a"]}, "answer.Events[0] is str, not a structure"),
        ({"Events": [{"Date": "2026-01-01"}]}, "answer.Events[0].Date is str, not timestamp"),
        ({"Events": [{"Date": datetime(2026, 1, 1)}]}, "answer.Events[0].Date has no time zone"),
        ({"Marker": None}, "answer.Marker is NoneType, not string"),
    ],
)
def test_what_would_vanish_from_an_answer_is_told(answer: dict[str, Any], complaint: str) -> None:
    assert list(wire.misfits(output_of("DescribeEvents"), answer)) == [complaint]


def test_a_sound_answer_has_no_misfits() -> None:
    answer = {"Events": [{"SourceIdentifier": "a", "Date": datetime(2026, 1, 1, tzinfo=UTC)}]}
    assert list(wire.misfits(output_of("DescribeEvents"), answer)) == []


def test_a_bool_is_no_number_and_nothing_is_answered_to_a_deletion() -> None:
    shape = output_of("CreateCacheCluster")
    assert list(wire.misfits(shape, {"CacheCluster": {"NumCacheNodes": True}})) == [
        "answer.CacheCluster.NumCacheNodes is bool, not integer"
    ]
    assert list(wire.misfits(output_of("DeleteCacheSubnetGroup"), {"Gone": True})) == [
        "answer.Gone: the operation answers nothing"
    ]


def test_the_page_of_a_nested_list_carries_a_nested_marker() -> None:
    request = Request("DescribeEngineDefaultParameters", {"MaxRecords": 20})
    answer = {"EngineDefaults": {"CacheParameterGroupFamily": "redis7", "Parameters": list(range(30))}}
    page = wire.paged(request, answer)["EngineDefaults"]
    assert page["Parameters"] == list(range(20))
    assert page["CacheParameterGroupFamily"] == "redis7"
    assert page["Marker"]
    assert request.unread() == []


def test_serverless_pages_have_members_of_their_own() -> None:
    request = Request("DescribeServerlessCaches", {"MaxResults": 1})
    page = wire.paged(request, {"ServerlessCaches": [{}, {}]})
    assert len(page["ServerlessCaches"]) == 1
    assert page["NextToken"]


def test_an_answer_without_pages_stays_as_it_is() -> None:
    answer: dict[str, Any] = {"TagList": []}
    assert wire.paged(Request("ListTagsForResource", {}), answer) is answer


def test_times_of_a_request_are_made_aware() -> None:
    naive, aware = datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    assert wire.aware({"StartTime": naive, "List": [naive, "x"]}) == {"StartTime": aware, "List": [aware, "x"]}
