# SPDX-License-Identifier: GPL-3.0-or-later
"""Sameness."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.compare import (
    same_set,
    same_version,
    version_key,
)


@pytest.mark.parametrize(
    ("version", "key"),
    [("7.1.0", (7, 1, 0)), ("6.x", (6,)), ("7", (7,)), ("", ()), ("x.1", ()), ("10.2", (10, 2)), ("7..1", (7,))],
)
def test_version_key(version: str, key: tuple[int, ...]) -> None:
    assert version_key(version) == key


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ("7.1", "7.1.0", True),
        ("7.1.0", "7.1.5", True),
        ("7", "7.1.0", True),
        ("6.x", "6.2.6", True),
        ("7.1", "7.10.0", False),
        ("7.10", "7.1.0", False),
        ("7.2", "7.1.0", False),
        ("7.1", "", False),
        ("", "7.1.0", False),
        ("newest", "7.1.0", False),
    ],
)
def test_versions_are_compared_by_the_parts_that_were_asked_for(wanted: str, found: str, is_same: bool) -> None:
    assert same_version(wanted, found) is is_same


def test_sets_have_no_order_and_no_repetition() -> None:
    assert same_set(["a", "b", "a"], ("b", "a"))
    assert same_set([], ())
    assert not same_set(["a"], ("a", "b"))
