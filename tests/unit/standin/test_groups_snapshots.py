# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, sizes and copies of snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.standin.behavior.snapshots.sizes import parse_size, show_size
from tests.standin.core.background import Inline, Then, Work
from tests.standin.core.errors import ApiError
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import EngineError
from tests.standin.neighbors import FixedBucket, FixedNeighbors
from tests.standin.scope import ScopedEngines
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import (
    KEY,
    clusters,
    describe,
    furnished_world,
    make,
    make_cluster,
    messages,
    modify,
    refuse_tagging,
    settle,
    snapshots,
    take,
)

SIZE = {"Key": "standin:cache-size", "Value": "5 GB"}


@pytest.fixture
def world() -> World:
    return furnished_world()


def files_of(world: World, name: str) -> list[Path]:
    return list(world.snapshots[name].files)


def backed_up(world: World, **members: Any) -> None:
    """A group and a snapshot of it, "backup"."""
    make(world, **members)
    take(world, "backup", CacheClusterId="phb-001")
    settle(world, world.durations.snapshot)


def test_a_snapshot_has_a_file_for_each_shard_until_it_is_deleted(world: World) -> None:
    make_cluster(world)
    take(world, "backup", ReplicationGroupId="phb")
    settle(world, world.durations.snapshot)
    files = files_of(world, "backup")
    assert [file.name for file in files] == ["0001.rdb", "0002.rdb"]
    assert all(file.exists() for file in files)
    call(world, "DeleteSnapshot", SnapshotName="backup")
    settle(world, world.durations.snapshot)
    assert not any(file.exists() for file in files)


def test_size_and_time_are_told_when_the_snapshot_is_available(world: World) -> None:
    make(world)
    started = world.clock.now()
    (node,) = take(world, "backup", CacheClusterId="phb-001")["NodeSnapshots"]
    assert node["CacheSize"] == ""
    assert "SnapshotCreateTime" not in node
    settle(world, world.durations.snapshot)
    (node,) = snapshots(world)[0]["NodeSnapshots"]
    assert (node["CacheSize"], node["SnapshotCreateTime"]) == ("1 MB", started)


def test_a_tag_of_the_group_claims_a_size(world: World) -> None:
    backed_up(world, Tags=[SIZE])
    assert snapshots(world)[0]["NodeSnapshots"][0]["CacheSize"] == "5 GB"
    assert world.snapshots["backup"].sizes == (5 * 1024**3,)


def test_a_size_that_is_none_is_refused(world: World) -> None:
    make(world, Tags=[{"Key": "standin:cache-size", "Value": "much"}])
    error = refusal(world, "CreateSnapshot", SnapshotName="backup", CacheClusterId="phb-001")
    assert (error.code, "standin:cache-size" in error.message) == ("InvalidParameterValue", True)


@pytest.mark.parametrize(
    ("text", "size"), [("12 MB", 12 * 1024**2), ("1.5 GB", 3 * 1024**3 // 2), ("7KB", 7168), ("3 B", 3)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_sizes_are_shown_in_megabytes_that_hold_them() -> None:
    assert [show_size(size) for size in (0, 1024**2, 1024**2 + 1, 3 * 1024**3)] == ["1 MB", "1 MB", "2 MB", "3072 MB"]
    with pytest.raises(ApiError):
        parse_size("12 parsecs")


def test_nothing_else_happens_to_a_group_while_it_is_saved(world: World) -> None:
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    assert describe(world)["Status"] == "snapshotting"
    with pytest.raises(ApiError, match="Replication group must be in available state"):
        modify(world, ReplicationGroupDescription="other")
    assert refuse_tagging(world).code == "InvalidReplicationGroupState"
    settle(world, world.durations.snapshot)
    assert describe(world)["Status"] == "available"


class Unsaving(NullDriver):
    """Has no room for files."""

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        raise EngineError("no space left")


def test_a_snapshot_that_fails_is_gone_and_told_of(world: World) -> None:
    world.engines = Unsaving()
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    settle(world, world.durations.snapshot)
    assert snapshots(world) == []
    assert messages(world, "phb-001")[-1] == (
        "Snapshot failed for snapshot with ID 'backup' of cache cluster with ID 'phb-001': no space left"
    )
    assert describe(world)["Status"] == "available"


def test_a_group_whose_final_snapshot_fails_is_kept(world: World) -> None:
    world.engines = Unsaving()
    make(world)
    call(world, "DeleteReplicationGroup", ReplicationGroupId="phb", FinalSnapshotIdentifier="last")
    settle(world, world.durations.snapshot + world.durations.delete)
    assert describe(world)["Status"] == "available"
    assert [cluster["CacheClusterStatus"] for cluster in clusters(world)] == ["available"]


def test_a_copy_is_a_manual_snapshot_of_its_own(world: World) -> None:
    backed_up(world)
    tag = {"Key": "kept", "Value": "yes"}
    answer = call(
        world, "CopySnapshot", SourceSnapshotName="BACKUP", TargetSnapshotName="Copied", KmsKeyId=KEY, Tags=[tag]
    )["Snapshot"]
    assert (answer["SnapshotName"], answer["SnapshotStatus"], answer["KmsKeyId"]) == ("copied", "copying", KEY)
    assert refusal(world, "DeleteSnapshot", SnapshotName="copied").code == "InvalidSnapshotState"
    world.clock.advance(world.durations.copy_snapshot)
    backup, copied = snapshots(world)
    assert (copied["SnapshotStatus"], copied["SnapshotSource"]) == ("available", "manual")
    assert copied["NodeSnapshots"] == backup["NodeSnapshots"]
    assert call(world, "ListTagsForResource", ResourceName=copied["ARN"])["TagList"] == [tag]
    call(world, "DeleteSnapshot", SnapshotName="backup")
    world.clock.advance(world.durations.snapshot)
    assert all(file.exists() for file in files_of(world, "copied"))


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"SourceSnapshotName": "none"}, "SnapshotNotFoundFault"),
        ({"TargetSnapshotName": "backup"}, "SnapshotAlreadyExistsFault"),
        ({"TargetSnapshotName": "1st"}, "InvalidParameterValue"),
        ({"KmsKeyId": "alias/none"}, "InvalidParameterValue"),
    ],
)
def test_a_copy_that_cannot_be_made_is_refused(world: World, members: dict[str, str], code: str) -> None:
    backed_up(world)
    wanted = {"SourceSnapshotName": "backup", "TargetSnapshotName": "copied", **members}
    assert refusal(world, "CopySnapshot", **wanted).code == code
    assert list(world.snapshots) == ["backup"]


