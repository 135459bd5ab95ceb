# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_snapshot and its _info twin against the stand-in: nodes and groups."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.observe import (
    SnapshotQuery,
    observe_all,
    read_snapshots,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted, Refused

from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud, Killed, Module
from tests.component.snapshots import doomed_session, make_bucket, make_cluster, snapshot_module

GROUP = "orders"
NAME = "orders-before-release"
QUOTA = 15
"""Snapshots that a day has room for, and a few to spare."""
AUTOMATIC_WINDOW = {"SnapshotRetentionLimit": 3, "SnapshotWindow": "03:00-04:00"}


@pytest.fixture
def module(cloud: Cloud) -> Module:
    """The module, with a group of a primary and two replicas."""
    cloud.make_cache(GROUP, NumCacheClusters=3, AutomaticFailoverEnabled=True, EngineVersion="7.1")
    return snapshot_module(cloud)


@pytest.fixture
def taken(module: Module) -> Module:
    """With a snapshot of the group."""
    module.run(**wanted())
    return module


def wanted(**changes: Any) -> dict[str, Any]:
    return {"snapshot_name": NAME, "replication_group_id": GROUP, "tags": {"Project": "PHB"}, **changes}


def modify_group(cloud: Cloud) -> None:
    """Begin a change that keeps the group from being available for a while."""
    cloud.session.client("elasticache").modify_replication_group(
        ReplicationGroupId=GROUP, CacheNodeType="cache.t3.small", ApplyImmediately=True
    )


def make_key(cloud: Cloud) -> str:
    """ARN of a KMS key that is also known as alias/caches."""
    kms = cloud.session.client("kms")
    metadata = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/caches", TargetKeyId=metadata["KeyId"])
    return str(metadata["Arn"])


def primary_of(cloud: Cloud) -> str:
    (group,) = cloud.session.client("elasticache").describe_replication_groups(ReplicationGroupId=GROUP)[
        "ReplicationGroups"
    ]
    members = group["NodeGroups"][0]["NodeGroupMembers"]
    return next(str(each["CacheClusterId"]) for each in members if each["CurrentRole"] == "primary")


# --- taking one


def test_a_group_with_cluster_mode_disabled_is_saved_from_a_replica(module: Module) -> None:
    taken = module.changes(**wanted()).after
    assert (taken.status, taken.origin, taken.tags) == ("available", "manual", {"Project": "PHB"})
    assert taken.replication_group_id == GROUP
    assert taken.cache_cluster_id == taken.source == taken.node_snapshots[0].cluster_id
    assert taken.cache_cluster_id != primary_of(module.cloud)
    assert not taken.cluster_mode
    assert module.cloud.changes()[1:] == ["CreateSnapshot"]


def test_without_a_replica_the_primary_is_saved(cloud: Cloud) -> None:
    cloud.make_cache("lonely")
    taken = snapshot_module(cloud).changes(snapshot_name=NAME, replication_group_id="lonely").after
    assert taken.cache_cluster_id == "lonely-001"


def test_a_member_chosen_by_hand(module: Module) -> None:
    primary = primary_of(module.cloud)
    assert module.changes(snapshot_name=NAME, cache_cluster_id=primary).after.cache_cluster_id == primary


def test_a_group_in_cluster_mode_is_saved_as_a_whole(cloud: Cloud) -> None:
    make_cluster(cloud, "sessions")
    taken = snapshot_module(cloud).changes(snapshot_name=NAME, replication_group_id="sessions").after
    assert (taken.cluster_mode, taken.num_node_groups, taken.source) == (True, 2, "sessions")
    assert [each.node_group_id for each in taken.node_snapshots] == ["0001", "0002"]
    assert [each.slots for each in taken.node_snapshots] == ["0-8191", "8192-16383"]


def test_a_key_by_alias(module: Module) -> None:
    key = make_key(module.cloud)
    assert module.changes(**wanted(kms_key_id="alias/caches")).after.kms_key_id == key
    refused = module.refuses(**wanted(kms_key_id="arn:aws:kms:us-east-1:123456789012:key/other"))
    assert "fixed at its creation" in str(refused)


