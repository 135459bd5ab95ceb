# SPDX-License-Identifier: GPL-3.0-or-later
"""A new group from RDB files on S3: what is sent, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.check_files import (
    slots_by_shard,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.elasticache.replication_group.samples import NAME

from .samples import FILE, OTHER_FILE, from_files, good_file

SHARDED = {"cluster_mode": "enabled", "automatic_failover_enabled": True}


def test_one_file_becomes_one_shard() -> None:
    plan = from_files()
    assert plan.refusals == plan.warnings == ()
    assert plan.steps[0].arguments["SnapshotArns"] == [FILE]
    assert "NodeGroupConfiguration" not in plan.steps[0].arguments


def test_in_cluster_mode_every_shard_gets_its_slots() -> None:
    plan = from_files(good_file(), good_file(OTHER_FILE), num_node_groups=3, replicas_per_node_group=1, **SHARDED)
    assert plan.refusals == ()
    arguments = plan.steps[0].arguments
    assert arguments["NodeGroupConfiguration"] == [
        {"Slots": "0-5460"},
        {"Slots": "5461-10921"},
        {"Slots": "10922-16383"},
    ]
    assert (arguments["NumNodeGroups"], arguments["ReplicasPerNodeGroup"]) == (3, 1)


@pytest.mark.parametrize("shards", [1, 2, 7, 90])
def test_every_slot_is_given_once(shards: int) -> None:
    ranges = [tuple(map(int, each.split("-"))) for each in slots_by_shard(shards)]
    assert [slot for first, last in ranges for slot in range(first, last + 1)] == list(range(16384))
    sizes = {last - first for first, last in ranges}
    assert max(sizes) - min(sizes) <= 1


def test_files_tell_no_node_type() -> None:
    assert "node_type: required to create" in from_files(node_type=None).refusals[0]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"region": "eu-west-1"}, "is in eu-west-1, and a group in us-east-1 reads files of its own region only"),
        ({"exists": False}, "does not exist; check bucket and key"),
        ({"encryption": "aws:kms"}, "is encrypted with a KMS key (aws:kms)"),
        ({"encryption": "aws:kms:dsse"}, "is encrypted with a KMS key (aws:kms:dsse)"),
        ({"start": b"PK\x03\x04\x14\x00\x00\x00\x08"}, "does not begin as an RDB file does"),
        ({"start": b""}, "does not begin as an RDB file does"),
        ({"encryption": ""}, None),
        ({"start": b"REDIS0011"}, None),
        ({"region": None, "exists": None, "encryption": None, "size": None, "start": None}, None),
    ],
)
def test_what_a_file_has_to_be(changes: dict[str, Any], problem: str | None) -> None:
    problems = from_files(good_file(**changes)).refusals
    assert len(problems) == (problem is not None)
    if problem:
        assert problems[0].startswith(f"snapshot_arns: {FILE} ")
        assert problem in problems[0]


@pytest.mark.parametrize(
    ("start", "engine", "version", "is_refused"),
    [
        (b"REDIS0009", "redis", "6.2", False),
        (b"REDIS0010", "redis", "6.2", True),
        (b"REDIS0010", "redis", "7.0", False),
        (b"REDIS0011", "redis", "7.0", True),
        (b"REDIS0011", "redis", "7.1", False),
        (b"REDIS0012", "redis", None, True),
        (b"REDIS0011", "valkey", "7.2", False),
        (b"REDIS0012", "valkey", "9.0", True),
        (b"VALKEY080", "valkey", "8.1", True),
        (b"VALKEY080", "valkey", "9.0", False),
        (b"VALKEY080", "redis", "7.1", True),
        (b"REDIS0009", "redis", "6.x", False),
    ],
)
def test_versions_of_the_format(start: bytes, engine: str, version: str | None, is_refused: bool) -> None:
    params = {"engine": engine, "engine_version": version, "transit_encryption_enabled": True}
    problems = from_files(good_file(start=start), **params).refusals
    assert len(problems) == is_refused
    if is_refused:
        assert f"of the RDB format, which {engine}" in problems[0]


def test_without_cluster_mode_there_is_one_file() -> None:
    assert from_files(good_file(), good_file(OTHER_FILE)).refusals == (
        "snapshot_arns: a group without cluster mode is restored from one file, not from 2.",
    )


def test_files_that_are_too_large_on_average() -> None:
    files = (good_file(size=2 * 2**30), good_file(OTHER_FILE, size=2 * 2**30))
    assert from_files(*files, num_node_groups=4, **SHARDED).refusals == ()
    (problem,) = from_files(*files, num_node_groups=2, **SHARDED).refusals
    assert problem.startswith(
        "node_type: the share of a shard in the files takes 2 GiB, and cache.t3.small has 1.03 GiB"
    )


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"snapshot_arns": ["arn:aws:s3:::bucket"]}, "must have the form"),
        ({"snapshot_arns": ["s3://bucket/file.rdb"]}, "must have the form"),
        ({"snapshot_arns": ["arn:aws:s3:::bucket/a,b.rdb"]}, "without commas"),
        ({"snapshot_arns": []}, "it is empty"),
        ({"snapshot_name": ""}, "it is empty"),
        ({"snapshot_name": "one", "snapshot_arns": [FILE]}, "restored from one thing"),
    ],
)
def test_problems_of_the_options(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        build_spec({"replication_group_id": NAME, **params})


def test_other_partitions_have_other_arns() -> None:
    china = "arn:aws-cn:s3:::phb-backups/folder/orders-0001.rdb"
    assert build_spec({"replication_group_id": NAME, "snapshot_arns": [china]}).snapshot_arns == (china,)
