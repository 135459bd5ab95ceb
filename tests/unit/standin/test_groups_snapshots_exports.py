# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots in S3: what a bucket has to be, on the way out and on the way in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.standin.behavior.exports import export_keys
from tests.standin.core.world import World
from tests.standin.neighbors import FixedBucket, FixedNeighbors
from tests.unit.standin.core_calls import call, refusal
from tests.unit.standin.groups_calls import creation, describe, furnished_world, make_cluster, messages, settle, take

SERVICE = "us-east-1.elasticache-snapshot.amazonaws.com"
READ = ("s3:GetObject", "s3:ListBucket")
READ_ACP = ("s3:GetBucketAcl",)
WRITE = ("s3:PutObject", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads")
OBJECT = "arn:aws:s3:::backups/one.rdb"


def statement(*actions: str, **members: Any) -> dict[str, Any]:
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": list(actions),
        "Resource": ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
    }
    return allowed | members


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


OPEN = policy(statement(*READ, *READ_ACP, *WRITE))


@pytest.fixture
def bucket() -> FixedBucket:
    return FixedBucket(policy=OPEN)


@pytest.fixture
def world(bucket: FixedBucket) -> World:
    """With a snapshot of two shards, "backup", and a bucket."""
    world = furnished_world()
    assert isinstance(world.neighbors, FixedNeighbors)
    world.neighbors.buckets["backups"] = bucket
    make_cluster(world)
    take(world, "backup", ReplicationGroupId="phb")
    settle(world, world.durations.snapshot)
    return world


EXPORT = {"SourceSnapshotName": "backup", "TargetSnapshotName": "out", "TargetBucket": "backups"}


def test_an_export_puts_a_file_for_each_shard_into_the_bucket(world: World, bucket: FixedBucket) -> None:
    answer = call(world, "CopySnapshot", **EXPORT)["Snapshot"]
    assert (answer["SnapshotName"], answer["SnapshotStatus"]) == ("backup", "copying")
    assert refusal(world, "DeleteSnapshot", SnapshotName="backup").code == "InvalidSnapshotState"
    settle(world, world.durations.copy_snapshot)
    assert sorted(bucket.objects) == export_keys("out", 2) == ["out-0001.rdb", "out-0002.rdb"]
    assert list(world.snapshots) == ["backup"]
    assert world.snapshots["backup"].status == "available"
    assert messages(world)[-1] == "Export of snapshot with ID 'backup' to Amazon S3 bucket backups succeeded"


def test_a_name_that_the_bucket_holds_already_is_refused(world: World, bucket: FixedBucket) -> None:
    bucket.objects["out-0002.rdb"] = b""
    assert refusal(world, "CopySnapshot", **EXPORT).message == (
        "The S3 bucket backups already contains an object with key out-0002.rdb."
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": "eu-west-1"}, "The S3 bucket backups is outside of the region."),
        ({"is_own": False}, "The S3 bucket backups is not owned by the authenticated user."),
    ],
)
def test_a_bucket_elsewhere_is_refused(world: World, bucket: FixedBucket, change: dict[str, Any], message: str) -> None:
    for name, value in change.items():
        setattr(bucket, name, value)
    error = refusal(world, "CopySnapshot", **EXPORT)
    assert (error.code, error.message) == ("InvalidParameterValue", message)


def test_a_bucket_that_does_not_exist_is_refused(world: World) -> None:
    error = refusal(world, "CopySnapshot", **{**EXPORT, "TargetBucket": "none"})
    assert error.message == "The S3 bucket none does not exist."