def test_the_names_have_no_case(taken: Module) -> None:
    assert not taken.run(**wanted(snapshot_name=NAME.upper(), replication_group_id="Orders")).changed


def test_a_repeat_costs_two_reads(taken: Module) -> None:
    before = len(taken.cloud.calls())
    assert not taken.run(**wanted()).changed
    assert taken.cloud.calls()[before:] == ["DescribeSnapshots", "ListTagsForResource"]


def test_tags(taken: Module) -> None:
    assert taken.changes(**wanted(tags={"Team": "web"}, purge_tags=False)).after.tags == {
        "Project": "PHB",
        "Team": "web",
    }
    assert taken.changes(snapshot_name=NAME, tags={}).after.tags == {}
    assert not taken.run(snapshot_name=NAME).changed


# --- a copy


def test_a_copy(taken: Module) -> None:
    copied = taken.changes(snapshot_name="copy", source_snapshot_name=NAME, tags={"Kept": "yes"}).after
    (original,) = observe_all(taken.cloud.session, SnapshotQuery(snapshot_name=NAME))
    assert (copied.source, copied.created, copied.tags) == (original.source, original.created, {"Kept": "yes"})
    assert taken.changes(snapshot_name=NAME, state="absent").after is None
    assert not taken.run(snapshot_name="copy", source_snapshot_name=NAME).changed


def test_a_copy_of_an_automatic_snapshot_is_a_manual_one(cloud: Cloud) -> None:
    cloud.make_cache(GROUP, **AUTOMATIC_WINDOW)
    cloud.standin.control.advance(24 * 3600)
    (automatic,) = observe_all(cloud.session, SnapshotQuery(replication_group_id=GROUP, origin="automated"))
    module = snapshot_module(cloud)
    copied = module.changes(snapshot_name="kept", source_snapshot_name=automatic.snapshot_name).after
    assert (copied.origin, copied.replication_group_id) == ("manual", GROUP)
    assert module.changes(snapshot_name=automatic.snapshot_name, tags={"Seen": "yes"}).after.tags == {"Seen": "yes"}
    assert module.changes(snapshot_name=automatic.snapshot_name, state="absent").after is None


def test_a_later_snapshot_is_no_copy_of_an_earlier_one(taken: Module) -> None:
    """Seen from its moment: the one of the wanted name is the older one."""
    taken.cloud.standin.control.advance(3600)
    taken.run(**wanted(snapshot_name="later"))
    refused = taken.refuses(snapshot_name=NAME, source_snapshot_name="later")
    assert f"source_snapshot_name: the snapshot {NAME} that exists is not of later" in str(refused)


# --- deletion


def test_state(taken: Module) -> None:
    assert taken.changes(snapshot_name=NAME, state="absent").after is None
    assert taken.run(snapshot_name=NAME, state="absent").changed is False


def test_a_snapshot_of_another_cache_is_neither_taken_for_it_nor_deleted(taken: Module) -> None:
    taken.cloud.make_cache("billing")
    for state in ("present", "absent"):
        refused = taken.refuses(snapshot_name=NAME, replication_group_id="billing", state=state)
        assert refused.problems[0].startswith(
            f"replication_group_id: the snapshot {NAME} that exists is not of billing but of {GROUP}:"
        )


# --- refusals before anything is sent


def test_what_is_to_be_saved_is_named(module: Module) -> None:
    assert "one of them is required to create it" in str(module.refuses(snapshot_name=NAME))


@pytest.mark.parametrize("option", ["replication_group_id", "cache_cluster_id", "source_snapshot_name"])
def test_a_source_that_does_not_exist(module: Module, option: str) -> None:
    (problem,) = module.refuses(**{"snapshot_name": NAME, option: "nobodys"}).problems
    assert problem.startswith(f"{option}: there is no ")


