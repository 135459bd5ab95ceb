# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a network and a busy service lie: throttling, lost answers, reads that lag behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.replication_group.cases import PAIR, SAFE_PAIR
from tests.component.replication_group.cloud import Landscape

FIVE_STEPS: dict[str, Any] = {
    **SAFE_PAIR,
    "replicas_per_node_group": 2,
    "node_type": "cache.t3.medium",
    "engine_version": "7.1",
    "description": "second",
    "tags": {"Project": "PHB"},
    "apply_immediately": True,
    "allow_disruption": "failover",
}


@pytest.mark.parametrize("operation", ["CreateReplicationGroup", "DescribeReplicationGroups", "DescribeCacheClusters"])
@pytest.mark.parametrize("kind", ["throttle", "drop_before", "drop_after"])
def test_a_creation_survives(cloud: Landscape, pauses: list[float], operation: str, kind: str) -> None:
    name = cloud.new_name()
    cloud.standin.control.add_fault(kind, operation, times=1)
    assert cloud.run(name, **PAIR).after.status == "available"
    assert not cloud.run(name, **PAIR).changed


@pytest.mark.parametrize("operation", ["ModifyReplicationGroup", "IncreaseReplicaCount", "AddTagsToResource"])
@pytest.mark.parametrize("kind", ["throttle", "drop_before", "drop_after"])
def test_a_change_in_five_steps_survives(cloud: Landscape, pauses: list[float], operation: str, kind: str) -> None:
    name = cloud.new_name()
    cloud.run(name, **SAFE_PAIR)
    cloud.standin.control.add_fault(kind, operation, times=1)
    after = cloud.run(name, **FIVE_STEPS).after
    assert (len(after.members), after.node_type, after.description) == (3, "cache.t3.medium", "second")
    assert not cloud.run(name, **FIVE_STEPS).changed


@pytest.mark.parametrize("seconds", [5, 30])
def test_reads_that_lag_behind_are_waited_out(cloud: Landscape, seconds: int) -> None:
    name = cloud.new_name()
    cloud.run(name, **SAFE_PAIR)
    cloud.standin.control.add_fault("stale", "Describe*", seconds=seconds, times=40)
    after = cloud.run(name, **FIVE_STEPS).after
    assert (len(after.members), after.node_type) == (3, "cache.t3.medium")
