# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of the service to a State."""

from __future__ import annotations

from datetime import datetime

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.normalize import (
    group_of,
    normalize,
    normalize_origin,
    parse_size,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict

from tests.unit.plugins.module_utils.elasticache.snapshot.samples import (
    MOMENT,
    NAME,
    TOLD,
    api_cluster_snapshot,
    api_node,
    make_serverless,
    make_state,
)

MEGABYTE = 1024**2


def test_a_member_tells_its_group_by_its_name() -> None:
    state = make_state()
    assert (state.replication_group_id, state.cache_cluster_id, state.source) == ("orders", "orders-002", "orders-002")
    assert (state.cluster_mode, state.num_node_groups) == (False, 1)
    assert (state.size_bytes, state.largest_node_bytes, state.created) == (12 * MEGABYTE, 12 * MEGABYTE, TOLD)
    assert state.node_snapshots[0].cluster_id == "orders-002"


def test_a_group_in_cluster_mode() -> None:
    state = normalize(api_cluster_snapshot())
    assert (state.replication_group_id, state.cache_cluster_id, state.source) == ("sessions", None, "sessions")
    assert (state.cluster_mode, state.num_node_groups) == (True, 2)
    assert [(each.node_group_id, each.slots) for each in state.node_snapshots] == [
        ("0001", "0-8191"),
        ("0002", "8192-16383"),
    ]
    assert (state.size_bytes, state.largest_node_bytes) == (1548 * MEGABYTE, 1536 * MEGABYTE)
    assert state.tags is None


def test_a_serverless_cache() -> None:
    state = make_serverless()
    assert (state.serverless, state.serverless_cache_name, state.source) == (True, "sessions", "sessions")
    assert (state.status, state.engine, state.engine_version) == ("available", "valkey", "8")
    assert (state.size_bytes, state.created, state.cluster_mode) == (10739, TOLD, True)


def test_a_snapshot_in_the_making_tells_little() -> None:
    state = make_state(SnapshotStatus="creating", NodeSnapshots=[{"CacheNodeId": "0001", "CacheSize": ""}])
    assert (state.created, state.size_bytes, state.largest_node_bytes) == ("", None, None)
    assert make_state(NodeSnapshots=[]).size_bytes is None


def test_a_sum_of_some_nodes_is_none() -> None:
    assert make_state(NodeSnapshots=[api_node(), api_node(CacheSize="")]).size_bytes is None


def test_the_oldest_moment_counts() -> None:
    later = MOMENT.replace(year=2027)
    state = make_state(NodeSnapshots=[api_node(SnapshotCreateTime=later), api_node()])
    assert state.created == TOLD
    assert datetime.fromisoformat(state.created) == MOMENT


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("12 MB", 12 * MEGABYTE),
        ("1.5 GB", 1536 * MEGABYTE),
        ("7kB", 7 * 1024),
        ("2 TiB", 2 * 1024**4),
        ("10739", 10739),
        ("0 MB", 0),
        ("", None),
        (None, None),
        ("much", None),
    ],
)
def test_sizes(text: str | None, size: int | None) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("member", "group"),
    [("orders-002", "orders"), ("my-orders-010", "my-orders"), ("orders", None), ("orders-2", None), (None, None)],
)
def test_groups_of_members(member: str | None, group: str | None) -> None:
    assert group_of(member) == group


@pytest.mark.parametrize(
    ("told", "origin"),
    [("manual", "manual"), ("user", "manual"), ("automated", "automated"), ("system", "automated"), (None, "manual")],
)
def test_origins(told: str | None, origin: str) -> None:
    assert normalize_origin(told) == origin


def test_the_result_shows_no_files() -> None:
    shown = as_dict(make_state())
    assert shown["snapshot_name"] == NAME
    assert "exported" not in shown
