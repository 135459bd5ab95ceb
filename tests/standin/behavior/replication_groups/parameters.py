# SPDX-License-Identifier: GPL-3.0-or-later
"""Changed values of a parameter group reach the engines of every group that runs with them."""

from __future__ import annotations

from tests.standin.behavior.replication_groups.engine import plan_of
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.core.registry import each_world
from tests.standin.core.world import World

RUNNING = ("creating", "available", "modifying", "snapshotting")


@each_world
def register(world: World) -> None:
    """Hear of changes; this world tells when their time has come."""
    world.on_parameter_group_changed.append(lambda name: _changed(world, name))


def _changed(world: World, name: str) -> None:
    """Where another group's values still run, those of the attached one come with the maintenance window."""
    for group in world.replication_groups.values():
        if group.parameter_group == name == group.software.running_parameter_group and group.status in RUNNING:
            _apply(world, group)


def _apply(world: World, group: ReplicationGroup) -> None:
    plan = plan_of(world, group)

    def ended(error: Exception | None) -> None:
        message = "Parameter change applied" if error is None else f"Parameter change failed: {error}"
        for member in group.members():
            world.events.add(member.id, "cache-cluster", message)

    world.background.run(group.id, lambda: world.engines.apply(plan), ended)
