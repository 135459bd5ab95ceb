# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of serverless caches: taken, copied, exported, deleted, and what is refused meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.standin.core.world import World
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import KEY
from tests.unit.standin.serverless_calls import (
    BUCKET,
    PLACE,
    UnableDriver,
    bucket_of,
    describe,
    described_snapshot,
    make,
    messages,
    names,
    serverless_world,
    snapshot,
    take,
)

OF_SNAPSHOTS = "serverless-cache-snapshot"


@pytest.fixture
def world() -> World:
    """With one cache that is available."""
    world = serverless_world()
    make(world, MajorEngineVersion="7")
    return world


def test_a_snapshot_is_available_in_time(world: World) -> None:
    asked = world.clock.now()
    shown = snapshot(world, "Before")
    assert shown == {
        "ServerlessCacheSnapshotName": "before",
        "ARN": f"{PLACE}:serverlesscachesnapshot:before",
        "SnapshotType": "manual",
        "Status": "creating",
        "CreateTime": asked,
        "ServerlessCacheConfiguration": {
            "ServerlessCacheName": "storefront",
            "Engine": "valkey",
            "MajorEngineVersion": "7",
        },
    }
    world.clock.advance(world.durations.snapshot)
    assert described_snapshot(world, "BEFORE") == {**shown, "Status": "available", "BytesUsedForCache": "0"}
    assert messages(world, "before", OF_SNAPSHOTS) == ["Snapshot before created for cache storefront."]


def test_its_key_is_its_own_or_the_caches(world: World) -> None:
    make(world, ServerlessCacheName="sealed", KmsKeyId=KEY)
    assert snapshot(world, "one", KmsKeyId=KEY)["KmsKeyId"] == KEY
    assert snapshot(world, "two", ServerlessCacheName="sealed")["KmsKeyId"] == KEY
    error = refusal(
        world,
        "CopyServerlessCacheSnapshot",
        SourceServerlessCacheSnapshotName=take_of(world, "sealed"),
        TargetServerlessCacheSnapshotName="three",
        KmsKeyId="none",
    )
    assert error.code == "InvalidParameterValue"


def take_of(world: World, cache: str) -> str:
    """The name of a new snapshot of a cache, when everything under way has ended."""
    world.clock.advance(world.durations.snapshot)
    name = f"of-{cache}"
    take(world, name, ServerlessCacheName=cache)
    return name


def test_nothing_else_is_done_with_the_cache_meanwhile(world: World) -> None:
    snapshot(world)
    assert describe(world)["Status"] == "available"
    arn = describe(world)["ARN"]
    for operation, members in {
        "CreateServerlessCacheSnapshot": {
            "ServerlessCacheName": "storefront",
            "ServerlessCacheSnapshotName": "second",
        },
        "DeleteServerlessCache": {"ServerlessCacheName": "storefront"},
        "AddTagsToResource": {"ResourceName": arn, "Tags": [{"Key": "owner", "Value": "shop"}]},
    }.items():
        error = refusal(world, operation, **members)
        assert (error.code, "before" in error.message) == ("InvalidServerlessCacheStateFault", True)
    world.clock.advance(world.durations.snapshot)
    snapshot(world, "second")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"ServerlessCacheName": "none"}, "ServerlessCacheNotFoundFault"),
        ({"ServerlessCacheSnapshotName": "Before"}, "ServerlessCacheSnapshotAlreadyExistsFault"),
        ({"ServerlessCacheSnapshotName": "automatic.mine"}, "InvalidParameterValue"),
        ({"ServerlessCacheSnapshotName": "a" * 256}, "InvalidParameterValue"),
        ({"KmsKeyId": "none"}, "InvalidParameterValue"),
        ({"Tags": [{"Key": ""}]}, "InvalidParameterValue"),
    ],
)
def test_what_cannot_be_is_refused(world: World, members: dict[str, Any], code: str) -> None:
    take(world)
    wanted = {"ServerlessCacheName": "storefront", "ServerlessCacheSnapshotName": "after", **members}
    assert refusal(world, "CreateServerlessCacheSnapshot", **wanted).code == code
    assert names(world) == ["before"]


