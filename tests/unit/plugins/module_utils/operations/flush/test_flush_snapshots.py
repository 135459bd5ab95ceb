# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of snapshots, how old one may be, and whose endpoint a host is."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.arguments import (
    argument_spec,
    needs_aws,
    require_sense,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.endpoints import is_one_of
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.snapshots import (
    next_name,
    require_recent,
    stem_of,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ([], "shop-before-flush-1"),
        (["shop-before-flush-1"], "shop-before-flush-2"),
        (["shop-before-flush-9", "shop-before-flush-10", "shop-before-flush-2"], "shop-before-flush-11"),
        (
            ["shop-before-flush", "shop-before-flush-x", "other-before-flush-7", "shop-before-flush-3-old"],
            "shop-before-flush-1",
        ),
        (["Shop-Before-Flush-4"], "shop-before-flush-5"),
    ],
)
def test_the_number_after_the_highest(taken: list[str], name: str) -> None:
    assert next_name("shop-before-flush", taken) == name


@pytest.mark.parametrize("length", [1, 21, 22, 23, 40])
def test_names_are_short_enough_for_the_console(length: int) -> None:
    stem = stem_of("c" * length)
    assert len(next_name(stem, [f"{stem}-9998"])) <= 40
    assert stem.endswith("-before-flush")


def test_the_name_of_the_cache_is_kept_where_it_can_be() -> None:
    assert stem_of("shop") == "shop-before-flush"
    assert stem_of("c" * 22) == f"{'c' * 22}-before-flush"


def test_names_that_are_cut_are_told_apart() -> None:
    first, second = stem_of("vibewell-production-sessions"), stem_of("vibewell-production-search")
    assert first != second
    assert first.startswith("vibewell-prod-")
    assert "--" not in stem_of("caches-of-the-p-production-site")


class TestAge:
    @pytest.mark.parametrize(
        "created", ["", "2026-01-31T11:00:00Z", "2026-01-31T11:00:00+00:00", "2026-01-31T12:30:00Z"]
    )
    def test_recent_enough(self, created: str) -> None:
        require_recent("mine", created, 3600, NOW)

    @pytest.mark.parametrize("created", ["2026-01-31T10:59:59Z", "2026-01-31T10:59:59+00:00", "2025-12-31T12:00:00Z"])
    def test_too_old(self, created: str) -> None:
        with pytest.raises(Refused, match="mine is there already"):
            require_recent("mine", created, 3600, NOW)

    def test_an_age_that_no_calendar_has(self) -> None:
        require_recent("mine", "2001-01-01T00:00:00Z", 10**16, NOW)

    def test_none_may_be_older_than_now(self) -> None:
        with pytest.raises(Refused):
            require_recent("mine", f"{NOW - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}", 0, NOW)


ENDPOINTS = (("shop.abc.use1.cache.amazonaws.com", 6379), ("shop-ro.abc.use1.cache.amazonaws.com", 6380))
ADDRESSES = {"shop.abc.use1.cache.amazonaws.com": "10.0.0.5", "cache.example.com": "10.0.0.5", "other": "10.0.0.6"}


class TestEndpoints:
    @pytest.fixture(autouse=True)
    def names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def resolve(host: str, _port: None, type: int) -> list[Any]:
            if host not in ADDRESSES:
                raise socket.gaierror(socket.EAI_NONAME, "not known")
            return [(socket.AF_INET, type, 6, "", (ADDRESSES[host], 0))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    @pytest.mark.parametrize(
        ("host", "port", "is_one"),
        [
            ("shop.abc.use1.cache.amazonaws.com", 6379, True),
            ("SHOP.abc.use1.cache.amazonaws.com.", 6379, True),
            ("shop-ro.abc.use1.cache.amazonaws.com", 6380, True),  # does not resolve, and need not
            ("cache.example.com", 6379, True),  # a name of one's own
            ("cache.example.com", 6380, False),
            ("shop.abc.use1.cache.amazonaws.com", 6380, False),
            ("other", 6379, False),
            ("unknown", 6379, False),
        ],
    )
    def test_by_name_or_by_address(self, host: str, port: int, is_one: bool) -> None:
        assert is_one_of(ENDPOINTS, host, port) is is_one


def params(**given: Any) -> dict[str, Any]:
    defaults = {name: option.get("default") for name, option in argument_spec().items()}
    sensible = {"name": "shop", "confirm": "shop", "host": "cache.example.com", "database": 0}
    return {**defaults, **sensible, "replication_group_id": "shop", **given}


class TestOptions:
    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"database": None, "all_databases": True},
            {"snapshot": False, "replication_group_id": None},
            {"renamed_commands": {"flushall": "FLUSHALL", "FLUSHDB": "flush-8e1f0c", "MULTI": None}},
            {"snapshot": False, "serverless_cache_name": "shop", "backup_dir": "/var/backups"},
            {"replication_group_id": None, "backup_dir": "/b", "config_file": "/etc/redis/redis.conf", "host": None},
        ],
    )
    def test_what_makes_sense(self, given: dict[str, Any]) -> None:
        require_sense(params(**given))

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"confirm": ""}, "confirm: a flush deletes data"),
            ({"confirm": "shop "}, "confirm: a flush deletes data"),
            ({"confirm": None}, "confirm: a flush deletes data"),
            ({"name": "", "confirm": ""}, "name: it is empty"),
            ({"name": " ", "confirm": " "}, "name: it is empty"),
            ({"name": None, "confirm": None}, "name: it is empty"),
            ({"timeout": -1.0}, "timeout: more than 0 seconds"),
            ({"timeout": 0.0}, "timeout: more than 0 seconds"),
            ({"renamed_commands": {"FLUSHDB": "flushall"}}, "renamed_commands: FLUSHDB cannot be called flushall"),
            ({"renamed_commands": {"INFO": "FLUSHDB"}}, "renamed_commands: INFO cannot be called FLUSHDB"),
            ({"database": None}, "database, all_databases:"),
            ({"all_databases": True}, "database, all_databases:"),
            ({"database": -1}, "database: -1"),
            ({"database": True}, "database: True is no number of a database"),
            ({"host": None}, "host, config_file:"),
            ({"login_secret_file": "/s"}, "login_secret_file: needs config_file"),
            ({"replication_group_id": None}, "snapshot: what is flushed is lost"),
            ({"serverless_cache_name": "shop"}, "replication_group_id, serverless_cache_name: give one of them"),
            ({"replication_group_id": None, "backup_dir": "/b"}, "backup_dir: needs config_file"),
            ({"snapshot_max_age": -1}, "snapshot_max_age: 0 seconds or more"),
        ],
    )
    def test_what_does_not(self, given: dict[str, Any], problem: str) -> None:
        with pytest.raises(Refused) as refused:
            require_sense(params(**given))
        assert [told[: len(problem)] for told in refused.value.problems] == [problem]

    def test_a_managed_snapshot_needs_host(self) -> None:
        """An endpoint is what tells that the snapshot is of the cache that is flushed."""
        with pytest.raises(Refused, match="replication_group_id: needs host"):
            require_sense(params(host=None, config_file="/etc/redis/redis.conf"))

    @pytest.mark.parametrize(
        ("given", "needed"),
        [
            ({}, True),
            ({"replication_group_id": None, "serverless_cache_name": "shop"}, True),
            ({"snapshot": False}, False),
            ({"replication_group_id": None, "backup_dir": "/b"}, False),
        ],
    )
    def test_aws_is_needed_for_its_own_snapshots_only(self, given: dict[str, Any], needed: bool) -> None:
        assert needs_aws(params(**given)) is needed
