# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from .samples import NAME, TOKEN


def problems(**params: Any) -> list[str]:
    try:
        build_spec({"replication_group_id": NAME, **params})
    except Refused as refused:
        return list(refused.problems)
    return []


def test_an_empty_spec_is_fine() -> None:
    assert problems() == []


def test_names_and_windows_are_lowered() -> None:
    spec = build_spec(
        {
            "replication_group_id": "PHB-Redis",
            "subnet_group_name": "PHB",
            "parameter_group_name": "Mine",
            "preferred_maintenance_window": "Sun:05:00-Sun:06:00",
        }
    )
    assert spec.replication_group_id == "phb-redis"
    assert (spec.subnet_group_name, spec.parameter_group_name) == ("phb", "mine")
    assert spec.preferred_maintenance_window == "sun:05:00-sun:06:00"


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"replication_group_id": "1st"}, "first a letter"),
        ({"replication_group_id": "a" * 41}, "1 to 40"),
        ({"replication_group_id": "a--b"}, "no hyphen doubled"),
        ({"replication_group_id": "a-"}, "at the end"),
        ({"final_snapshot_identifier": "last"}, "state=absent"),
        ({"num_node_groups": 0}, "outside of 1 to 500"),
        ({"replicas_per_node_group": 6}, "outside of 0 to 5"),
        ({"port": 70000}, "outside of 1 to 65535"),
        ({"snapshot_retention_limit": 36}, "outside of 0 to 35"),
        ({"multi_az_enabled": True, "automatic_failover_enabled": False}, "Multi-AZ needs automatic_failover_enabled"),
        ({"multi_az_enabled": True, "replicas_per_node_group": 0}, "at least one replica per shard"),
        (
            {"automatic_failover_enabled": True, "replicas_per_node_group": 0, "cluster_mode": "disabled"},
            "failover needs at least one replica",
        ),
        ({"node_type": ""}, "node_type: it is empty"),
        ({"security_group_ids": [""]}, "one of them is empty"),
        ({"tags": {"Owner": None}}, "the value of 'Owner' is no text"),
        ({"cluster_mode": "enabled", "automatic_failover_enabled": False}, "cannot be without it"),
        ({"cluster_mode": "disabled", "num_node_groups": 2}, "2 shards need cluster_mode=enabled"),
        ({"engine_version": "7"}, "is no version"),
        ({"kms_key_id": "k", "at_rest_encryption_enabled": False}, "a key needs at_rest_encryption_enabled"),
        ({"transit_encryption_mode": "required", "transit_encryption_enabled": False}, "a mode needs"),
        ({"auth_token_update_strategy": "SET"}, "it needs auth_token"),
        ({"auth_token": "short"}, "it holds 5 characters"),
        ({"auth_token": TOKEN + "@"}, "are allowed in it"),
        ({"auth_token": TOKEN, "transit_encryption_enabled": False}, "a token needs transit_encryption_enabled"),
        ({"preferred_maintenance_window": "sunday"}, "has not the form"),
        ({"preferred_maintenance_window": "sun:05:00-sun:05:30"}, "lasts 30 minutes"),
        ({"preferred_maintenance_window": "sun:05:00-tue:05:30"}, "not 60 minutes to 24 hours"),
        ({"snapshot_window": "25:00-26:00"}, "has not the form"),
        ({"snapshot_window": "03:00-03:59"}, "at least 60"),
        (
            {"snapshot_window": "05:30-06:30", "preferred_maintenance_window": "sun:05:00-sun:06:00"},
            "overlaps with preferred_maintenance_window",
        ),
        ({"security_group_ids": []}, "cannot be without one"),
        ({"tags": {"aws:mine": "x"}}, "reserved for AWS"),
    ],
)
def test_each_rule_tells_what_is_wrong(params: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in problems(**params))


def test_two_destinations_of_one_log_are_refused() -> None:
    delivery = {"log_type": "slow-log", "destination_type": "cloudwatch-logs", "destination": "a", "log_format": "json"}
    assert "named twice" in problems(log_delivery_configurations=[delivery, {**delivery, "destination": "b"}])[0]


def test_all_problems_come_at_once() -> None:
    assert len(problems(port=0, snapshot_retention_limit=99, auth_token="x@", engine_version="new")) == 5


def test_windows_that_touch_do_not_overlap() -> None:
    assert problems(snapshot_window="02:00-03:00", preferred_maintenance_window="sun:03:00-sun:05:00") == []


def test_a_window_over_midnight_is_held_against_the_next_day() -> None:
    params = {"snapshot_window": "23:30-00:30", "preferred_maintenance_window": "mon:00:00-mon:01:00"}
    assert "overlaps" in problems(**params)[0]


def test_the_token_is_in_no_message_and_no_repr() -> None:
    bad = TOKEN + "@"
    assert all(bad not in problem and TOKEN not in problem for problem in problems(auth_token=bad))
    spec = build_spec({"replication_group_id": NAME, "auth_token": TOKEN})
    assert TOKEN not in repr(spec)
    assert TOKEN not in str(spec)
