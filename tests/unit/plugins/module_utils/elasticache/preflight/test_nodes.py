# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import make_state

from .samples import change, change_warnings, existing, facts, findings, problems, warnings

RESERVABLE = ("cache.m7g.large", "cache.m7g.xlarge", "cache.t4g.micro", "cache.t4g.small")


@pytest.mark.parametrize("name", ["m7g.large", "cache.m7g", "cache.m7g.large.x", "cache.M7G.large"])
def test_the_form_of_a_node_type(name: str) -> None:
    (found,) = problems(node_type=name)
    assert found.startswith(f"node_type: {name!r} has not the form cache.FAMILY.SIZE")


def test_a_size_that_the_region_lacks() -> None:
    assert problems(node_type="cache.m7g.huge") == [
        "node_type: this region has no cache.m7g.huge; of that family it has cache.m7g.large, cache.m7g.xlarge."
    ]


def test_a_family_without_reservations_is_a_warning() -> None:
    (told,) = warnings(node_type="cache.m7i.large")
    assert told == (
        "node_type: cache.m7i.large is not among the node types that this region reserves, hence it may not have them; "
        "similar ones are cache.m7g.large, cache.m7g.xlarge."
    )
    assert problems(node_type="cache.m7i.large") == []


def test_a_family_that_runs_in_the_region_is_there() -> None:
    running = ({"CacheClusterId": "x", "CacheNodeType": "cache.m7i.xlarge", "NumCacheNodes": 1},)
    assert warnings(facts(clusters=running), node_type="cache.m7i.large") == []


def test_a_region_that_lists_nothing_tells_nothing() -> None:
    known = facts(node_types_reservable=())
    assert warnings(known) == [
        "not checked: whether the region has cache.m7g.large, since it lists no node type to reserve."
    ]
    assert findings(known).facts["node_type"]["offered"] is None
    assert warnings(facts(node_types_reservable=None)) == []


@pytest.mark.parametrize(
    ("name", "instead"), [("cache.t2.micro", "cache.t4g.micro"), ("cache.m3.large", "one of a current family")]
)
def test_retired_node_types(name: str, instead: str) -> None:
    assert problems(node_type=name) == [f"node_type: {name} can no longer be created; take {instead}."]


def test_a_retired_node_type_runs_on() -> None:
    known = existing(make_state(node_type="cache.t2.micro"))
    assert change(known, node_type="cache.t2.micro") == []


def test_what_an_existing_group_can_be_scaled_to() -> None:
    known = existing(make_state(), node_types_reachable=("cache.t3.medium", "cache.t3.micro"))
    assert change(known, node_type="cache.t3.medium") == []
    assert change(known, node_type="cache.m5.huge") == [
        "node_type: the group cannot be scaled from cache.t3.small to cache.m5.huge; it can go to cache.t3.medium, "
        "cache.t3.micro."
    ]
    nowhere = existing(make_state(), node_types_reachable=())
    assert change(nowhere, node_type="cache.t3.medium")[0].endswith("it can go to no other now.")


@pytest.mark.parametrize("option", ["snapshot_retention_limit", "multi_az_enabled"])
def test_t1_can_do_neither_backups_nor_multi_az(option: str) -> None:
    state = make_state(node_type="cache.t1.micro", multi_az_enabled=False, snapshot_retention_limit=0)
    assert change(existing(state)) == []
    asked = 1 if option == "snapshot_retention_limit" else True
    assert change(existing(state), **{option: asked}) == [
        f"{option}: cache.t1.micro cannot do that; scale the group to a current node type first."
    ]


def test_data_tiering_cannot_be_asked_for() -> None:
    (found,) = problems(facts(node_types_reservable=("cache.r6gd.xlarge",)), node_type="cache.r6gd.xlarge")
    assert "cache.r6gd.xlarge demands data tiering" in found


def test_multi_az_of_a_cluster_needs_replicas() -> None:
    params: dict[str, Any] = {"cluster_mode": "enabled", "parameter_group_name": None}
    assert problems(**params) == []
    assert problems(**params, replicas_per_node_group=None) == [
        "replicas_per_node_group: Multi-AZ needs at least one replica per shard."
    ]


@pytest.mark.parametrize("replicas", [0, None])
def test_failover_needs_a_replica(replicas: int | None) -> None:
    found = problems(replicas_per_node_group=replicas, multi_az_enabled=False)
    assert found == ["replicas_per_node_group: automatic failover needs at least one replica."]


@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("cache.m7g.large", "6.0", "documented for redis 6.2 and newer, not 6.0"),
        ("cache.m6g.large", "5.0.6", ""),
        ("cache.m7g.large", "6.2", ""),
        ("cache.m8g.large", "7.1", "documented for Valkey alone"),
    ],
)
def test_families_and_engines(name: str, version: str, found: str) -> None:
    told = [
        each
        for each in warnings(node_type=name, engine_version=version, parameter_group_name=None)
        if "documented" in each
    ]
    assert [found in each for each in told] == ([True] if found else [])


def test_valkey_takes_every_family() -> None:
    known = facts(node_types_reservable=("cache.m8g.large",))
    params = {"engine": "valkey", "engine_version": "8.1", "parameter_group_name": None}
    assert warnings(known, node_type="cache.m8g.large", **params) == []


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        (
            "cache.t3.micro",
            "has 0.5 GiB of memory, wants 50 % of it reserved (reserved-memory-percent), lets at most 20,000",
        ),
        (
            "cache.t3.small",
            "has 1.37 GiB of memory, wants 30 % of it reserved (reserved-memory-percent), lets at most 46,000",
        ),
        ("cache.t3.medium", "has 3.09 GiB of memory, lets at most 46,000"),
        (
            "cache.t4g.small",
            "has 1.37 GiB of memory, wants 30 % of it reserved (reserved-memory-percent), lets at most 65,000",
        ),
    ],
)
def test_small_nodes_are_explained(name: str, traits: str) -> None:
    (told,) = warnings(facts(node_types_reservable=(name,)), node_type=name)
    assert told.startswith(f"node_type: {name} {traits} clients connect, runs on CPU credits; it can neither tier data")


def test_the_service_knows_the_memory_better() -> None:
    row = {
        "ParameterName": "maxmemory",
        "CacheNodeTypeSpecificValues": [{"CacheNodeType": "cache.m7g.large", "Value": "6000000000"}],
    }
    assert findings(facts(parameter_rows=(row,))).facts["node_type"]["maxmemory"] == 6000000000
    assert (
        findings(facts(parameter_rows=(row,)), node_type="cache.m7g.xlarge").facts["node_type"]["maxmemory"]
        == 13891921715
    )


def running(nodes: int) -> tuple[dict[str, Any], ...]:
    return tuple({"CacheClusterId": f"other-{number}", "NumCacheNodes": 1} for number in range(nodes))


@pytest.mark.parametrize(("others", "count"), [(298, 0), (299, 1)])
def test_the_quota_of_the_region(others: int, count: int) -> None:
    told = [each for each in warnings(facts(clusters=running(others))) if "would be in this region" in each]
    assert len(told) == count


def test_a_group_that_stays_as_it_is_takes_nothing_of_the_quota() -> None:
    known = existing(make_state(), clusters=running(400))
    assert not any("would be in this region" in told for told in change_warnings(known))


@pytest.mark.parametrize(("shards", "count"), [(45, 0), (46, 1)])
def test_the_quota_of_a_group(shards: int, count: int) -> None:
    told = warnings(cluster_mode="enabled", num_node_groups=shards, parameter_group_name=None)
    assert len([each for each in told if "nodes in one group" in each]) == count
