# SPDX-License-Identifier: GPL-3.0-or-later
"""DeleteServerlessCache, with a final snapshot where one is asked for."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.serverless.answers import show_cache
from tests.standin.behavior.serverless.automatic import end_automatic_snapshots
from tests.standin.behavior.serverless.engine import group_id_of
from tests.standin.behavior.serverless.find import find_cache, require_free
from tests.standin.behavior.serverless.state import ServerlessCache
from tests.standin.behavior.serverless.taking import begin_snapshot, require_new_snapshot
from tests.standin.core.errors import invalid_combination
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World


@operation("DeleteServerlessCache")
def delete_serverless_cache(world: World, request: Request) -> dict[str, Any]:
    cache = find_cache(world, request["ServerlessCacheName"])
    snapshot_name = request.get("FinalSnapshotName")
    if cache.status != "create-failed":
        require_free(cache)
    elif snapshot_name is not None:
        raise invalid_combination("A serverless cache whose creation failed has nothing to take a snapshot of.")
    if snapshot_name is not None:
        snapshot_name = require_new_snapshot(world, cache.name, "FinalSnapshotName", snapshot_name)
    cache.status = "deleting"
    if snapshot_name is None:
        _remove_later(world, cache)
    else:
        begin_snapshot(world, cache, snapshot_name, "manual", lambda: _remove_later(world, cache))
    return {"ServerlessCache": show_cache(world, cache)}


def _remove_later(world: World, cache: ServerlessCache) -> None:
    group_id = group_id_of(cache.name)

    def remove() -> None:
        world.background.run(group_id, lambda: world.engines.remove(group_id), lambda error: _forget(world, cache))

    end_automatic_snapshots(world, cache)
    world.clock.after(world.durations.delete, remove, f"deletion of {cache.name}")


def _forget(world: World, cache: ServerlessCache) -> None:
    del world.serverless_caches[cache.name]
    world.tags.forget(world.arn("serverlesscache", cache.name))
    world.events.add(cache.name, "serverless-cache", f"Cache {cache.name} was deleted.")
