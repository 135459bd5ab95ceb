# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed at any moment leaves nothing behind that the next run does not mend.

The same for a change in five steps, which takes minutes, is in tests/drills.
"""

from __future__ import annotations

from tests.component.replication_group.cloud import Landscape
from tests.component.replication_group.survival import CREATION, FIVE_STEPS, count_calls, survive_kill


def test_a_creation_killed_after_each_call(quick: Landscape) -> None:
    calls = count_calls(quick, {}, CREATION)
    assert calls >= 8
    for last_call in range(1, calls + 1):
        survive_kill(quick, {}, CREATION, last_call)


def test_the_change_takes_five_steps_and_the_tags(quick: Landscape) -> None:
    name = quick.new_name()
    quick.run(name, **CREATION)
    steps = quick.run(name, check=True, **FIVE_STEPS).plan.steps
    assert [",".join(step.because) for step in steps] == [
        "replicas_per_node_group",
        "node_type",
        "engine_version",
        "description",
        "tags",
        "tags",
    ]