def test_a_snapshot_that_is_not_available_is_not_copied(world: World) -> None:
    make(world)
    take(world, "backup", CacheClusterId="phb-001")
    error = refusal(world, "CopySnapshot", SourceSnapshotName="backup", TargetSnapshotName="copied")
    assert error.code == "InvalidSnapshotState"


def test_data_tiering_is_not_exported(world: World) -> None:
    assert isinstance(world.neighbors, FixedNeighbors)
    world.neighbors.buckets["backups"] = FixedBucket()
    backed_up(world, CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True)
    error = refusal(
        world, "CopySnapshot", SourceSnapshotName="backup", TargetSnapshotName="out", TargetBucket="backups"
    )
    assert error.code == "InvalidParameterCombination"


def test_a_name_may_be_as_long_as_the_api_lets_it(world: World) -> None:
    """Names of directories are shorter, and have the account and the region before them."""
    world.engines = ScopedEngines(NullDriver(), "210987654321", "ap-southeast-1")
    first, second = "a" * 255, "b" * 255
    make(world)
    take(world, first, CacheClusterId="phb-001")
    settle(world, world.durations.snapshot)
    call(world, "CopySnapshot", SourceSnapshotName=first, TargetSnapshotName=second)
    world.clock.advance(world.durations.copy_snapshot)
    assert [snapshot["SnapshotStatus"] for snapshot in snapshots(world)] == ["available", "available"]
    files = [*files_of(world, first), *files_of(world, second)]
    assert len(set(files)) == 2
    assert all(file.exists() for file in files)


class Held:
    """Works that begin when they are let go."""

    def __init__(self) -> None:
        self.held: list[tuple[Work, Then]] = []

    def run(self, key: str, work: Work, then: Then) -> None:
        self.held.append((work, then))

    def wait_idle(self, timeout: float) -> bool:
        return not self.held

    def stop(self) -> None:
        return None

    def let_go(self) -> None:
        for work, then in self.held:
            Inline().run("", work, then)
        self.held.clear()


def test_a_copy_does_not_need_its_source_to_stay(world: World) -> None:
    """The source stays available meanwhile, so it may be deleted."""
    backed_up(world)
    held = Held()
    world.background = held
    call(world, "CopySnapshot", SourceSnapshotName="backup", TargetSnapshotName="copied")
    call(world, "DeleteSnapshot", SnapshotName="backup")
    settle(world, world.durations.snapshot + world.durations.copy_snapshot)
    held.let_go()
    assert [(each["SnapshotName"], each["SnapshotStatus"]) for each in snapshots(world)] == [("copied", "available")]
    assert all(file.exists() for file in files_of(world, "copied"))


def test_a_size_that_is_no_size_any_more_fails_automatic_snapshots_alone(world: World) -> None:
    make(world, Tags=[SIZE], SnapshotRetentionLimit=1)
    arn = world.arn("replicationgroup", "phb")
    call(world, "AddTagsToResource", ResourceName=arn, Tags=[{"Key": "standin:cache-size", "Value": "much"}])
    settle(world, 24 * 3600)
    assert snapshots(world) == []
    assert "much is no value for the tag" in messages(world, "phb-001")[-1]
    assert describe(world)["Status"] == "available"
