# SPDX-License-Identifier: GPL-3.0-or-later
"""How serverless caches and their snapshots take part in tagging."""

from __future__ import annotations

from tests.standin.behavior.serverless.find import find_cache, find_snapshot, require_available, require_free
from tests.standin.core.registry import each_world
from tests.standin.core.world import TagTarget, World


@each_world
def register(world: World) -> None:
    """Make both known to the tagging operations of this world. Tags can be listed at any time."""

    def check_cache(name: str, writing: bool) -> None:
        cache = find_cache(world, name)
        if writing:
            require_free(cache)

    def cache_changed(name: str) -> None:
        world.events.add(name, "serverless-cache", f"Tags updated for the cache {name}.")

    def check_snapshot(name: str, writing: bool) -> None:
        snapshot = find_snapshot(world, name)
        if writing:
            require_available(snapshot)

    world.taggable["serverlesscache"] = TagTarget(check_cache, cache_changed)
    world.taggable["serverlesscachesnapshot"] = TagTarget(check_snapshot)
