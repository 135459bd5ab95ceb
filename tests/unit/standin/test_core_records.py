# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, events, pages, durations: what every resource shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.standin.core.clock import Clock
from tests.standin.core.durations import Durations
from tests.standin.core.errors import ApiError
from tests.standin.core.events import EventLog
from tests.standin.core.paging import cut_page
from tests.standin.core.tags import TagStore, parse_tags, show_tags

ARN = "arn:aws:elasticache:us-east-1:123456789012:user:app"
START = datetime(2026, 1, 15, tzinfo=UTC)


def test_tags_are_merged_exchanged_and_removed() -> None:
    tags = TagStore()
    tags.replace(ARN, {"a": "1"})
    tags.merge(ARN, {"a": "2", "b": "3"})
    assert tags.get(ARN) == {"a": "2", "b": "3"}
    tags.remove(ARN, ["a"])
    assert show_tags(tags.get(ARN)) == [{"Key": "b", "Value": "3"}]
    tags.forget(ARN)
    assert tags.get(ARN) == {}


def test_removing_an_absent_tag_removes_none() -> None:
    tags = TagStore()
    tags.replace(ARN, {"a": "1"})
    with pytest.raises(ApiError) as caught:
        tags.remove(ARN, ["a", "b"])
    assert caught.value.code == "TagNotFound"
    assert tags.get(ARN) == {"a": "1"}


def test_a_resource_holds_fifty_tags() -> None:
    tags = TagStore()
    tags.replace(ARN, {str(number): "" for number in range(50)})
    with pytest.raises(ApiError) as caught:
        tags.merge(ARN, {"one more": ""})
    assert caught.value.code == "TagQuotaPerResourceExceeded"
    tags.merge(ARN, {"0": "exchanged"})


@pytest.mark.parametrize(
    "tag",
    [{"Key": ""}, {"Value": "v"}, {"Key": "k" * 129}, {"Key": "k", "Value": "v" * 257}, {"Key": "AWS:owner"}],
)
def test_tags_that_the_service_refuses(tag: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        parse_tags([tag])
    assert caught.value.code == "InvalidParameterValue"


def test_a_tag_may_have_no_value_but_comes_once() -> None:
    assert parse_tags([{"Key": "k"}]) == {"k": ""}
    with pytest.raises(ApiError, match="Duplicate"):
        parse_tags([{"Key": "k"}, {"Key": "k"}])


def test_events_are_selected_by_time_type_and_source() -> None:
    clock = Clock.stepped(START)
    events = EventLog(clock.now)
    events.add("orders", "replication-group", "one")
    clock.advance(60)
    events.add("orders-001", "cache-cluster", "two")
    everything = events.select(START, clock.now())
    assert [event.message for event in everything] == ["one", "two"]
    assert [event.message for event in events.select(START, START)] == ["one"]
    assert [event.message for event in events.select(START, clock.now(), "cache-cluster")] == ["two"]
    assert [event.message for event in events.select(START, clock.now(), None, "orders")] == ["one"]


def test_events_are_kept_for_fourteen_days() -> None:
    clock = Clock.stepped(START)
    events = EventLog(clock.now)
    events.add("orders", "replication-group", "one")
    clock.advance(timedelta(days=14).total_seconds())
    assert events.select(START, clock.now())
    clock.advance(1)
    assert not events.select(START, clock.now())


def test_pages_follow_each_other_to_the_end() -> None:
    items = list(range(45))
    first, marker = cut_page("DescribeEvents", items, None, 20, "MaxRecords")
    second, marker = cut_page("DescribeEvents", items, marker, 20, "MaxRecords")
    third, end = cut_page("DescribeEvents", items, marker, 20, "MaxRecords")
    assert (first, second, third, end) == (items[:20], items[20:40], items[40:], None)


def test_a_full_last_page_has_no_marker() -> None:
    assert cut_page("DescribeEvents", range(20), None, 20, "MaxRecords") == (list(range(20)), None)


@pytest.mark.parametrize(("operation", "count"), [("DescribeEvents", 100), ("DescribeSnapshots", 50)])
def test_pages_have_a_usual_size(operation: str, count: int) -> None:
    page, marker = cut_page(operation, range(101), None, None, "MaxRecords")
    assert len(page) == count
    assert marker is not None


@pytest.mark.parametrize(
    ("operation", "size"), [("DescribeEvents", 19), ("DescribeEvents", 101), ("DescribeSnapshots", 51)]
)
def test_sizes_out_of_bounds_are_refused(operation: str, size: int) -> None:
    with pytest.raises(ApiError, match=r"MaxRecords.*Must be between 20 and"):
        cut_page(operation, [], None, size, "MaxRecords")


def test_a_marker_belongs_to_its_operation() -> None:
    _other, marker = cut_page("DescribeEvents", range(30), None, 20, "MaxRecords")
    with pytest.raises(ApiError, match="Invalid marker"):
        cut_page("DescribeUsers", range(30), marker, 20, "MaxRecords")


@pytest.mark.parametrize("marker", ["", "nonsense", "eyJhIjogMX0=", "ÿ", "WzFd", "WyJEZXNjcmliZUV2ZW50cyIsIC01XQ=="])
def test_other_markers_are_refused(marker: str) -> None:
    with pytest.raises(ApiError) as caught:
        cut_page("DescribeEvents", range(30), marker, None, "MaxRecords")
    assert caught.value.code == "InvalidParameterValue"


def test_durations_are_changed_by_name_and_all_or_none() -> None:
    durations = Durations()
    durations.change({"create_group": 1, "tag": 0})
    assert (durations.create_group, durations.tag) == (1.0, 0.0)
    with pytest.raises(ValueError, match="no duration is named creation"):
        durations.change({"modify": 5, "creation": 1})
    with pytest.raises(ValueError, match="cannot last"):
        durations.change({"modify": -1})
    assert durations.modify == Durations().modify