def test_a_node_of_a_group_in_cluster_mode(cloud: Cloud) -> None:
    make_cluster(cloud, "sessions")
    refused = snapshot_module(cloud).refuses(snapshot_name=NAME, cache_cluster_id="sessions-0001-001")
    assert "give replication_group_id=sessions." in str(refused)


def test_problems_of_the_options_come_before_any_call(module: Module) -> None:
    before = len(module.cloud.calls())
    refused = module.refuses(
        snapshot_name="1--2", replication_group_id=GROUP, cache_cluster_id="a", target_bucket="B", tags={"aws:a": "b"}
    )
    assert len(refused.problems) == 4
    assert len(module.cloud.calls()) == before


# --- a cache that is busy


def test_a_busy_group_is_waited_for(module: Module) -> None:
    modify_group(module.cloud)
    foretold = module.run(True, **wanted())
    assert "is not ready (the group is modifying" in foretold.warnings[0]
    assert module.run(**wanted()).after.status == "available"


def test_a_group_that_is_being_saved_is_waited_for(module: Module) -> None:
    module.run(**wanted(snapshot_name="first", wait=False))
    assert module.run(**wanted()).after.status == "available"


def test_who_does_not_wait_is_told_why_not_now(module: Module) -> None:
    modify_group(module.cloud)
    (problem,) = module.refuses(**wanted(wait=False)).problems
    assert "the group is modifying" in problem
    assert "`wait: true` waits for that" in problem


def test_a_group_that_goes_is_not_waited_for(module: Module) -> None:
    module.cloud.delete_cache(GROUP)
    (problem,) = module.refuses(**wanted()).problems
    assert problem.startswith(f"replication group {GROUP} is deleting")


def test_without_waiting_the_snapshot_is_in_the_making(module: Module) -> None:
    assert module.run(**wanted(wait=False)).after.status == "creating"
    assert not module.run(**wanted(wait=False)).changed
    again = module.run(**wanted())
    assert (again.changed, again.after.status) == (False, "available")


def test_a_snapshot_that_goes_is_taken_anew(taken: Module) -> None:
    taken.run(snapshot_name=NAME, state="absent", wait=False)
    foretold = taken.run(True, **wanted())
    assert "is being deleted" in foretold.warnings[0]
    done = taken.run(**wanted())
    assert done.plan == foretold.plan
    assert done.after.status == "available"


def test_one_in_the_making_is_deleted_once_it_is_there(module: Module) -> None:
    module.run(**wanted(wait=False))
    assert module.run(snapshot_name=NAME, state="absent").after is None


def test_who_does_not_wait_leaves_one_that_goes_alone(taken: Module) -> None:
    assert taken.run(snapshot_name=NAME, state="absent", wait=False).after.status == "deleting"
    assert not taken.run(snapshot_name=NAME, state="absent", wait=False).changed
    assert taken.cloud.changes().count("DeleteSnapshot") == 1


# --- lost connections, deaths, a busy service


def test_a_run_killed_after_each_call_is_completed_by_the_next(cloud: Cloud) -> None:
    cloud.make_cache(GROUP, NumCacheClusters=2, AutomaticFailoverEnabled=True)
    cloud.standin.control.set_durations(snapshot=1.0)
    module = snapshot_module(cloud)
    session, calls = doomed_session(cloud, 0)
    module.run_with(session, **wanted(snapshot_name="undisturbed"))
    assert calls() >= 5
    for last_call in range(1, calls() + 1):
        if last_call % QUOTA == 0:
            cloud.standin.control.advance(24 * 3600)
        survive(module, doomed_session(cloud, last_call)[0], f"killed-{last_call}")


def survive(module: Module, session: Session, name: str) -> None:
    before = module.cloud.changes().count("CreateSnapshot")
    with pytest.raises(Killed):
        module.run_with(session, **wanted(snapshot_name=name))
    assert module.run(**wanted(snapshot_name=name)).after.status == "available"
    assert not module.run(**wanted(snapshot_name=name)).changed
    assert module.cloud.changes().count("CreateSnapshot") == before + 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_connection_is_survived(module: Module, pauses: list[float], kind: str) -> None:
    for operation in ("CreateSnapshot", "CopySnapshot", "DeleteSnapshot"):
        module.cloud.standin.control.add_fault(kind, operation, times=1)
    assert module.run(**wanted()).after.status == "available"
    assert module.run(snapshot_name="copy", source_snapshot_name=NAME).after.status == "available"
    assert module.run(snapshot_name=NAME, state="absent").after is None


