# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_snapshot and its _info twin against the stand-in: serverless caches."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.observe import (
    SnapshotQuery,
    observe_all,
    read_snapshots,
)

from tests.component.runs import Cloud, Killed, Module
from tests.component.snapshots import (
    doomed_session,
    keys_of,
    make_bucket,
    make_serverless,
    snapshot_module,
)

CACHE = "sessions"
NAME = "sessions-before-release"
BUCKET = "sessions-backups"
FILE = f"{NAME}-0001.rdb"
QUOTA = 20
"""Snapshots that a day has room for, and a few to spare."""


@pytest.fixture
def module(cloud: Cloud) -> Module:
    """The module, with a serverless cache."""
    make_serverless(cloud, CACHE)
    return snapshot_module(cloud)


@pytest.fixture
def taken(module: Module) -> Module:
    """With a snapshot of it."""
    module.run(**wanted())
    return module


def wanted(**changes: Any) -> dict[str, Any]:
    return {"snapshot_name": NAME, "serverless_cache_name": CACHE, "tags": {"Project": "PHB"}, **changes}


def test_a_serverless_cache_is_saved(module: Module) -> None:
    taken = module.changes(**wanted()).after
    assert (taken.status, taken.origin, taken.tags) == ("available", "manual", {"Project": "PHB"})
    assert (taken.serverless, taken.serverless_cache_name, taken.source) == (True, CACHE, CACHE)
    assert (taken.cluster_mode, taken.num_node_groups, taken.node_type) == (True, 1, None)
    assert taken.created
    assert module.cloud.changes()[1:] == ["CreateServerlessCacheSnapshot"]


def test_a_copy(taken: Module) -> None:
    copied = taken.changes(snapshot_name="copy", source_snapshot_name=NAME, serverless=True).after
    assert (copied.serverless_cache_name, copied.serverless) == (CACHE, True)
    assert taken.changes(snapshot_name=NAME, serverless=True, state="absent").after is None
    assert not taken.run(snapshot_name="copy", source_snapshot_name=NAME, serverless=True).changed


def test_tags(taken: Module) -> None:
    assert taken.changes(**wanted(tags={"Team": "web"})).after.tags == {"Team": "web"}


def test_the_two_kinds_are_kept_apart(taken: Module) -> None:
    assert not taken.run(snapshot_name=NAME, state="absent").changed
    assert "there is no snapshot" in str(taken.refuses(snapshot_name="copy", source_snapshot_name=NAME))


def test_a_snapshot_of_another_cache_is_refused(taken: Module) -> None:
    make_serverless(taken.cloud, "other")
    (problem,) = taken.refuses(**wanted(serverless_cache_name="other")).problems
    assert problem.startswith(f"serverless_cache_name: the snapshot {NAME} that exists is not of other but of {CACHE}")


def test_a_cache_that_does_not_exist(module: Module) -> None:
    refused = module.refuses(**wanted(serverless_cache_name="nobodys"))
    assert refused.problems == ("serverless_cache_name: there is no serverless cache nobodys in this region.",)


def test_a_cache_in_the_making_is_waited_for(cloud: Cloud) -> None:
    cloud.session.client("elasticache").create_serverless_cache(ServerlessCacheName=CACHE, Engine="redis")
    module = snapshot_module(cloud)
    assert "it is creating" in str(module.refuses(**wanted(wait=False)))
    assert "is not ready (it is creating)" in module.run(True, **wanted()).warnings[0]
    assert module.run(**wanted()).after.status == "available"


def test_it_is_exported(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET)
    done = taken.changes(snapshot_name=NAME, serverless=True, target_bucket=BUCKET)
    assert done.after.exported == (f"arn:aws:s3:::{BUCKET}/{FILE}",)
    assert keys_of(taken.cloud, BUCKET) == [FILE]
    assert taken.cloud.changes()[-1] == "ExportServerlessCacheSnapshot"


def test_a_bucket_that_does_not_let_elasticache_in(taken: Module) -> None:
    make_bucket(taken.cloud, BUCKET, {})
    refused = taken.refuses(snapshot_name=NAME, serverless=True, target_bucket=BUCKET)
    assert "Add this statement to the policy" in str(refused)


def test_a_run_killed_after_each_call_is_completed_by_the_next(module: Module) -> None:
    cloud = module.cloud
    cloud.standin.control.set_durations(snapshot=1.0, copy_snapshot=1.0)
    session, calls = doomed_session(cloud, 0)
    make_bucket(cloud, "undisturbed")
    module.run_with(session, **wanted(snapshot_name="undisturbed", target_bucket="undisturbed"))
    assert calls() >= 12
    for last_call in range(1, calls() + 1):
        if last_call % QUOTA == 0:
            cloud.standin.control.advance(24 * 3600)
        make_bucket(cloud, f"killed-{last_call}")
        both = wanted(snapshot_name=f"killed-{last_call}", target_bucket=f"killed-{last_call}")
        with pytest.raises(Killed):
            module.run_with(doomed_session(cloud, last_call)[0], **both)
        assert len(module.run(**both).after.exported) == 1
        assert not module.run(**both).changed


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_connection_is_survived(module: Module, pauses: list[float], kind: str) -> None:
    make_bucket(module.cloud, BUCKET)
    for verb in ("Create", "Copy", "Export", "Delete"):
        module.cloud.standin.control.add_fault(kind, f"{verb}ServerlessCacheSnapshot", times=1)
    assert module.run(**wanted(target_bucket=BUCKET)).after.status == "available"
    assert module.run(snapshot_name="copy", source_snapshot_name=NAME, serverless=True).after.status == "available"
    assert module.run(snapshot_name=NAME, serverless=True, state="absent").after is None


def test_info(taken: Module) -> None:
    session = taken.cloud.session
    assert [each.snapshot_name for each in read_snapshots(session, {"serverless": True})] == [NAME]
    assert [each.snapshot_name for each in read_snapshots(session, {"serverless_cache_name": "Sessions"})] == [NAME]
    assert read_snapshots(session, {"serverless": False}) == []
    assert observe_all(session, SnapshotQuery(serverless_cache_name="other")) == []
