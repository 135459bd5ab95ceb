# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.versions import (
    family_of,
    nearest,
    newest,
    resolve,
    versions_of,
)

from .samples import VERSIONS


def test_versions_are_ordered_as_versions() -> None:
    assert versions_of("redis", VERSIONS) == ["5.0.6", "6.0", "6.2", "7.0", "7.1"]
    assert (newest("valkey", VERSIONS), newest("keydb", VERSIONS)) == ("8.1", None)


@pytest.mark.parametrize(
    ("wish", "meant"),
    [("7.1", "7.1"), ("6.x", "6.2"), ("5.0.6", "5.0.6"), ("7.1.0", None), ("7.2", None), ("9.x", None)],
)
def test_what_a_wish_means(wish: str, meant: str | None) -> None:
    assert resolve("redis", wish, VERSIONS) == meant


@pytest.mark.parametrize(
    ("wish", "close"),
    [("7.2", "7.1"), ("7.1.0", "7.1"), ("6.1", "6.2"), ("5.0.3", "5.0.6"), ("3.2", "5.0.6"), ("8.0", "7.1")],
)
def test_what_is_nearest(wish: str, close: str) -> None:
    assert nearest("redis", wish, VERSIONS) == close


def test_nothing_is_near_an_engine_without_versions() -> None:
    assert nearest("redis", "7.1", ()) is None


@pytest.mark.parametrize(
    ("version", "family"),
    [("6.0", "redis6.x"), ("6.2.6", "redis6.x"), ("7.1.0", "redis7"), ("7.9", None), (None, None)],
)
def test_families(version: str | None, family: str | None) -> None:
    assert family_of("redis", version, VERSIONS) == family
