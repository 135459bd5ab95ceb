# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.secret import MARKER
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.compare import (
    Entry,
    UserChange,
    changes_between,
    read_entries,
)

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def entry(rules: str) -> Entry:
    return read_entries([f"user app {rules}"])["app"]


class TestReading:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (f"on #{A} #{B} ~* -@all", f"on #{B} #{A} ~* -@all"),
            ("on sanitize-payload ~* -@all", "on ~* -@all"),
            ("on nopass -@all +get +set +config|get", "on nopass -@all +config|get +set +get"),
            ("on +@all -keys -config +config|get", "on +@all -config +config|get -keys"),
            ("on -@all (~a* resetchannels -@all +get +set)", "on -@all (~a* resetchannels -@all +set +get)"),
        ],
    )
    def test_what_means_the_same(self, one: str, other: str) -> None:
        assert entry(one) == entry(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (f"on #{A} ~*", f"on #{B} ~*"),
            (f"on #{A} ~*", f"on #{A} #{B} ~*"),
            ("on nopass", "on"),
            ("on", "off"),
            ("on -@all +get -@read", "on -@all -@read +get"),
            ("on (~a +get) (~b +set)", "on (~b +get) (~a +set)"),
            ("on skip-sanitize-payload", "on"),
        ],
    )
    def test_what_does_not(self, one: str, other: str) -> None:
        assert entry(one) != entry(other)

    def test_a_parent_command_stays_before_its_own(self) -> None:
        assert entry("on +@all +config|get -config").words == ("on", "+@all", "-config", "+config|get")

    def test_hashes_are_in_no_text_of_it(self) -> None:
        found = entry(f"on nopass #{A} #{B} ~* +@all")
        assert str(found) == f"on #{MARKER} #{MARKER} nopass ~* +@all"
        assert A not in repr(found)
        assert sorted(found.rules) == sorted(["on", "nopass", f"#{A}", f"#{B}", "~*", "+@all"])


class TestChanges:
    def test_by_name(self) -> None:
        before = read_entries(["user kept on", f"user gone on #{A}", f"user other on #{A} ~*"])
        after = read_entries(["user kept on", f"user new on #{B}", f"user other on #{B} #{C} ~*"])
        assert [change.to_dict() for change in changes_between(before, after)] == [
            {"user": "gone", "before": f"on #{MARKER}", "after": None, "passwords_added": 0, "passwords_removed": 1},
            {"user": "new", "before": None, "after": f"on #{MARKER}", "passwords_added": 1, "passwords_removed": 0},
            {
                "user": "other",
                "before": f"on #{MARKER} ~*",
                "after": f"on #{MARKER} #{MARKER} ~*",
                "passwords_added": 2,
                "passwords_removed": 1,
            },
        ]

    @pytest.mark.parametrize(
        ("before", "after", "cuts_off"),
        [
            (None, f"on #{A}", False),
            (f"on #{A}", None, False),  # the server does it
            (f"on #{A}", f"on #{A} #{B}", False),
            (f"on #{A} #{B}", f"on #{B}", False),
            (f"on #{A}", f"on #{B}", True),
            (f"on #{A}", "on", True),
            (f"on #{A}", f"off #{A}", True),
            (f"off #{A}", f"off #{B}", False),
            (f"off #{A}", f"on #{B}", False),
            (f"on #{A} +get", f"on #{A}", False),
            ("on nopass", f"on #{A}", True),
            ("on nopass", "on nopass +get", False),
            (f"on #{A}", "on nopass", False),
            ("on", f"on #{A}", False),
        ],
    )
    def test_who_is_logged_out(self, before: str | None, after: str | None, cuts_off: bool) -> None:
        change = UserChange("app", entry(before) if before else None, entry(after) if after else None)
        assert change.cuts_off is cuts_off
