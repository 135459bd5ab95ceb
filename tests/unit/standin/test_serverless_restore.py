# SPDX-License-Identifier: GPL-3.0-or-later
"""Serverless caches made of snapshots: of either kind, and of RDB files in S3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import FailingDriver, make_cluster, settle
from tests.unit.standin.groups_calls import make as make_group
from tests.unit.standin.serverless_calls import (
    BUCKET,
    PLACE,
    bucket_of,
    creation,
    describe,
    described_snapshot,
    make,
    messages,
    plan,
    serverless_world,
    snapshot,
    take,
)

RESTORED = "Cache other is created and data was restored from snapshot. Your cache is ready to use."


@pytest.fixture
def world() -> World:
    return serverless_world()


def other(*arns: str, **members: Any) -> dict[str, Any]:
    return creation(ServerlessCacheName="other", SnapshotArnsToRestore=list(arns), **members)


def take_of_group(world: World, **source: str) -> str:
    """The ARN of a snapshot of a replication group."""
    call(world, "CreateSnapshot", SnapshotName="nodes", **source)
    settle(world, world.durations.snapshot)
    return f"{PLACE}:snapshot:nodes"


def test_a_cache_begins_with_the_data_of_another_ones_snapshot(world: World) -> None:
    make(world)
    arn = take(world)["ARN"]
    call(world, "CreateServerlessCache", **other(arn))
    assert described_snapshot(world)["Status"] == "restoring"
    assert plan(world, "other").scatter == world.serverless_cache_snapshots["before"].files
    world.clock.advance(world.durations.create_group)
    assert described_snapshot(world)["Status"] == "available"
    assert messages(world, "other") == [RESTORED]


def test_a_cache_begins_with_the_data_of_all_shards_of_a_group(world: World) -> None:
    make_cluster(world, Engine="redis")
    arn = take_of_group(world, ReplicationGroupId="phb")
    call(world, "CreateServerlessCache", **other(arn, Engine="redis"))
    (shown,) = call(world, "DescribeSnapshots", SnapshotName="nodes")["Snapshots"]
    assert shown["SnapshotStatus"] == "restoring"
    assert [file.name for file in plan(world, "other").scatter] == ["0001.rdb", "0002.rdb"]
    world.clock.advance(world.durations.create_group)
    (shown,) = call(world, "DescribeSnapshots", SnapshotName="nodes")["Snapshots"]
    assert shown["SnapshotStatus"] == "available"
    assert messages(world, "other") == [RESTORED]


def test_a_cache_begins_with_the_contents_of_objects(world: World) -> None:
    bucket_of(world).objects.update({"one.rdb": b"REDIS-one", "two.rdb": b"REDIS-two"})
    call(world, "CreateServerlessCache", **other(f"arn:aws:s3:::{BUCKET}/one.rdb", f"arn:aws:s3:::{BUCKET}/two.rdb"))
    files = plan(world, "other").scatter
    assert [file.read_bytes() for file in files] == [b"REDIS-one", b"REDIS-two"]
    world.clock.advance(world.durations.create_group)
    assert messages(world, "other") == [RESTORED]
    assert not any(file.exists() for file in files)


def test_a_restoration_that_fails_is_told_by_an_event(world: World) -> None:
    make(world)
    arn = take(world)["ARN"]
    world.engines = FailingDriver("the provided RDB file has an unsupported version")
    call(world, "CreateServerlessCache", **other(arn))
    world.clock.advance(world.durations.create_group)
    assert describe(world, "other")["Status"] == "create-failed"
    assert described_snapshot(world)["Status"] == "available"
    assert messages(world, "other") == [
        "Failed to create cache other. Data restoration from snapshot failed because"
        " the provided RDB file has an unsupported version."
    ]


@pytest.mark.parametrize(
    ("arns", "code", "text"),
    [
        (["before"], "InvalidParameterValue", "not valid"),
        ([f"{PLACE}:serverlesscachesnapshot:none"], "InvalidParameterValue", "does not exist"),
        ([f"{PLACE}:snapshot:before"], "InvalidParameterValue", "does not exist"),
        ([f"{PLACE}:serverlesscache:storefront"], "InvalidParameterValue", "does not exist"),
        ([f"arn:aws:s3:::{BUCKET}/none.rdb"], "InvalidParameterValue", "does not exist"),
        (
            [f"{PLACE}:serverlesscachesnapshot:before", f"arn:aws:s3:::{BUCKET}/none.rdb"],
            "InvalidParameterCombination",
            "either one snapshot or objects",
        ),
    ],
)
def test_sources_that_cannot_be_read_are_refused(world: World, arns: list[str], code: str, text: str) -> None:
    make(world)
    take(world)
    error = refusal(world, "CreateServerlessCache", **other(*arns))
    assert error.code == code
    assert text in error.message
    assert described_snapshot(world)["Status"] == "available"


def test_a_snapshot_in_the_making_is_refused(world: World) -> None:
    make(world)
    error = refusal(world, "CreateServerlessCache", **other(snapshot(world)["ARN"]))
    assert (error.code, "creating" in error.message) == ("InvalidParameterValue", True)


@pytest.mark.parametrize(
    ("source", "target", "is_possible"),
    [
        (("redis", "7"), ("redis", "7"), True),
        (("redis", "7"), ("valkey", "7"), True),
        (("valkey", "7"), ("redis", "7"), True),
        (("valkey", "8"), ("redis", "7"), False),
        (("valkey", "8"), ("valkey", "9"), True),
        (("valkey", "9"), ("valkey", "8"), False),
    ],
)
def test_versions_go_up_but_for_one_way_back(
    world: World, source: tuple[str, str], target: tuple[str, str], is_possible: bool
) -> None:
    make(world, Engine=source[0], MajorEngineVersion=source[1])
    wanted = other(take(world)["ARN"], Engine=target[0], MajorEngineVersion=target[1])
    if is_possible:
        assert call(world, "CreateServerlessCache", **wanted)["ServerlessCache"]["Status"] == "creating"
    else:
        assert refusal(world, "CreateServerlessCache", **wanted).code == "InvalidParameterCombination"


def test_snapshots_of_old_engines_and_tiered_groups_are_refused(world: World) -> None:
    make_group(world, Engine="redis", EngineVersion="4.0.10", CacheNodeType="cache.m5.large")
    arn = take_of_group(world, CacheClusterId="phb-001")
    assert refusal(world, "CreateServerlessCache", **other(arn)).code == "InvalidParameterCombination"
    call(world, "DeleteSnapshot", SnapshotName="nodes")
    world.clock.advance(world.durations.snapshot)
    tiered = {"CacheNodeType": "cache.r6gd.xlarge", "DataTieringEnabled": True}
    make_group(world, ReplicationGroupId="tiered", Engine="redis", EngineVersion="7.1", **tiered)
    arn = take_of_group(world, CacheClusterId="tiered-001")
    error = refusal(world, "CreateServerlessCache", **other(arn))
    assert (error.code, "data-tiered" in error.message) == ("InvalidParameterCombination", True)
