# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeReplicationGroups."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.find import find_group
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


@operation("DescribeReplicationGroups")
def describe_replication_groups(world: World, request: Request) -> dict[str, Any]:
    group_id = request.get("ReplicationGroupId")
    if group_id is not None:
        found = [find_group(world, group_id)]
    else:
        found = [world.replication_groups[name] for name in sorted(world.replication_groups)]
    return {"ReplicationGroups": [show_group(world, group) for group in found]}
