# SPDX-License-Identifier: GPL-3.0-or-later
"""How groups and their members take part in tagging."""

from __future__ import annotations

from tests.standin.behavior.replication_groups.changes import make_available
from tests.standin.behavior.replication_groups.find import find_group, find_group_of
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.core.errors import ApiError
from tests.standin.core.registry import each_world
from tests.standin.core.world import TagTarget, World

_NOT_NOW = "Cluster not in available state to perform tagging operations."


@each_world
def register(world: World) -> None:
    """Make groups and members known to the tagging operations of this world."""

    def check_group(name: str, writing: bool) -> None:
        """Listing is refused as well (TF #44787)."""
        if find_group(world, name).status != "available":
            raise ApiError("InvalidReplicationGroupState", _NOT_NOW)

    def group_changed(name: str) -> None:
        _spread(world, find_group(world, name))

    def check_member(name: str, writing: bool) -> None:
        group = find_group_of(world, name)
        if writing and group.status != "available":
            raise ApiError("InvalidReplicationGroupState", _NOT_NOW)

    world.taggable["replicationgroup"] = TagTarget(check_group, group_changed)
    world.taggable["cluster"] = TagTarget(check_member)


def _spread(world: World, group: ReplicationGroup) -> None:
    """Members get the group's tags; the group is modifying for a moment (ACK)."""
    tags = world.tags.get(world.arn("replicationgroup", group.id))
    for member in group.members():
        world.tags.replace(world.arn("cluster", member.id), tags)
    group.status = "modifying"
    world.clock.after(world.durations.tag, lambda: make_available(world, group), f"tags of {group.id}")
