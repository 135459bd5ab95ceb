# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.standin.core.request import Request

MEMBERS = {
    "Name": "a",
    "Count": 0,
    "Nested": {"Inner": 1, "Other": 2},
    "List": [{"Key": "k", "Value": "v"}, {"Key": "l"}],
    "Plain": ["x", "y"],
}


def test_nothing_is_read_at_first() -> None:
    assert Request("Op", MEMBERS).unread() == ["Name", "Count", "Nested", "List", "Plain"]


def test_access_get_and_membership_read() -> None:
    request = Request("Op", MEMBERS)
    assert request["Name"] == "a"
    assert request.get("Count") == 0
    assert "Plain" in request
    assert request.unread() == ["Nested", "List"]


def test_looking_for_an_absent_member_is_no_reading() -> None:
    request = Request("Op", {"Name": "a"})
    assert request.get("Other") is None
    assert "Other" not in request
    assert request.unread() == ["Name"]


def test_names_alone_are_no_reading() -> None:
    request = Request("Op", MEMBERS)
    assert list(request) == list(MEMBERS)
    assert len(request) == 5
    assert len(request.unread()) == 5


def test_structures_are_tracked_member_by_member() -> None:
    request = Request("Op", MEMBERS)
    assert request["Nested"]["Inner"] == 1
    assert "Nested.Other" in request.unread()
    assert "Nested" not in request.unread()


def test_structures_in_lists_are_tracked_too() -> None:
    request = Request("Op", MEMBERS)
    for tag in request["List"]:
        tag.get("Key")
    assert [path for path in request.unread() if path.startswith("List")] == ["List[0].Value"]


def test_items_and_plain_read_everything_below() -> None:
    by_items, by_plain = Request("Op", {"A": 1, "B": 2}), Request("Op", MEMBERS)
    assert dict(by_items.items()) == {"A": 1, "B": 2}
    assert by_items.unread() == []
    assert by_plain.plain() == MEMBERS
    assert by_plain.unread() == []


def test_the_text_of_a_request_shows_no_values() -> None:
    assert "hidden-value-0123456789" not in repr(Request("Op", {"AuthToken": "hidden-value-0123456789"}))
