# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.wanted import find_differing

FILE = {"path": "/etc/a", "content": "text\n"}
FOUND: dict[str, Any] = {
    "exists": True,
    "kind": "file",
    "owner": "root",
    "group": "root",
    "mode": "0644",
    "sha256": hashlib.sha256(b"text\n").hexdigest(),
}
DIRECTORY = {"path": "/etc/d", "owner": "root", "group": "redis", "mode": "0750"}


def differs(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    return find_differing([wanted], {wanted["path"]: found}) != []


def test_what_is_as_it_should_be_is_left_out() -> None:
    assert not differs(FILE, FOUND)
    assert not differs(DIRECTORY, {**FOUND, **DIRECTORY, "kind": "directory", "sha256": None})


@pytest.mark.parametrize(
    "change", [{"exists": False}, {"owner": "redis"}, {"group": "redis"}, {"mode": "0666"}, {"sha256": "0" * 64}]
)
def test_every_difference_counts(change: dict[str, Any]) -> None:
    assert differs(FILE, {**FOUND, **change})


def test_a_file_in_the_place_of_a_directory() -> None:
    assert differs(DIRECTORY, {**FOUND, **DIRECTORY})


def test_no_content_means_no_file() -> None:
    assert differs({**FILE, "content": ""}, FOUND)
    assert not differs({**FILE, "content": ""}, {"exists": False})


def test_what_was_not_looked_for_is_taken_for_missing() -> None:
    assert find_differing([FILE], {}) == [{**FILE, "owner": "root", "group": "root", "mode": "0644"}]
