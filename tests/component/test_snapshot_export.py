# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_snapshot and its exports to S3: what is checked of the bucket, and the way there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import WaitTimeout
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure

from tests.component.runs import REGION, Cloud, Killed, Module
from tests.component.snapshots import (
    ACTIONS,
    PRINCIPAL,
    doomed_session,
    keys_of,
    make_bucket,
    make_cluster,
    policy_for,
    snapshot_module,
)

GROUP = "orders"
NAME = "orders-before-release"
BUCKET = "orders-backups"
FILE = f"{NAME}-0001.rdb"
ARN = f"arn:aws:s3:::{BUCKET}/{FILE}"
CANONICAL_ID = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353"


@pytest.fixture
def module(cloud: Cloud) -> Module:
    """The module, with a group of one node."""
    cloud.make_cache(GROUP)
    return snapshot_module(cloud)


@pytest.fixture
def taken(module: Module) -> Module:
    """With a snapshot of it."""
    module.run(snapshot_name=NAME, replication_group_id=GROUP)
    return module


def export(**changes: Any) -> dict[str, Any]:
    return {"snapshot_name": NAME, "target_bucket": BUCKET, **changes}


# --- the way there


def test_a_snapshot_is_exported(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    done = taken.changes(**export())
    assert done.after.exported == (ARN,)
    assert keys_of(taken.cloud, BUCKET) == [FILE]
    assert [step.operation for step in done.plan.steps] == ["copy_snapshot"]


def test_a_snapshot_is_taken_and_exported_in_one_run(module: Module) -> None:
    make_bucket(module.cloud, BUCKET)
    done = module.changes(**export(replication_group_id=GROUP, wait=True))
    assert done.after.exported == (ARN,)
    assert [step.operation for step in done.plan.steps] == ["create_snapshot", "copy_snapshot"]


def test_a_copy_is_made_and_exported_in_one_run(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    taken.changes(snapshot_name="copy", source_snapshot_name=NAME, target_bucket=BUCKET)
    assert keys_of(taken.cloud, BUCKET) == ["copy-0001.rdb"]


def test_cluster_mode_gives_a_file_for_each_shard(cloud: Cloud) -> None:
    make_cluster(cloud, "sessions")
    make_bucket(cloud, BUCKET)
    done = snapshot_module(cloud).changes(**export(replication_group_id="sessions"))
    assert keys_of(cloud, BUCKET) == [FILE, f"{NAME}-0002.rdb"]
    assert len(done.after.exported) == 2


def test_what_is_exported_needs_its_bucket_no_more_to_be_open(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    taken.run(**export())
    taken.cloud.session.client("s3").delete_bucket_policy(Bucket=BUCKET)
    assert not taken.run(**export()).changed


def test_files_of_another_name_are_no_export(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    for key in (f"{NAME}-2-0001.rdb", f"{NAME}-0001.rdb.txt", f"old/{FILE}"):
        taken.cloud.session.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"")
    assert taken.changes(**export()).after.exported == (ARN,)


def test_the_snapshot_may_go_and_the_files_stay(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    taken.run(**export())
    taken.run(snapshot_name=NAME, state="absent")
    assert keys_of(taken.cloud, BUCKET) == [FILE]
    refused = taken.refuses(**export(replication_group_id=GROUP))
    assert f"already holds files of an earlier snapshot {NAME} ({ARN})" in str(refused)


def test_the_files_of_an_earlier_snapshot_of_the_name_are_no_export_of_this_one(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    taken.run(**export())
    taken.run(snapshot_name=NAME, state="absent")
    taken.run(snapshot_name=NAME, replication_group_id=GROUP)
    (problem,) = taken.refuses(**export()).problems
    assert problem.startswith(
        f"target_bucket: {BUCKET} holds files that were written before {NAME} was taken ({ARN}): "
    )
    taken.cloud.session.client("s3").delete_object(Bucket=BUCKET, Key=FILE)
    assert taken.changes(**export()).after.exported == (ARN,)


def test_without_waiting_the_export_is_under_way(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    assert taken.run(**export(wait=False)).after.status == "copying"
    done = taken.run(**export())
    assert (done.changed, done.after.exported, done.after.status) == (False, (ARN,), "available")
    assert taken.cloud.changes().count("CopySnapshot") == 1


# --- what is checked of the bucket: one message each, nothing sent


def test_a_bucket_that_does_not_exist(taken: Module) -> None:
    refused = taken.refuses(**export())
    assert refused.problems == (f"target_bucket: {BUCKET} does not exist; create it in {REGION}.",)


def test_a_bucket_of_another_region(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET, region="eu-west-1")
    (problem,) = taken.refuses(**export()).problems
    assert problem.startswith(f"target_bucket: {BUCKET} is in eu-west-1, the snapshot in {REGION}")


@pytest.mark.parametrize("policy", [{}, policy_for("other-bucket"), policy_for(BUCKET, Effect="Deny", Condition={})])
def test_a_bucket_that_does_not_let_elasticache_in(taken: Module, policy: dict[str, Any]) -> None:
    make_bucket(taken.cloud, BUCKET, policy)
    problem = taken.refuses(**export()).problems[0]
    assert f"does not grant {PRINCIPAL} {', '.join(ACTIONS)}." in problem


def test_the_statement_that_is_told_is_the_one_that_helps(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET, policy_for(BUCKET, Action="s3:Get*"))
    problem = taken.refuses(**export()).problems[0]
    assert f"{PRINCIPAL} s3:ListBucket, s3:ListBucketMultipartUploads, s3:ListMultipartUploadParts" in problem
    told = re.search(r"\{.*\}", problem)
    assert told
    policy = {"Version": "2012-10-17", "Statement": [json.loads(told[0])]}
    taken.cloud.session.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    assert taken.changes(**export()).after.exported == (ARN,)


def test_with_acls_disabled_the_older_way_is_known_to_be_no_way(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET, {})
    taken.cloud.session.client("s3").put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    assert "Its ACLs are disabled" in taken.refuses(**export()).problems[0]


def test_the_older_way_is_left_to_the_service(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET, {})
    s3 = taken.cloud.session.client("s3")
    owner = s3.get_bucket_acl(Bucket=BUCKET)["Owner"]
    grantee = {"ID": CANONICAL_ID, "Type": "CanonicalUser"}
    grants = [{"Grantee": grantee, "Permission": each} for each in ("READ", "WRITE", "READ_ACP")]
    s3.put_bucket_acl(Bucket=BUCKET, AccessControlPolicy={"Owner": owner, "Grants": grants})
    assert not taken.run(True, **export()).plan.refusals


def test_objects_encrypted_with_kms_cannot_seed_a_cache(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    taken.cloud.session.client("s3").put_bucket_encryption(
        Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    assert "ElastiCache seeds no cache from such objects" in taken.changes(**export()).warnings[0]


def test_snapshots_of_tiered_nodes_are_not_exported(cloud: Cloud) -> None:
    cloud.make_cache("tiered", CacheNodeType="cache.r6gd.xlarge", EngineVersion="7.1", DataTieringEnabled=True)
    make_bucket(cloud, BUCKET)
    (problem,) = snapshot_module(cloud).refuses(**export(replication_group_id="tiered")).problems
    assert "data tiering (r6gd) cannot be exported" in problem


def test_a_bucket_that_is_wrong_in_all_ways_is_refused_once_for_each(module: Module) -> None:
    make_bucket(module.cloud, BUCKET, {}, region="eu-west-1")
    problems = module.refuses(**export(replication_group_id="nobodys")).problems
    assert [problem.split(" ")[0] for problem in problems] == ["replication_group_id:", *["target_bucket:"] * 2]


# --- deaths and failures


def test_an_export_killed_after_each_call_is_completed_by_the_next(taken: Module) -> None:
    cloud = taken.cloud
    cloud.standin.control.set_durations(copy_snapshot=1.0)
    make_bucket(cloud, "undisturbed")
    session, calls = doomed_session(cloud, 0)
    taken.run_with(session, **export(target_bucket="undisturbed"))
    assert calls() >= 10
    for last_call in range(1, calls() + 1):
        wanted = export(target_bucket=f"killed-{last_call}")
        make_bucket(cloud, wanted["target_bucket"])
        with pytest.raises(Killed):
            taken.run_with(doomed_session(cloud, last_call)[0], **wanted)
        assert len(taken.run(**wanted).after.exported) == 1
        assert not taken.run(**wanted).changed


def test_an_answer_that_is_lost_is_not_taken_for_a_clash(taken: Module, pauses: list[float]) -> None:
    make_bucket(taken.cloud, BUCKET)
    taken.cloud.standin.control.add_fault("drop_after", "CopySnapshot", times=1)
    assert taken.run(**export()).after.exported == (ARN,)


def test_an_export_that_stops_halfway_is_waited_for_and_then_told(cloud: Cloud) -> None:
    make_cluster(cloud, "sessions")
    make_bucket(cloud, BUCKET)
    module = snapshot_module(cloud)
    module.run(**export(replication_group_id="sessions"))
    cloud.session.client("s3").delete_object(Bucket=BUCKET, Key=f"{NAME}-0002.rdb")
    assert "1 of 2 files are exported" in module.run(True, **export()).warnings[0]
    with pytest.raises(Failure, match="last seen: 1 of 2 files are there") as failed:
        module.run(**export(wait_timeout=60))
    assert isinstance(failed.value, WaitTimeout)
    assert f"if no export is under way any more, delete {ARN} and run again" in str(failed.value)
