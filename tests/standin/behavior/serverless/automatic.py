# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic snapshots: one a day at the cache's time, kept for its days of retention."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.standin.behavior.serverless.schedule import next_daily
from tests.standin.behavior.serverless.state import ServerlessCache, ServerlessSnapshot
from tests.standin.behavior.serverless.taking import begin_snapshot, forget_snapshot
from tests.standin.core.world import World

RETRY_SECONDS = 60
"""Until what is busy is looked at again."""


def plan_daily_snapshot(world: World, cache: ServerlessCache) -> None:
    """Have the next one taken in its time; none without retention."""
    if cache.schedule.retention == 0:
        return
    due = next_daily(cache.schedule, world.clock.now())
    label = f"automatic snapshot of {cache.name}"
    cache.daily_timer = world.clock.at(due, partial(_take, world, cache), label)


def end_automatic_snapshots(world: World, cache: ServerlessCache) -> None:
    """No more of them; those that there are go with the cache."""
    if cache.daily_timer is not None:
        cache.daily_timer.cancel()
    snapshots: list[ServerlessSnapshot] = list(world.serverless_cache_snapshots.values())
    for snapshot in snapshots:
        if snapshot.cache == cache.name and snapshot.snapshot_type == "automated":
            _expire(world, snapshot)


def _take(world: World, cache: ServerlessCache) -> None:
    if not cache.is_free:
        label = f"automatic snapshot of {cache.name}, when it is free"
        cache.daily_timer = world.clock.after(RETRY_SECONDS, partial(_take, world, cache), label)
        return
    name = f"automatic.{cache.name}-{world.clock.now():%Y-%m-%d-%H-%M}"
    snapshot = begin_snapshot(world, cache, name, "automated", lambda: None)
    snapshot.expires = snapshot.created + timedelta(days=cache.schedule.retention)
    world.clock.at(snapshot.expires, partial(_expire, world, snapshot), f"expiry of snapshot {name}")
    plan_daily_snapshot(world, cache)


def _expire(world: World, snapshot: ServerlessSnapshot) -> None:
    """Forget it, or wait for the end of what is being done with it. One that is gone already is no error."""
    if world.serverless_cache_snapshots.get(snapshot.name) is not snapshot:
        return
    if snapshot.status == "available":
        forget_snapshot(world, snapshot)
    elif snapshot.status != "deleting":
        label = f"expiry of snapshot {snapshot.name}, when it is free"
        world.clock.after(RETRY_SECONDS, partial(_expire, world, snapshot), label)
