# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_snapshot_retention against the stand-in: what goes, what never does, and runs that end early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import WaitTimeout
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.resource import (
    SnapshotRetention,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted

from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud, Killed, Module
from tests.component.snapshots import make_serverless

GROUP = "phb-redis-cache"
DAY = 24 * 3600
PREFIX = "nightly-"


@dataclass(frozen=True)
class Site:
    """A group of which snapshots are taken."""

    cloud: Cloud
    module: Module

    def save(self, *names: str, group: str = GROUP) -> None:
        """One after the other, a day apart."""
        for name in names:
            self.begin(name, group)
            self.cloud.standin.control.advance(DAY)

    def begin(self, name: str, group: str = GROUP) -> None:
        """As soon as no automatic snapshot is in the way."""
        while not self.is_free(group):
            self.cloud.standin.control.advance(60)
        self.client.create_snapshot(SnapshotName=name, CacheClusterId=f"{group}-001")

    def is_free(self, group: str) -> bool:
        (described,) = self.client.describe_replication_groups(ReplicationGroupId=group)["ReplicationGroups"]
        (member,) = self.client.describe_cache_clusters(CacheClusterId=f"{group}-001")["CacheClusters"]
        return {described["Status"], member["CacheClusterStatus"]} == {"available"}

    @property
    def client(self) -> Any:
        return self.cloud.session.client("elasticache")

    def there(self, origin: str = "user") -> list[str]:
        found = self.client.describe_snapshots(SnapshotSource=origin)["Snapshots"]
        return sorted(each["SnapshotName"] for each in found)

    def keep(self, check: bool = False, /, **params: Any) -> Any:
        return self.module.run(check, **rule(**params))


def rule(**params: Any) -> dict[str, Any]:
    return {"replication_group_id": GROUP, "name_prefixes": [PREFIX], **params}


@pytest.fixture
def site(cloud: Cloud) -> Site:
    cloud.make_cache(GROUP)
    return Site(cloud, Module(cloud, SnapshotRetention, argument_spec()))


def test_old_snapshots_go_as_check_mode_says(site: Site) -> None:
    site.save("nightly-1", "nightly-2", "nightly-3", "before-migration")
    done = site.module.changes(**rule())
    assert done.after.deleted == ("nightly-1", "nightly-2")
    assert [each.snapshot_name for each in done.after.kept] == ["before-migration", "nightly-3"]
    (change,) = done.plan.changes
    assert set(change.before) - set(change.after) == {"nightly-1", "nightly-2"}
    assert site.there() == ["before-migration", "nightly-3"]
    assert site.cloud.changes().count("DeleteSnapshot") == 2


def test_the_young_stay(site: Site) -> None:
    site.save(*(f"nightly-{number}" for number in range(1, 6)))
    assert site.keep(keep_days=3).after.deleted == ("nightly-1", "nightly-2")
    assert site.there() == ["nightly-3", "nightly-4", "nightly-5"]


def test_what_never_goes(site: Site) -> None:
    site.cloud.make_cache("other")
    site.client.modify_replication_group(
        ReplicationGroupId=GROUP, SnapshotRetentionLimit=5, SnapshottingClusterId=f"{GROUP}-001", ApplyImmediately=True
    )
    site.save("nightly-1", "nightly-2")
    site.save("nightly-other-1", "nightly-other-2", group="other")
    automatic = site.there("system")
    assert automatic
    site.begin("nightly-3")
    done = site.keep(name_prefixes=[PREFIX, "automatic."])
    assert done.after.deleted == ("nightly-1",)
    assert site.there() == ["nightly-2", "nightly-3", "nightly-other-1", "nightly-other-2"]
    assert site.there("system") == automatic
    assert {each.because for each in done.after.kept} == {
        "it is automatic, and ElastiCache itself removes it",
        "it is creating",
        "it is the newest",
    }


def test_snapshots_outlive_their_cache_and_are_pruned_then_too(site: Site) -> None:
    site.save("nightly-1", "nightly-2")
    site.cloud.delete_cache(GROUP)
    site.cloud.standin.control.advance(3600)
    assert site.keep().after.deleted == ("nightly-1",)


def test_by_whole_names(site: Site) -> None:
    site.save("nightly-1", "weekly-1", "weekly-2")
    done = site.keep(name_prefixes=[], names=["WEEKLY-1", "weekly-2", "nobodys"])
    assert done.after.deleted == ("weekly-1",)


def test_a_cache_without_snapshots(site: Site) -> None:
    outcome = site.keep()
    assert (outcome.changed, outcome.after.deleted, outcome.after.kept) == (False, (), ())


def test_a_repeat_costs_one_read(site: Site) -> None:
    site.save("nightly-1", "nightly-2")
    site.keep()
    before = len(site.cloud.calls())
    assert not site.keep().changed
    assert [each for each in site.cloud.calls()[before:] if each != "DescribeSnapshots"] == []


def test_a_rule_without_names_is_refused_before_any_call(site: Site) -> None:
    before = len(site.cloud.calls())
    problems = Module(site.cloud, SnapshotRetention, argument_spec()).refuses(keep_last=0).problems
    assert len(problems) == 3
    assert len(site.cloud.calls()) == before


def test_serverless_snapshots(site: Site) -> None:
    make_serverless(site.cloud, "storefront")
    for number in (1, 2, 3):
        site.client.create_serverless_cache_snapshot(
            ServerlessCacheName="storefront", ServerlessCacheSnapshotName=f"weekly-{number}"
        )
        site.cloud.standin.control.advance(DAY)
    module = Module(site.cloud, SnapshotRetention, argument_spec())
    done = module.changes(serverless_cache_name="storefront", name_prefixes=["weekly-"], keep_last=1)
    assert done.after.deleted == ("weekly-1", "weekly-2")
    left = site.client.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    assert [each["ServerlessCacheSnapshotName"] for each in left] == ["weekly-3"]


# --- runs that end early, a service that is busy, people who come in between


@pytest.mark.parametrize("lives", [1, 2, 3])
def test_a_run_killed_after_each_deletion_is_completed_by_the_next(site: Site, lives: int) -> None:
    site.save(*(f"nightly-{number}" for number in range(1, 5)))
    with pytest.raises(Killed):
        site.module.run_with(site.cloud.mortal_session(lives), **rule())
    site.keep()
    site.cloud.standin.control.advance(3600)
    assert site.there() == ["nightly-4"]
    assert site.cloud.changes().count("DeleteSnapshot") == 3
    assert not site.keep().changed


@pytest.mark.parametrize("operation", ["DescribeSnapshots", "DeleteSnapshot"])
def test_throttling_is_survived(site: Site, pauses: list[float], operation: str) -> None:
    site.save("nightly-1", "nightly-2", "nightly-3")
    site.cloud.standin.control.add_fault("throttle", operation, times=7)
    assert Module(site.cloud, SnapshotRetention, argument_spec()).run(**rule()).changed
    assert len(pauses) >= 7
    assert site.there() == ["nightly-3"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_connection_is_survived(site: Site, pauses: list[float], kind: str) -> None:
    site.save("nightly-1", "nightly-2", "nightly-3")
    site.cloud.standin.control.add_fault(kind, "DeleteSnapshot", times=1)
    assert site.keep().changed
    assert site.there() == ["nightly-3"]


def test_reads_that_lag_are_waited_out(site: Site) -> None:
    site.save("nightly-1", "nightly-2")
    retention = SnapshotRetention(site.cloud.session, {**rule(), "keep_last": 1})
    assert retention.settle(False)[0].deleted == ("nightly-1",)
    site.cloud.standin.control.add_fault("stale", "DescribeSnapshots", times=3)
    assert site.keep().changed
    assert site.there() == ["nightly-2"]


def test_a_snapshot_that_somebody_else_deletes_meanwhile(site: Site) -> None:
    site.save("nightly-1", "nightly-2", "nightly-3")
    busy = {"code": "SnapshotNotFoundFault", "message": "It is gone.", "status": 404}
    site.cloud.standin.control.add_fault("error", "DeleteSnapshot", times=1, **busy)
    assert site.keep().changed
    assert site.there() == ["nightly-3"]


def test_no_look_after_the_first_adds_to_what_goes(site: Site) -> None:
    """New snapshots push old ones out only in the next run, and what somebody deletes saves the next in line."""
    site.save("nightly-1", "nightly-2", "nightly-3")
    retention = SnapshotRetention(site.cloud.session, {**rule(), "keep_last": 2})
    assert retention.observe().due == ("nightly-1",)
    site.save("nightly-4")
    assert retention.observe().due == ("nightly-1",)
    for name in ("nightly-3", "nightly-4"):
        site.client.delete_snapshot(SnapshotName=name)
    site.cloud.standin.control.advance(3600)
    assert retention.observe().due == ()


def test_a_deletion_that_takes_too_long(site: Site) -> None:
    site.save("nightly-1", "nightly-2")
    site.cloud.standin.control.set_durations(snapshot=7200.0)
    with pytest.raises(Interrupted, match="nightly-1 still there") as interrupted:
        site.keep(wait_timeout=60)
    assert isinstance(interrupted.value.cause, WaitTimeout)


def test_without_wait_the_run_ends_at_once(site: Site) -> None:
    site.save("nightly-1", "nightly-2")
    assert site.keep(wait=False).after.deleted == ("nightly-1",)
    assert site.there() == ["nightly-1", "nightly-2"]
    assert not site.keep(wait=False).changed


# --- the module itself


def test_the_module_in_a_playbook(playbooks: Playbooks) -> None:
    module, group = "redisops.cache.elasticache_snapshot_retention", {"node_type": "cache.t3.micro"}
    saving = {"redisops.cache.elasticache_snapshot": {"replication_group_id": GROUP, "snapshot_name": "{{ item }}"}}
    _group, _saved, foretold, done, repeated, refused = playbooks.play(
        [
            {"redisops.cache.elasticache_replication_group": {"name": GROUP, "description": "Drugs", **group}},
            {**saving, "loop": ["nightly-1", "nightly-2"]},
            {module: rule(), "check_mode": True},
            {module: rule()},
            {module: rule()},
            {module: {"replication_group_id": GROUP}, "ignore_errors": True},
        ],
        "--diff",
    )
    for told in ("plan", "diff", "deleted", "kept"):
        assert foretold[told] == done[told]
    assert (foretold["changed"], done["changed"], repeated["changed"]) == (True, True, False)
    assert (done["deleted"], repeated["deleted"]) == (["nightly-1"], [])
    assert done["kept"] == [{"snapshot_name": "nightly-2", "because": "it is the newest"}]
    assert refused["msg"].startswith("name_prefixes, names: at least one of them is needed")
