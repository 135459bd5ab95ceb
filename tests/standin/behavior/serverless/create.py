# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateServerlessCache: checked as a whole, then creating, then available with the data that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.standin.behavior.replication_groups.access import require_kms_key
from tests.standin.behavior.replication_groups.create import FAILURE_TAG
from tests.standin.behavior.serverless.answers import show_cache
from tests.standin.behavior.serverless.automatic import plan_daily_snapshot
from tests.standin.behavior.serverless.engine import allocate_address, group_id_of, plan_of
from tests.standin.behavior.serverless.limits import choose_limits
from tests.standin.behavior.serverless.network import choose_network
from tests.standin.behavior.serverless.restore import Restoration, choose_restoration
from tests.standin.behavior.serverless.schedule import choose_schedule
from tests.standin.behavior.serverless.software import choose_version
from tests.standin.behavior.serverless.state import ServerlessCache
from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.core.jobs import Job, start_job
from tests.standin.core.names import normalize_id
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags
from tests.standin.core.world import World

LONGEST_NAME = 40
LONGEST_DESCRIPTION = 255
LARGEST_COUNT = 40


@operation("CreateServerlessCache")
def create_serverless_cache(world: World, request: Request) -> dict[str, Any]:
    name = normalize_id("ServerlessCacheName", request["ServerlessCacheName"], LONGEST_NAME)
    if name in world.serverless_caches:
        raise ApiError("ServerlessCacheAlreadyExistsFault", f"Serverless cache {name} already exists.")
    if len(world.serverless_caches) >= LARGEST_COUNT:
        raise ApiError(
            "ServerlessCacheQuotaForCustomerExceededFault", f"There are already {LARGEST_COUNT} serverless caches."
        )
    cache = _build_cache(world, request, name)
    restoration = choose_restoration(world, request.get("SnapshotArnsToRestore") or [], cache.version)
    tags = parse_tags(request.get("Tags") or [])
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    world.serverless_caches[name] = cache
    cache.address = allocate_address(world, name)
    world.tags.replace(world.arn("serverlesscache", name), tags)
    _start(world, cache, restoration, tags.get(FAILURE_TAG))
    return {"ServerlessCache": show_cache(world, cache)}


def _build_cache(world: World, request: Request, name: str) -> ServerlessCache:
    description, kms_key = request.get("Description", ""), request.get("KmsKeyId")
    if len(description) > LONGEST_DESCRIPTION:
        raise invalid_value(f"The parameter Description must not be longer than {LONGEST_DESCRIPTION} characters.")
    version = choose_version(request)
    if kms_key is not None:
        require_kms_key(world, kms_key)
    if request.get("UserGroupId") is not None:  # nothing can create one yet
        raise ApiError("UserGroupNotFound", f"User group {request['UserGroupId']} not found.")
    return ServerlessCache(
        name=name,
        description=description,
        created=world.clock.now(),
        version=version,
        limits=choose_limits(request),
        network=choose_network(world, request, version),
        schedule=choose_schedule(request),
        kms_key=kms_key,
    )


def _start(world: World, cache: ServerlessCache, restoration: Restoration, reason_to_fail: str | None) -> None:
    """Start the engine now; the cache is created when it runs and the service's time has passed."""
    plan = replace(plan_of(cache), scatter=restoration.begin(world, cache.name))
    start: Callable[[], None] = (lambda: None) if reason_to_fail else (lambda: world.engines.apply(plan))

    def started(error: Exception | None) -> None:
        restoration.end(world, cache.name)
        if reason_to_fail is not None:
            _fail(world, cache, reason_to_fail)
        elif error is not None and restoration:
            _fail(world, cache, f"Data restoration from snapshot failed because {error}.")
        elif error is not None:
            _fail(world, cache, str(error))
        else:
            _finish(world, cache, restoration)

    label = f"creation of {cache.name}"
    start_job(world, Job(group_id_of(cache.name), label, start, world.durations.create_group), started)


def _finish(world: World, cache: ServerlessCache, restoration: Restoration) -> None:
    cache.status = "available"
    outcome = "is created and data was restored from snapshot. Your cache is" if restoration else "is created and"
    world.events.add(cache.name, "serverless-cache", f"Cache {cache.name} {outcome} ready to use.")
    plan_daily_snapshot(world, cache)


def _fail(world: World, cache: ServerlessCache, reason: str) -> None:
    """The cache stays to be looked at and deleted; only the event tells why."""
    cache.status = "create-failed"
    world.events.add(cache.name, "serverless-cache", f"Failed to create cache {cache.name}. {reason}")
    group_id = group_id_of(cache.name)
    world.background.run(group_id, lambda: world.engines.remove(group_id), lambda error: None)
