# SPDX-License-Identifier: GPL-3.0-or-later
"""A group is led through random changes while calls are throttled, answers get lost and reads lag behind.

Whatever a run ends with, the next undisturbed one converges, and one more has nothing to do.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure

from tests.component.replication_group.cases import SAFE_PAIR
from tests.component.replication_group.cloud import Landscape

ROUNDS = 5
EVERYTHING: dict[str, Any] = {"allow_disruption": "data_movement", "apply_immediately": True}
CHOICES: dict[str, list[Any]] = {
    "description": ["first", "second", "third"],
    "node_type": ["cache.t3.small", "cache.t3.medium", "cache.m6g.large"],
    "replicas_per_node_group": [1, 2, 3],
    "multi_az_enabled": [True, False],
    "snapshot_retention_limit": [0, 1, 7],
    "tags": [{}, {"Project": "PHB"}, {"Environment": "Production", "Project": "Other"}],
    "auto_minor_version_upgrade": [True, False],
}
DISTURBED = ["*", "Describe*", "ModifyReplicationGroup", "IncreaseReplicaCount", "DecreaseReplicaCount", "*Tags*"]


def disturb(cloud: Landscape, chance: random.Random) -> None:
    for _other in range(chance.randint(1, 4)):
        kind = chance.choice(["throttle", "drop_before", "drop_after", "stale"])
        operation = "Describe*" if kind == "stale" else chance.choice(DISTURBED)
        late = {"seconds": chance.choice([5, 20, 45])} if kind == "stale" else {}
        cloud.standin.control.add_fault(kind, operation, times=chance.randint(1, 8), **late)


def choose(chance: random.Random) -> dict[str, Any]:
    names = chance.sample(sorted(CHOICES), chance.randint(1, len(CHOICES)))
    return {name: chance.choice(CHOICES[name]) for name in names}


@pytest.mark.parametrize("seed", range(12))
def test_a_group_converges_after_any_disturbance(cloud: Landscape, pauses: list[float], seed: int) -> None:
    chance = random.Random(seed)
    name = cloud.new_name()
    wanted: dict[str, Any] = {**SAFE_PAIR, "automatic_failover_enabled": True}
    cloud.run(name, **wanted)
    for _other in range(ROUNDS):
        wanted |= choose(chance)
        disturb(cloud, chance)
        with suppress(Failure):
            cloud.run(name, **wanted, **EVERYTHING)
        cloud.standin.control.clear_faults()
        cloud.run(name, **wanted, **EVERYTHING)
        assert not cloud.run(name, **wanted, **EVERYTHING).changed