def test_throttling_is_survived(module: Module, pauses: list[float]) -> None:
    module.cloud.standin.control.add_fault("throttle", "*", times=9)
    assert module.run(**wanted()).changed
    assert len(pauses) >= 9


def test_reads_that_lag_are_waited_out(module: Module) -> None:
    module.cloud.standin.control.add_fault("stale", "DescribeSnapshots", times=3)
    assert module.run(**wanted()).after.status == "available"


def test_a_used_up_quota_is_told_with_what_to_do(module: Module) -> None:
    code = "SnapshotQuotaExceededFault"
    module.cloud.standin.control.add_fault("error", "CreateSnapshot", code=code, message="No more.", status=400)
    with pytest.raises(Interrupted, match="20 manual snapshots in 24 hours: run again later"):
        module.run(**wanted())


# --- the _info twin, and the module itself


def test_info(taken: Module) -> None:
    session = taken.cloud.session
    taken.cloud.standin.control.advance(3600)
    taken.run(**wanted(snapshot_name="later"))
    taken.cloud.make_cache("billing")
    taken.run(snapshot_name="of-billing", replication_group_id="billing")
    found = observe_all(session, SnapshotQuery(replication_group_id="ORDERS"))
    assert [each.snapshot_name for each in found] == ["later", NAME]
    assert observe_all(session, SnapshotQuery(cache_cluster_id="billing-001"))[0].snapshot_name == "of-billing"
    assert observe_all(session, SnapshotQuery(origin="automated")) == []
    assert observe_all(session, SnapshotQuery(snapshot_name="nobodys")) == []


def test_snapshots_of_a_group_that_is_gone_are_found(taken: Module) -> None:
    taken.cloud.delete_cache(GROUP)
    taken.cloud.standin.control.advance(3600)
    (found,) = observe_all(taken.cloud.session, SnapshotQuery(replication_group_id=GROUP))
    assert found.snapshot_name == NAME
    assert not taken.run(**wanted()).changed


def test_the_module_in_a_playbook(playbooks: Playbooks) -> None:
    cloud = Cloud(playbooks.standin)
    module = "redisops.cache.elasticache_snapshot"
    created: dict[str, Any] = {
        "ReplicationGroupDescription": GROUP,
        "Engine": "redis",
        "CacheNodeType": "cache.t3.micro",
        "NumCacheClusters": 1,
    }
    cloud.session.client("elasticache").create_replication_group(ReplicationGroupId=GROUP, **created)
    make_bucket(cloud, "orders-backups")
    task = {"name": NAME, "replication_group_id": GROUP, "tags": {"Project": "PHB"}}
    _ready, foretold, made, repeated, exported, read = playbooks.play(
        [
            {"redisops.cache.elasticache_replication_group": {"name": GROUP}},
            {module: task, "check_mode": True},
            {module: task},
            {module: task},
            {module: {"name": NAME, "target_bucket": "orders-backups"}},
            {f"{module}_info": {"name": NAME}},
        ]
    )
    assert foretold["plan"] == made["plan"]
    assert (foretold["changed"], made["changed"], repeated["changed"]) == (True, True, False)
    assert (foretold["snapshot"], foretold["exported"]) == (None, None)
    assert made["snapshot"] == repeated["snapshot"] == exported["snapshot"] == read["snapshots"][0]
    assert (made["exported"], exported["exported"]) == ([], [f"arn:aws:s3:::orders-backups/{NAME}-0001.rdb"])


def test_an_empty_name_does_not_find_everything(taken: Module) -> None:
    with pytest.raises(Refused, match="replication_group_id: it is empty"):
        read_snapshots(taken.cloud.session, {"replication_group_id": ""})
