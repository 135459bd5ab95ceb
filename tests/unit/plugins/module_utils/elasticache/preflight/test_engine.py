# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import judge

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

from .samples import FACTS, VERSIONS, change, change_warnings, existing, facts, problems, request, warnings

PLAIN: dict[str, Any] = {"parameter_group_name": None}


def support_warnings(today: date, **params: Any) -> list[str]:
    wanted = replace(request(**PLAIN, **params), today=today)
    return [told for told in judge(wanted, FACTS).warnings if told.startswith("engine_version: ")]


@pytest.mark.parametrize("version", ["7.1", "6.x", "5.0.6"])
def test_an_offered_version_is_fine(version: str) -> None:
    assert problems(engine_version=version, **PLAIN) == []


@pytest.mark.parametrize(
    ("engine", "version", "advice"),
    [
        ("redis", "7.2", "nearest is 7.1, and valkey has 7.2."),
        ("redis", "6.2.6", "nearest is 6.2."),
        ("valkey", "8.0", "nearest is 8.1."),
    ],
)
def test_a_version_that_is_not_offered(engine: str, version: str, advice: str) -> None:
    assert problems(engine=engine, engine_version=version, **PLAIN) == [
        f"engine_version: {engine} {version} is not offered in this region; {advice}"
    ]


def test_a_version_that_runs_already_needs_no_offer() -> None:
    known = existing(make_state(engine_version="6.2.6"), engine_versions=VERSIONS[4:])
    assert change(known, engine_version="6.2") == []
    assert change(known, engine_version="6.3") == [
        "engine_version: redis 6.3 is not offered in this region; nearest is 7.1."
    ]


def test_unread_versions_are_not_judged() -> None:
    assert problems(facts(engine_versions=None), engine_version="7.2") == []


def test_valkey_names_version_and_encryption() -> None:
    found = problems(engine="valkey", engine_version=None, transit_encryption_enabled=None, auth_token=None, **PLAIN)
    assert [each.partition(":")[0] for each in found] == ["engine_version", "transit_encryption_enabled"]


@pytest.mark.parametrize(("log_type", "oldest"), [("slow-log", "6.0"), ("engine-log", "6.2")])
def test_logs_need_their_version(log_type: str, oldest: str) -> None:
    log = {"log_type": log_type, "destination_type": "kinesis-firehose", "destination": "x", "log_format": "json"}
    params: dict[str, Any] = {"log_delivery_configurations": [log], **PLAIN}
    assert problems(engine_version="5.0.6", **params) == [
        f"log_delivery_configurations: redis 5.0.6 delivers no {log_type}; it takes {oldest} or newer."
    ]
    assert problems(engine_version=oldest, **params) == []
    assert problems(facts(engine_versions=None), engine_version="6.x", **params) == []
    assert problems(engine="valkey", engine_version="7.2", **params) == []


@pytest.mark.parametrize(("version", "count"), [("6.2.6", 1), ("7.0.7", 0)])
def test_a_change_of_cluster_mode_needs_its_version(version: str, count: int) -> None:
    known = existing(make_state(engine_version=version))
    found = change(known, cluster_mode="compatible")
    assert len([each for each in found if each.startswith("cluster_mode: redis")]) == count


def test_tls_of_an_old_group_cannot_change() -> None:
    known = existing(make_state(engine_version="6.2.6"))
    (found,) = change(known, transit_encryption_enabled=True)
    assert found.startswith("transit_encryption_enabled: ")


def test_redis_6_is_about_to_leave_support() -> None:
    assert support_warnings(date(2026, 11, 20), engine_version="6.2") == [
        "engine_version: redis 6.2 leaves standard support on 2027-01-31 (in 72 days), and a node then costs about 80 "
        "% more; upgrade to redis 7.1 or valkey 8.1."
    ]


@pytest.mark.parametrize(
    ("today", "days", "count"),
    [
        (date(2026, 8, 4), 180, 1),
        (date(2026, 8, 3), 180, 0),
        (date(2026, 8, 3), 365, 1),
        (date(2027, 1, 31), 0, 1),
        (date(2027, 1, 30), 0, 0),
    ],
)
def test_when_the_warning_begins(today: date, days: int, count: int) -> None:
    assert len(support_warnings(today, engine_version="6.2", support_warning_days=days)) == count


@pytest.mark.parametrize(
    ("today", "story"),
    [
        (date(2026, 2, 1), "left standard support on 2026-01-31, a node costs about 80 % more for it"),
        (date(2028, 1, 31), "left standard support on 2026-01-31, a node costs about 80 % more for it"),
        (date(2028, 2, 1), "left standard support on 2026-01-31, a node costs about 160 % more for it"),
        (date(2029, 1, 31), "after 2029-01-31 the service upgrades it to Valkey by itself"),
        (date(2029, 2, 1), "left all support on 2029-01-31"),
    ],
)
def test_paid_support_of_redis_5(today: date, story: str) -> None:
    (told,) = support_warnings(today, engine_version="5.0.6")
    assert story in told


@pytest.mark.parametrize("params", [{"engine_version": "7.1"}, {"engine": "valkey", "engine_version": "7.2"}])
def test_versions_without_a_date_are_not_warned_about(params: dict[str, str]) -> None:
    assert support_warnings(date(2030, 1, 1), **params) == []


def test_the_version_of_an_existing_group_counts() -> None:
    known = existing(make_state(engine_version="6.2.6"))
    assert any("redis 6.2.6 leaves standard support" in told for told in change_warnings(known))
    known = existing(make_state(engine_version="6.2.6", pending={"engine_version": "7.1"}))
    assert not any("standard support" in told for told in change_warnings(known))


def test_an_upgrade_is_named_even_where_no_versions_could_be_read() -> None:
    (told,) = [each for each in warnings(facts(engine_versions=None), engine_version="6.2") if "support" in each]
    assert told.endswith("; upgrade to a newer major version.")
