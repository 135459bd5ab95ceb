# SPDX-License-Identifier: GPL-3.0-or-later
"""A world in which serverless caches can be made, and short ways of making and looking at them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import EngineError, GroupPlan
from tests.standin.neighbors import FixedBucket, FixedNeighbors
from tests.unit.standin.core_calls import call
from tests.unit.standin.groups_calls import furnished_world

PLACE = "arn:aws:elasticache:us-east-1:123456789012"
BUCKET = "caches-backup"


class LateDriver(NullDriver):
    """Applies a plan, and then finds that it does not work."""

    def apply(self, plan: GroupPlan) -> None:
        super().apply(plan)
        raise EngineError("no memory")


class UnableDriver(NullDriver):
    """Applies plans, and saves nothing."""

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        raise EngineError("the disk is full")


def serverless_world() -> World:
    """As for groups, with default security groups, and a bucket that lets the service in."""
    world = furnished_world()
    neighbors = world.neighbors
    assert isinstance(neighbors, FixedNeighbors)
    neighbors.default_security_groups.update({"vpc-1": "sg-default", "vpc-2": "sg-default-elsewhere"})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "us-east-1.elasticache-snapshot.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    neighbors.buckets[BUCKET] = FixedBucket(policy=json.dumps({"Statement": [statement]}))
    return world


def bucket_of(world: World) -> FixedBucket:
    assert isinstance(world.neighbors, FixedNeighbors)
    return world.neighbors.buckets[BUCKET]


def creation(**members: Any) -> dict[str, Any]:
    """Parameters of a cache; None leaves one out."""
    wanted = {"ServerlessCacheName": "storefront", "Engine": "valkey", **members}
    return {name: value for name, value in wanted.items() if value is not None}


def make(world: World, **members: Any) -> dict[str, Any]:
    """A cache that is available."""
    made = call(world, "CreateServerlessCache", **creation(**members))["ServerlessCache"]
    world.clock.advance(world.durations.create_group)
    return describe(world, made["ServerlessCacheName"])


def describe(world: World, name: str = "storefront") -> dict[str, Any]:
    (found,) = call(world, "DescribeServerlessCaches", ServerlessCacheName=name)["ServerlessCaches"]
    cache: dict[str, Any] = found
    return cache


def snapshot(world: World, name: str = "before", **members: Any) -> dict[str, Any]:
    """The answer to asking for a snapshot of the cache."""
    wanted = {"ServerlessCacheName": "storefront", "ServerlessCacheSnapshotName": name, **members}
    answer: dict[str, Any] = call(world, "CreateServerlessCacheSnapshot", **wanted)["ServerlessCacheSnapshot"]
    return answer


def take(world: World, name: str = "before", **members: Any) -> dict[str, Any]:
    """A snapshot that is available."""
    snapshot(world, name, **members)
    world.clock.advance(world.durations.snapshot)
    return described_snapshot(world, name)


def described_snapshot(world: World, name: str = "before") -> dict[str, Any]:
    answer = call(world, "DescribeServerlessCacheSnapshots", ServerlessCacheSnapshotName=name)
    (found,) = answer["ServerlessCacheSnapshots"]
    shown: dict[str, Any] = found
    return shown


def names(world: World, **members: Any) -> list[str]:
    """Of the snapshots that a listing answers."""
    answer = call(world, "DescribeServerlessCacheSnapshots", **members)
    return [shown["ServerlessCacheSnapshotName"] for shown in answer["ServerlessCacheSnapshots"]]


def plan(world: World, name: str = "storefront") -> GroupPlan:
    """What the engines of a cache were told last."""
    assert isinstance(world.engines, NullDriver)
    return world.engines.plans[f"serverless.{name}"]


def messages(world: World, source: str = "storefront", source_type: str = "serverless-cache") -> list[str]:
    """Texts of the events of one source, oldest first."""
    asked = {"SourceIdentifier": source, "SourceType": source_type, "Duration": 20160}
    return [event["Message"] for event in call(world, "DescribeEvents", **asked)["Events"]]
