# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule that needs no request."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.spec import (
    SnapshotSpec,
    build_spec,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused


def build(**params: Any) -> SnapshotSpec:
    return build_spec({"snapshot_name": "orders-1", **params})


def test_names_are_kept_in_lower_case() -> None:
    spec = build(snapshot_name="Orders-1", replication_group_id="ORDERS", tags={"Count": 1})
    assert (spec.snapshot_name, spec.source, spec.tags) == (
        "orders-1",
        ("replication_group_id", "orders"),
        {"Count": "1"},
    )


def test_a_serverless_cache_implies_its_kind() -> None:
    assert build(serverless_cache_name="sessions").serverless
    assert not build(replication_group_id="orders").serverless


def test_nothing_is_exported_of_what_is_to_go() -> None:
    assert build(target_bucket="backups").bucket == "backups"
    with pytest.raises(Refused, match="belongs to state=present"):
        build(target_bucket="backups", state="absent")


@pytest.mark.parametrize(
    "params",
    [
        {"snapshot_name": "automatic.orders-002-2026-03-01-03-12"},
        {"snapshot_name": "automatic.orders-002-2026-03-01-03-12", "state": "absent", "replication_group_id": "orders"},
        {"source_snapshot_name": "automatic.orders-002-2026-03-01-03-12"},
        {"serverless": True, "source_snapshot_name": "orders-0"},
        {"target_bucket": "my.backups-2026"},
        {"tags": {}},
    ],
)
def test_what_is_right(params: dict[str, Any]) -> None:
    build(**params)


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"snapshot_name": "1-orders"}, "snapshot_name: '1-orders' must hold"),
        ({"snapshot_name": "orders.1"}, "snapshot_name: 'orders.1' must hold"),
        ({"snapshot_name": "automatic.x", "cache_cluster_id": "a"}, "are given by ElastiCache alone"),
        ({"source_snapshot_name": "orders-1"}, "a copy needs a name of its own"),
        ({"source_snapshot_name": ""}, "source_snapshot_name: '' must hold"),
        ({"replication_group_id": " "}, "replication_group_id: it is empty"),
        ({"kms_key_id": ""}, "kms_key_id: it is empty"),
        ({"replication_group_id": "a", "source_snapshot_name": "b"}, "a snapshot is made of one thing"),
        ({"replication_group_id": "a", "serverless": True}, "leave out one of the two"),
        ({"target_bucket": "s3://backups/orders"}, "is no bucket's name that ElastiCache can use"),
        ({"target_bucket": "Backups"}, "is no bucket's name that ElastiCache can use"),
        ({"target_bucket": "ab"}, "is no bucket's name that ElastiCache can use"),
        ({"tags": {"aws:x": "y"}}, "reserved for AWS"),
    ],
)
def test_what_is_wrong(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused) as refused:
        build(**params)
    (told,) = refused.value.problems
    assert problem in told


def test_all_problems_come_at_once() -> None:
    with pytest.raises(Refused) as refused:
        build(snapshot_name="1", replication_group_id="", cache_cluster_id="a", target_bucket="B", tags={"": "x"})
    assert len(refused.value.problems) == 5
