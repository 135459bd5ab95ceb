# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind a serverless cache: one engine that has all slots, reached over TLS alone."""

from __future__ import annotations

from tests.standin.behavior.archives import archive_name
from tests.standin.behavior.serverless.state import ServerlessCache
from tests.standin.core.world import World
from tests.standin.engines.plan import SLOT_COUNT, GroupPlan, NodePlan

PORT = 6379
READER_PORT = 6380
SHARD = "0001"
# Fixed by the service, which gives serverless caches no parameter group.
PARAMETERS = {"maxmemory-policy": "volatile-lru"}


def group_id_of(name: str) -> str:
    """The driver's name for a cache: the dot keeps it apart from every replication group, whose ids have none."""
    return f"serverless.{name}"


def archive_of(snapshot_name: str) -> str:
    """The driver's name for the files of a snapshot."""
    return archive_name("serverless", snapshot_name)


def plan_of(cache: ServerlessCache) -> GroupPlan:
    node = NodePlan(_node_id(cache.name), SHARD, "primary", slots=((0, SLOT_COUNT - 1),))
    return GroupPlan(
        group_id=group_id_of(cache.name),
        port=PORT,
        tls="required",
        cluster_mode=True,
        nodes=(node,),
        parameters=PARAMETERS,
        reader_port=READER_PORT,
    )


def allocate_address(world: World, name: str) -> str:
    """Both endpoints have it, as in life; the record keeps it, so that reads never ask the driver."""
    return world.engines.endpoints(group_id_of(name), [_node_id(name)]).configuration


def _node_id(name: str) -> str:
    return f"{group_id_of(name)}-{SHARD}-001"