DENIED = statement("s3:PutObject", Effect="Deny", Principal="*")
REFUSED_POLICIES = [
    ("no policy", None, "READ"),
    ("nothing to read", policy(statement(*READ_ACP, *WRITE)), "READ"),
    ("nothing to write", policy(statement(*READ, *READ_ACP)), "WRITE"),
    ("no access list", policy(statement(*READ, *WRITE)), "READ_ACP"),
    ("another service", policy(statement("s3:*", Principal={"Service": "backup.amazonaws.com"})), "READ"),
    ("another region", policy(statement("s3:*", Principal={"Service": f"eu-west-1{SERVICE[9:]}"})), "READ"),
    ("objects only", policy(statement("s3:*", Resource="arn:aws:s3:::backups/*")), "READ"),
    ("bucket only", policy(statement("s3:*", Resource="arn:aws:s3:::backups")), "READ"),
    ("denied", policy(statement("s3:*"), DENIED), "WRITE"),
]


@pytest.mark.parametrize(
    ("document", "permission"),
    [each[1:] for each in REFUSED_POLICIES],
    ids=[each[0] for each in REFUSED_POLICIES],
)
def test_a_policy_that_keeps_the_service_out_is_refused(
    world: World, bucket: FixedBucket, document: str | None, permission: str
) -> None:
    bucket.policy = document
    error = refusal(world, "CopySnapshot", **EXPORT)
    assert error.message.startswith(f"ElastiCache has not been granted {permission} permissions ")
    assert bucket.objects == {}


WIDER_POLICIES = [
    statement("s3:*"),
    statement("*", Principal="*", Resource="*"),
    statement("S3:Get*", "s3:list*", "s3:PutObject"),
]


@pytest.mark.parametrize("document", [policy(wider) for wider in WIDER_POLICIES], ids=["all", "anybody", "patterns"])
def test_a_wider_policy_is_fine(world: World, bucket: FixedBucket, document: str) -> None:
    bucket.policy = document
    call(world, "CopySnapshot", **EXPORT)


def test_a_group_is_seeded_from_objects(world: World, bucket: FixedBucket) -> None:
    bucket.objects["one.rdb"] = b"data"
    bucket.policy = policy(statement(*READ, *READ_ACP))
    call(world, "CreateReplicationGroup", **creation(ReplicationGroupId="seeded", SnapshotArns=[OBJECT]))
    settle(world, world.durations.create_group)
    assert describe(world, "seeded")["Status"] == "available"


SEED_REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("no object", {}, {"SnapshotArns": ["arn:aws:s3:::backups/two.rdb"]}, "does not exist or cannot be read"),
    ("no bucket", {}, {"SnapshotArns": ["arn:aws:s3:::none/one.rdb"]}, "bucket none does not exist"),
    ("no ARN", {}, {"SnapshotArns": ["s3://backups/one.rdb"]}, "is not the ARN of an object"),
    ("comma", {}, {"SnapshotArns": ["arn:aws:s3:::backups/one,two.rdb"]}, "comma"),
    ("key of KMS", {"encryption": "aws:kms"}, {}, "only SSE-S3"),
    ("region", {"region": "eu-west-1"}, {}, "outside of the region"),
    ("policy", {"policy": None}, {}, "not been granted READ "),
    ("both", {}, {"SnapshotName": "backup"}, "cannot be used together"),
    ("two for one", {}, {"SnapshotArns": [OBJECT, OBJECT]}, "Exactly one snapshot ARN"),
    ("slots", {}, {"ClusterMode": "enabled", "NumNodeGroups": 2}, "Slots must be provided"),
]


@pytest.mark.parametrize(
    ("change", "members", "message"), [each[1:] for each in SEED_REFUSALS], ids=[each[0] for each in SEED_REFUSALS]
)
def test_what_cannot_seed_a_group_is_refused(
    world: World, bucket: FixedBucket, change: dict[str, Any], members: dict[str, Any], message: str
) -> None:
    bucket.objects["one.rdb"] = b"data"
    for name, value in change.items():
        setattr(bucket, name, value)
    wanted = creation(ReplicationGroupId="seeded", **{"SnapshotArns": [OBJECT], **members})
    assert message in refusal(world, "CreateReplicationGroup", **wanted).message
    assert list(world.replication_groups) == ["phb"]
