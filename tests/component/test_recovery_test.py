# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_recovery_test against the stand-in: what is restored into what, what is measured, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.resource import (
    ReplicationGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.comparison import (
    COUNT_TAG,
    DIGEST_TAG,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.servers import Counts
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.temporary import TAG
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError

from tests.component.recovery_drills import DAY, ENCRYPTED, GROUP, TEMPORARY, TOKEN, Drills, FakeServer
from tests.component.runs import Cloud

OTHER = "6" * 64


@pytest.fixture
def drills(cloud: Cloud) -> Drills:
    found = Drills(cloud)
    found.prepare()
    return found


class TestDrill:
    def test_it_restores_reads_compares_and_removes(self, drills: Drills) -> None:
        found = drills.run()
        assert (found.passed, found.problems, found.removed, found.warnings) == (True, [], True, [])
        assert found.comparison is not None
        assert (found.comparison.method, found.comparison.identical) == ("digest", True)
        assert drills.groups() == {GROUP: "available"}
        assert drills.cloud.changes() == ["CreateReplicationGroup", "DeleteReplicationGroup"]

    def test_times_are_those_of_the_clock(self, drills: Drills) -> None:
        began, clock = drills.now(), drills.cloud.clock
        drills.restored.failures = [CheckError("NAME_NOT_FOUND"), CheckError("LOADING")]
        drills.source.on_read = lambda: clock.sleep(40)
        found = drills.run()
        seconds = {each.name: each.seconds for each in found.phases}
        assert list(seconds) == ["prepare", "restore", "first_read", "compare", "remove"]
        assert seconds["restore"] >= drills.cloud.standin.control.durations()["create_group"]
        assert 1.8 <= seconds["first_read"] <= 2.5  # two pauses of at most 1 and 1.5 seconds
        assert seconds["compare"] == 40
        assert found.recovery_time_seconds == pytest.approx(sum(list(seconds.values())[:3]))
        created = drills.api.describe_snapshots(SnapshotName=found.snapshot_name)["Snapshots"][0]
        age = (began - created["NodeSnapshots"][0]["SnapshotCreateTime"]).total_seconds()
        assert found.recovery_point_seconds == pytest.approx(age, abs=1)  # the service tells whole seconds
        assert 0 < age < DAY
        assert datetime.fromisoformat(found.started) == began.replace(microsecond=0)

    def test_the_time_of_day_is_the_services(self, drills: Drills) -> None:
        """Which is years ahead of the machine's here."""
        drills.save("late")
        drills.cloud.standin.control.advance(3 * 365 * DAY)
        drills.save("latest")
        assert drills.run(snapshot_name="latest").recovery_point_seconds == pytest.approx(3600, abs=60)
        found = drills.run(snapshot_name="late", recovery_point_objective=3 * 365 * DAY)
        assert "recovery_point_objective" in found.problems[0]

    def test_objectives_are_held_against_what_was_measured(self, drills: Drills) -> None:
        found = drills.run(recovery_time_objective=10, recovery_point_objective=60)
        assert [each.partition(":")[0] for each in found.problems] == [
            "recovery_time_objective",
            "recovery_point_objective",
        ]
        assert (found.passed, found.removed) == (False, True)

    def test_the_temporary_group_is_small_tagged_and_protected(self, drills: Drills) -> None:
        found = drills.run()
        sent = drills.sent("CreateReplicationGroup")
        assert (sent["ReplicationGroupId"], sent["SnapshotName"]) == (TEMPORARY, found.snapshot_name)
        assert sent["Tags"] == [{"Key": TAG, "Value": GROUP}]
        assert (sent["NumCacheClusters"], sent["SnapshotRetentionLimit"]) == (1, 0)
        assert (sent["TransitEncryptionEnabled"], sent["AtRestEncryptionEnabled"]) == (True, True)
        source, restored = drills.targets
        assert source.password == TOKEN
        token = restored.password or ""
        assert len(token) == 64
        assert token not in json.dumps(as_dict(found)) + repr(drills.foretell())

    def test_without_tls_there_is_neither_token_nor_password(self, cloud: Cloud) -> None:
        drills = Drills(cloud)
        drills.source = drills.restored
        drills.prepare({})
        assert drills.run(password="").passed
        assert [(target.tls, target.password) for target in drills.targets] == [(False, None)] * 2
        with pytest.raises(Refused, match="password: the group has no encryption in transit"):
            drills.run()

    def test_check_mode_foretells_the_run_and_makes_nothing(self, drills: Drills) -> None:
        foretold, outlook = drills.foretell()
        assert drills.cloud.changes() == []
        assert (foretold.passed, foretold.removed, foretold.comparison) == (None, None, None)
        done, real = drills.run_with(drills.cloud.session)
        for name in ("snapshot_name", "snapshot_created", "node_type", "temporary_group_id"):
            assert getattr(foretold, name) == getattr(done, name)
        assert outlook.plan.to_dict() == real.plan.to_dict()


class TestSnapshot:
    def test_the_newest_automatic_one(self, drills: Drills) -> None:
        drills.save("by-hand")
        listed = drills.api.describe_snapshots(SnapshotSource="system")["Snapshots"]
        assert drills.foretell()[0].snapshot_name == max(each["SnapshotName"] for each in listed)

    def test_a_named_one(self, drills: Drills) -> None:
        drills.save("by-hand")
        assert drills.run(snapshot_name="By-Hand").snapshot_name == "by-hand"
        assert drills.sent("CreateReplicationGroup")["SnapshotName"] == "by-hand"

    def test_one_of_another_group_is_refused(self, drills: Drills) -> None:
        drills.cloud.make_cache("orders")
        drills.api.create_snapshot(SnapshotName="orders-1", CacheClusterId="orders-001")
        drills.cloud.standin.control.advance(3600)
        with pytest.raises(Refused, match="orders-1 is a snapshot of orders"):
            drills.run(snapshot_name="orders-1")

    def test_a_group_without_any_is_refused(self, cloud: Cloud) -> None:
        drills = Drills(cloud)
        cloud.make_cache(GROUP, **ENCRYPTED)
        with pytest.raises(Refused, match="has no snapshot, so nothing of it could be recovered"):
            drills.run()
        assert cloud.changes() == ["CreateReplicationGroup"]

    def test_neither_group_nor_snapshot(self, cloud: Cloud) -> None:
        with pytest.raises(Refused, match="neither a group phb-redis-cache in this region nor a snapshot of it"):
            Drills(cloud).run()

    def test_a_snapshot_whose_group_is_gone(self, drills: Drills) -> None:
        drills.save("last")
        drills.cloud.delete_cache(GROUP)
        drills.cloud.standin.control.advance(3600)
        found = drills.run(password="")
        assert (found.passed, found.snapshot_name, found.removed) == (True, "last", True)
        assert found.comparison is not None
        assert (found.comparison.method, found.comparison.restored_keys) == ("none", 1000)
        assert "does not exist any more" in found.comparison.why
        assert "default security group" in found.warnings[0]

    def test_proof_cannot_be_had_of_a_group_that_is_gone(self, drills: Drills) -> None:
        drills.save("last")
        drills.cloud.delete_cache(GROUP)
        drills.cloud.standin.control.advance(3600)
        with pytest.raises(Refused, match="comparison=digest: there is nothing to compare with"):
            drills.run(comparison="digest")

    def test_one_that_is_too_large_for_the_node_is_refused(self, cloud: Cloud) -> None:
        drills = Drills(cloud)
        drills.prepare(Tags=[{"Key": "standin:cache-size", "Value": "2 GB"}], CacheNodeType="cache.t3.medium")
        assert drills.foretell()[0].node_type == "cache.t3.medium"
        with pytest.raises(Refused, match="node_type: "):
            drills.run(node_type="cache.t3.small")
        assert cloud.changes() == []


class TestComparison:
    def record(self, drills: Drills, digest: str, keys: int) -> None:
        drills.save("recorded")
        arn = drills.api.describe_snapshots(SnapshotName="recorded")["Snapshots"][0]["ARN"]
        tags = [{"Key": DIGEST_TAG, "Value": digest}, {"Key": COUNT_TAG, "Value": str(keys)}]
        drills.api.add_tags_to_resource(ResourceName=arn, Tags=tags)

    def test_a_recorded_digest_needs_no_source(self, drills: Drills) -> None:
        self.record(drills, drills.restored.digest, 1000)
        drills.source.failures = [CheckError("WRONGPASS")]
        found = drills.run(snapshot_name="recorded", comparison="digest")
        assert found.passed
        assert found.comparison is not None
        assert found.comparison.method == "recorded_digest"
        assert len(drills.targets) == 1

    def test_what_differs_from_the_record_is_damage(self, drills: Drills) -> None:
        self.record(drills, OTHER, 1000)
        assert "not what was recorded" in drills.run(snapshot_name="recorded").problems[0]

    def test_recorded_numbers_alone(self, drills: Drills) -> None:
        self.record(drills, OTHER, 1000)
        found = drills.run(snapshot_name="recorded", comparison="counts")
        assert found.comparison is not None
        assert (found.passed, found.comparison.method, drills.restored.reads) == (True, "recorded_count", 0)

    def test_a_source_in_use_is_not_read_through(self, drills: Drills) -> None:
        drills.source.counts = Counts(1000, 0, changes=(("a", "1", "5"),))
        drills.restored.on_read = lambda: pytest.fail("it was read for a digest")

        def write() -> None:
            drills.source.counts = replace(drills.source.counts, keys=1010, changes=(("a", "1", "6"),))

        drills.cloud.standin.control.clear_calls()
        drills.restored.on_answer = write
        found = drills.run()
        assert found.comparison is not None
        assert (found.comparison.method, found.comparison.source_keys, found.passed) == ("counts", 1010, True)
        assert "was written to while the snapshot was restored" in found.comparison.why

    def test_a_key_that_expires_between_the_readings_is_read_without_it(self, drills: Drills) -> None:
        drills.restored.digest = OTHER

        def expire() -> None:
            drills.restored.digest = drills.source.digest
            drills.restored.counts = drills.source.counts = Counts(999, 0, expired_later=1)

        drills.source.on_read = expire
        found = drills.run()
        assert found.comparison is not None
        assert (found.comparison.method, found.comparison.identical) == ("digest", True)
        assert (drills.source.reads, drills.restored.reads) == (1, 2)

    def test_other_data_is_read_once(self, drills: Drills) -> None:
        drills.restored.digest = OTHER
        found = drills.run()
        assert found.comparison is not None
        assert (found.comparison.method, found.passed) == ("counts", True)
        assert (drills.source.reads, drills.restored.reads) == (1, 1)

    def test_a_loss_fails_the_drill(self, drills: Drills) -> None:
        drills.restored = FakeServer(Counts(900, 0), OTHER)
        found = drills.run()
        assert (found.passed, found.removed) == (False, True)
        assert "more than count_tolerance=5 % apart" in found.problems[0]

    def test_evicted_keys_are_told_with_the_remedy(self, drills: Drills) -> None:
        drills.restored.counts = Counts(1000, 0, evicted=3)
        assert "node_type: 3 keys were evicted" in drills.run().problems[0]


class TestTrouble:
    def test_a_wrong_password_shows_before_anything_is_made(self, drills: Drills) -> None:
        drills.source.failures = [CheckError("WRONGPASS")] * 2
        for check in (True, False):
            with pytest.raises(Refused, match=r"the source, .* cannot be read for the comparison: the server refuses"):
                drills.run_with(drills.cloud.session, check)
        assert drills.cloud.changes() == []

    def test_a_restored_group_that_cannot_be_read_fails_the_drill(self, drills: Drills) -> None:
        drills.restored.failures = [CheckError("CERTIFICATE_UNKNOWN_AUTHORITY")]
        found = drills.run()
        assert found.problems[0].startswith(f"{TEMPORARY} cannot be read: ")
        assert (found.recovery_time_seconds, found.comparison, found.removed) == (None, None, True)

    def test_a_source_that_goes_away_meanwhile(self, drills: Drills) -> None:
        def go() -> None:
            drills.source.failures = [CheckError("CONNECTION_REFUSED")]

        drills.restored.on_answer = go
        found = drills.run()
        assert "cannot be compared: nothing listens" in found.problems[0]
        assert (found.passed, found.removed) == (False, True)
        assert found.recovery_time_seconds is not None

    @pytest.mark.parametrize("code", ["InsufficientCacheClusterCapacity", "NodeQuotaForCustomerExceeded"])
    def test_what_the_service_refuses_is_told_with_the_remedy(self, drills: Drills, code: str) -> None:
        told = {"code": code, "message": "Not now.", "status": 400}
        drills.cloud.standin.control.add_fault("error", "CreateReplicationGroup", **told)
        found = drills.run()
        assert code in found.problems[0]
        assert (found.passed, found.removed) == (False, True)
        assert drills.groups() == {GROUP: "available"}

    def test_a_restore_that_takes_too_long_is_removed_all_the_same(self, drills: Drills) -> None:
        found = drills.run(wait_timeout=20)
        assert found.problems[0].startswith("restore: ")
        assert found.removed is True
        assert drills.groups() == {GROUP: "available"}

    def test_what_cannot_be_removed_is_named_loudly(self, drills: Drills, pauses: list[float]) -> None:
        told = {"code": "AccessDenied", "message": "Not you.", "status": 403}
        drills.cloud.standin.control.add_fault("error", "DeleteReplicationGroup", **told)
        found = drills.run()
        assert (found.passed, found.removed) == (False, False)
        assert f"the temporary group {TEMPORARY} could not be removed" in found.problems[0]
        assert found.warnings == found.problems
        drills.cloud.standin.control.clear_faults()
        again = drills.run()
        assert (again.passed, again.phases[1].name) == (True, "remove_leftover")
        assert drills.groups() == {GROUP: "available"}

    def test_a_mistake_of_this_collection_removes_the_group_as_well(self, drills: Drills) -> None:
        def slip() -> None:
            raise KeyError("slip")

        drills.restored.on_read = slip
        with pytest.raises(KeyError):
            drills.run()
        assert drills.groups() == {GROUP: "available"}


def test_the_temporary_name_is_one_that_the_group_module_takes(cloud: Cloud) -> None:
    assert ReplicationGroup(cloud.session, {"replication_group_id": TEMPORARY}).name == TEMPORARY