def test_a_cache_has_24_manual_snapshots_a_day(world: World) -> None:
    for number in range(24):
        take(world, f"number-{number}")
    wanted = {"ServerlessCacheName": "storefront", "ServerlessCacheSnapshotName": "one-more"}
    error = refusal(world, "CreateServerlessCacheSnapshot", **wanted)
    assert error.code == "ServerlessCacheSnapshotQuotaExceededFault"
    world.clock.advance(timedelta(days=1).total_seconds())
    take(world, "one-more")


def test_a_copy_has_its_own_name_and_the_time_of_its_data(world: World) -> None:
    taken = take(world)
    copied = {"SourceServerlessCacheSnapshotName": "Before", "TargetServerlessCacheSnapshotName": "Kept"}
    tags = [{"Key": "owner", "Value": "shop"}]
    shown = call(world, "CopyServerlessCacheSnapshot", **copied, Tags=tags)["ServerlessCacheSnapshot"]
    assert (shown["ServerlessCacheSnapshotName"], shown["Status"]) == ("kept", "creating")
    call(world, "DeleteServerlessCacheSnapshot", ServerlessCacheSnapshotName="before")
    world.clock.advance(max(world.durations.copy_snapshot, world.durations.snapshot))
    assert names(world) == ["kept"]
    assert described_snapshot(world, "kept") == {
        **taken,
        "ServerlessCacheSnapshotName": "kept",
        "ARN": shown["ARN"],
    }
    assert call(world, "ListTagsForResource", ResourceName=shown["ARN"])["TagList"] == tags
    (file,) = world.serverless_cache_snapshots["kept"].files
    assert file.exists()


def test_a_name_may_be_as_long_as_the_service_allows(world: World) -> None:
    longest = "a" * 255
    assert take(world, longest)["Status"] == "available"
    assert messages(world, longest, OF_SNAPSHOTS) == [f"Snapshot {longest} created for cache storefront."]


def test_a_snapshot_in_the_making_is_let_alone(world: World) -> None:
    arn = snapshot(world)["ARN"]
    for operation, members in {
        "CopyServerlessCacheSnapshot": {
            "SourceServerlessCacheSnapshotName": "before",
            "TargetServerlessCacheSnapshotName": "kept",
        },
        "DeleteServerlessCacheSnapshot": {"ServerlessCacheSnapshotName": "before"},
        "ExportServerlessCacheSnapshot": {"ServerlessCacheSnapshotName": "before", "S3BucketName": BUCKET},
        "AddTagsToResource": {"ResourceName": arn, "Tags": [{"Key": "owner", "Value": "shop"}]},
    }.items():
        assert refusal(world, operation, **members).code == "InvalidServerlessCacheSnapshotStateFault"


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("CopyServerlessCacheSnapshot", {"TargetServerlessCacheSnapshotName": "kept"}),
        ("DeleteServerlessCacheSnapshot", {}),
        ("DescribeServerlessCacheSnapshots", {}),
        ("ExportServerlessCacheSnapshot", {"S3BucketName": BUCKET}),
    ],
)
def test_a_snapshot_that_is_not_there_is_not_found(world: World, operation: str, members: dict[str, Any]) -> None:
    source = f"{'Source' if operation.startswith('Copy') else ''}ServerlessCacheSnapshotName"
    error = refusal(world, operation, **{source: "none"}, **members)
    assert error.code == "ServerlessCacheSnapshotNotFoundFault"


def test_a_deleted_snapshot_is_gone_with_its_tags_and_files(world: World) -> None:
    arn = take(world, Tags=[{"Key": "owner", "Value": "shop"}])["ARN"]
    (file,) = world.serverless_cache_snapshots["before"].files
    shown = call(world, "DeleteServerlessCacheSnapshot", ServerlessCacheSnapshotName="before")
    assert shown["ServerlessCacheSnapshot"]["Status"] == "deleting"
    world.clock.advance(world.durations.snapshot)
    assert names(world) == []
    assert world.tags.get(arn) == {}
    assert not file.exists()


