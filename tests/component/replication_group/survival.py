# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share that kill a run after each of its calls."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tests.component.replication_group.cases import SAFE_PAIR, TOKEN
from tests.component.replication_group.cloud import Landscape
from tests.component.replication_group.killing import run_apart
from tests.standin.core.durations import Durations

CREATION: dict[str, Any] = {
    **SAFE_PAIR,
    "transit_encryption_enabled": True,
    "auth_token": TOKEN,
    "snapshot_retention_limit": 7,
    "tags": {"Project": "PHB"},
}
FIVE_STEPS: dict[str, Any] = {
    **CREATION,
    "replicas_per_node_group": 2,
    "node_type": "cache.t3.medium",
    "engine_version": "7.1",
    "description": "second",
    "tags": {"Environment": "Production"},
    "apply_immediately": True,
    "allow_disruption": "failover",
}
QUICK = dict.fromkeys((each.name for each in fields(Durations)), 1.0)
"""Seconds of service time: the fewer looks a run takes, the fewer moments there are to kill it in."""


def count_calls(cloud: Landscape, before: dict[str, Any], wanted: dict[str, Any]) -> int:
    """How many calls an undisturbed run makes."""
    params = {"replication_group_id": cloud.new_name(), **wanted}
    make_before(cloud, params, before)
    ending = run_apart(cloud.standin.url, params)
    assert (ending.exit_code, ending.changed) == (0, True)
    cloud.remove_groups()
    return ending.calls


def make_before(cloud: Landscape, params: dict[str, Any], before: dict[str, Any]) -> None:
    if before:
        cloud.run(params["replication_group_id"], **before)


def survive_kill(cloud: Landscape, before: dict[str, Any], wanted: dict[str, Any], last_call: int) -> None:
    """A run is killed when the answer to its `last_call`-th call has come; the next one has to converge."""
    params = {"replication_group_id": cloud.new_name(), **wanted}
    make_before(cloud, params, before)
    assert run_apart(cloud.standin.url, params, last_call).exit_code == -9
    cloud.run(params["replication_group_id"], **wanted)
    assert not cloud.run(params["replication_group_id"], **wanted).changed
    check_result(cloud, params)
    cloud.remove_groups()


def check_result(cloud: Landscape, params: dict[str, Any]) -> None:
    """One group, as wanted, and nothing beside it."""
    elasticache = cloud.session.client("elasticache")
    name, members = params["replication_group_id"], params["replicas_per_node_group"] + 1
    group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    clusters = elasticache.describe_cache_clusters()["CacheClusters"]
    own = [each for each in clusters if each["ReplicationGroupId"] == name]
    assert (group["Status"], group["Description"]) == ("available", params["description"])
    assert [each["CacheClusterStatus"] for each in own] == ["available"] * members
    assert {each["CacheNodeType"] for each in own} == {params["node_type"]}
    assert {each["EngineVersion"][:3] for each in own} == {params["engine_version"]}
    tags = elasticache.list_tags_for_resource(ResourceName=group["ARN"])["TagList"]
    assert {each["Key"]: each["Value"] for each in tags} == params["tags"]
