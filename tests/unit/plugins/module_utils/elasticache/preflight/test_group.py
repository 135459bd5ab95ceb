# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import Key

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

from .samples import change, change_warnings, existing, facts, findings, problems, warnings

ARN = "arn:aws:kms:us-east-1:123456789012:key/1"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("replication_group_id", "9-digits-first"),
        ("port", 65536),
        ("replicas_per_node_group", 6),
        ("snapshot_retention_limit", 36),
        ("snapshot_window", "03:00-03:30"),
        ("preferred_maintenance_window", "sunday"),
        ("tags", {"aws:owner": "x"}),
    ],
)
def test_rules_of_the_options(option: str, value: Any) -> None:
    (found,) = problems(**{option: value})
    assert found.startswith(f"{option}: ")


def test_windows_that_meet() -> None:
    (found,) = problems(snapshot_window="04:30-05:30")
    assert found.startswith("snapshot_window: 04:30-05:30 overlaps")


@pytest.mark.parametrize("option", ["description", "node_type"])
def test_what_a_creation_needs(option: str) -> None:
    assert problems(**{option: None}) == [f"{option}: required to create phb-redis-cache."]


def test_everything_is_told_at_once() -> None:
    found = problems(
        facts(subnet_groups=(), parameter_groups=(), security_groups=()),
        port=0,
        engine_version="7.2",
        node_type="cache.t2.micro",
        subnet_ids=None,
        application_security_groups=[],
        snapshot_window="25:00-26:00",
    )
    assert [each.partition(":")[0] for each in found] == [
        "port",
        "snapshot_window",
        "security_group_ids",
        "subnet_group_name",
        "engine_version",
        "parameter_group_name",
        "node_type",
    ]


def test_what_an_existing_group_cannot_change() -> None:
    known = existing(make_state())
    assert change(known) == []
    (found,) = change(known, port=6380)
    assert found.startswith("port: 6379 → 6380 is impossible")


def test_windows_are_held_against_the_ones_that_are_there() -> None:
    (found,) = change(existing(make_state()), preferred_maintenance_window="sun:04:00-sun:05:00")
    assert found.startswith("snapshot_window: 03:00-05:00 overlaps")


def test_an_alias_stands_for_its_key() -> None:
    state = make_state(at_rest_encryption_enabled=True, kms_key_id=ARN)
    alias = "alias/caches"
    key = Key(ARN, "Enabled", "SYMMETRIC_DEFAULT")
    assert change(existing(state, keys=(key,)), kms_key_id=alias) == []
    assert change(existing(state, keys=None), kms_key_id=alias) == []
    (found,) = change(existing(state, keys=(replace(key, arn=f"{ARN}2"),)), kms_key_id=alias)
    assert found.startswith("kms_key_id: ")


@pytest.mark.parametrize("status", ["create-failed", "incompatible-network"])
def test_a_group_that_failed_must_go_first(status: str) -> None:
    (found,) = change(existing(make_state(status=status)))
    assert found.startswith(f"replication_group_id: phb-redis-cache is {status}; remove it with state=absent")


def test_a_group_in_transition_is_waited_for() -> None:
    known = existing(make_state(status="modifying", transitions=("the group is modifying",)))
    assert any("in transition (the group is modifying)" in told for told in change_warnings(known))


def test_a_group_that_goes_will_be_made_anew() -> None:
    known = facts(groups=(make_state(status="deleting"),))
    assert findings(known).facts["exists"] is False
    assert problems(known, port=6380) == []


def test_whether_a_group_exists_may_be_unknown() -> None:
    result = findings(facts(groups=None), description=None)
    assert (result.problems, result.facts["exists"]) == ((), None)


@pytest.mark.parametrize(
    ("given", "missing"),
    [("snapshot_window", "preferred_maintenance_window"), ("preferred_maintenance_window", "snapshot_window")],
)
def test_one_window_alone_may_meet_the_other(given: str, missing: str) -> None:
    assert warnings(**{missing: None}) == [
        f"{missing}: not set, so the service draws one by itself that may meet {given}; set both."
    ]
    assert warnings(snapshot_window=None, preferred_maintenance_window=None) == []


def test_a_window_for_no_backups() -> None:
    (told,) = warnings(snapshot_retention_limit=0)
    assert told.startswith("snapshot_window: no backup is made in it")
    assert warnings(snapshot_retention_limit=0, snapshot_window=None) == []


def test_disruption_beyond_what_is_allowed() -> None:
    known = existing(make_state())
    wish = {"description": "second", "node_type": "cache.t3.medium"}
    assert not [found for found in change(known, **wish) if "disruption" in found]
    (found,) = [found for found in change(known, allow_disruption="none", **wish) if "disruption" in found]
    assert found.startswith("node_type: 'cache.t3.small' → 'cache.t3.medium' has the disruption `failover`")
    assert not [found for found in change(known, allow_disruption="failover", **wish) if "disruption" in found]