def test_listings_are_filtered(world: World) -> None:
    make(world, ServerlessCacheName="wiki", SnapshotRetentionLimit=1, DailySnapshotTime="13:00")
    take(world)
    world.clock.advance(3600)
    assert names(world) == ["automatic.wiki-2026-03-02-13-00", "before"]
    assert names(world, ServerlessCacheName="Storefront") == ["before"]
    assert names(world, SnapshotType="automated") == ["automatic.wiki-2026-03-02-13-00"]
    assert names(world, SnapshotType="manual", ServerlessCacheName="wiki") == []
    error = refusal(world, "DescribeServerlessCacheSnapshots", SnapshotType="weekly")
    assert error.code == "InvalidParameterValue"
    unknown = refusal(world, "DescribeServerlessCacheSnapshots", ServerlessCacheName="none")
    assert unknown.code == "ServerlessCacheNotFoundFault"


def test_a_final_snapshot_outlives_the_cache(world: World) -> None:
    call(world, "DeleteServerlessCache", ServerlessCacheName="storefront", FinalSnapshotName="Last")
    assert (describe(world)["Status"], described_snapshot(world, "last")["Status"]) == ("deleting", "creating")
    world.clock.advance(world.durations.snapshot + world.durations.delete)
    assert call(world, "DescribeServerlessCaches") == {"ServerlessCaches": []}
    assert described_snapshot(world, "last")["Status"] == "available"
    assert names(world, ServerlessCacheName="storefront") == ["last"]


def test_a_final_snapshot_needs_a_name_of_its_own(world: World) -> None:
    take(world)
    error = refusal(world, "DeleteServerlessCache", ServerlessCacheName="storefront", FinalSnapshotName="before")
    assert error.code == "ServerlessCacheSnapshotAlreadyExistsFault"
    assert describe(world)["Status"] == "available"


def test_a_cache_whose_final_snapshot_fails_is_kept(world: World) -> None:
    world.engines = UnableDriver()
    call(world, "DeleteServerlessCache", ServerlessCacheName="storefront", FinalSnapshotName="last")
    world.clock.advance(world.durations.snapshot + world.durations.delete)
    assert describe(world)["Status"] == "available"
    assert names(world) == []
    (message,) = messages(world, "last", OF_SNAPSHOTS)
    assert message.endswith("Snapshot last creation failed because of an internal error: the disk is full")


def export(world: World) -> dict[str, Any]:
    members = {"ServerlessCacheSnapshotName": "before", "S3BucketName": BUCKET}
    answer: dict[str, Any] = call(world, "ExportServerlessCacheSnapshot", **members)["ServerlessCacheSnapshot"]
    return answer


def test_an_export_is_one_object_in_the_bucket(world: World) -> None:
    take(world)
    assert export(world)["Status"] == "copying"
    world.clock.advance(world.durations.copy_snapshot)
    assert described_snapshot(world)["Status"] == "available"
    assert list(bucket_of(world).objects) == ["before-0001.rdb"]
    members = {"ServerlessCacheSnapshotName": "before", "S3BucketName": BUCKET}
    again = refusal(world, "ExportServerlessCacheSnapshot", **members)
    assert (again.code, "already contains" in again.message) == ("InvalidParameterValue", True)


def test_an_export_needs_a_bucket_that_lets_the_service_in(world: World) -> None:
    take(world)
    bucket_of(world).policy = None
    for bucket in (BUCKET, "none"):
        members = {"ServerlessCacheSnapshotName": "before", "S3BucketName": bucket}
        assert refusal(world, "ExportServerlessCacheSnapshot", **members).code == "InvalidParameterValue"
    assert described_snapshot(world)["Status"] == "available"


def test_an_export_that_fails_is_told_by_an_event(world: World) -> None:
    take(world)
    (file,) = world.serverless_cache_snapshots["before"].files
    file.unlink()
    export(world)
    world.clock.advance(world.durations.copy_snapshot)
    assert described_snapshot(world)["Status"] == "available"
    message = messages(world, "before", OF_SNAPSHOTS)[-1]
    assert message.startswith("Failed to export snapshot for cache storefront.")
