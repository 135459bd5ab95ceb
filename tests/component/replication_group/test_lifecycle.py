# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group goes through: transitions, failures, deferred changes, deletion."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted, Refused

from tests.component.replication_group.cases import BASE, PAIR, SAFE_PAIR
from tests.component.replication_group.cloud import Landscape


def test_a_created_group_is_there_with_all_its_members(cloud: Landscape) -> None:
    after = cloud.run(cloud.new_name(), **SAFE_PAIR).after
    assert (after.status, after.transitions, len(after.members)) == ("available", (), 2)
    assert {member.role for member in after.members} == {"primary", "replica"}
    assert len({member.availability_zone for member in after.members}) == 2
    assert after.endpoints.primary is not None


def test_without_wait_the_run_ends_at_once_and_the_next_one_waits(cloud: Landscape) -> None:
    name = cloud.new_name()
    first = cloud.run(name, wait=False, **PAIR)
    assert (first.changed, first.after.status) == (True, "creating")
    second = cloud.run(name, **PAIR)
    assert (second.changed, second.after.status) == (False, "available")


def test_check_mode_does_not_wait_for_a_transition(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, wait=False, **PAIR)
    outcome = cloud.run(name, check=True, **PAIR)
    assert "is in transition" in outcome.warnings[0]
    assert outcome.before.status == "creating"


def test_names_are_known_in_any_case(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name.upper(), **BASE)
    assert not cloud.run(name, **BASE).changed


def test_a_deferred_node_type_is_converged_and_comes_with_the_window(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    later: dict[str, Any] = {"node_type": "cache.t3.medium", "allow_disruption": "failover"}
    pending = cloud.run(name, **later)
    assert pending.after.pending == {"node_type": "cache.t3.medium"}
    assert any("waits for the maintenance window" in warning for warning in pending.warnings)
    repeated = cloud.run(name, **later)
    assert not repeated.changed
    now = cloud.run(name, apply_immediately=True, **later)
    assert (now.changed, now.after.node_type, now.after.pending) == (True, "cache.t3.medium", {})


def test_a_deferred_version_comes_by_itself(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    cloud.run(name, engine_version="7.1", allow_disruption="failover")
    cloud.standin.control.advance(8 * 24 * 3600)
    outcome = cloud.run(name, engine_version="7.1", allow_disruption="failover")
    assert not outcome.changed
    assert outcome.after.engine_version.startswith("7.1")
    assert outcome.after.pending == {}


def test_what_waits_for_the_window_is_called_off(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    cloud.run(name, node_type="cache.t3.medium", allow_disruption="failover")
    back = cloud.module.changes(replication_group_id=name, node_type="cache.t3.small")
    assert (back.after.node_type, back.after.pending) == ("cache.t3.small", {})


def test_what_waits_is_not_released_unasked(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    cloud.run(name, node_type="cache.t3.medium", allow_disruption="failover")
    cloud.module.refuses(replication_group_id=name, automatic_failover_enabled=True)
    released = cloud.run(name, automatic_failover_enabled=True, allow_disruption="failover")
    assert released.after.node_type == "cache.t3.medium"


def test_a_deletion_under_way_is_foretold_as_it_will_be(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **BASE)
    cloud.run(name, state="absent", wait=False)
    assert cloud.run(name, check=True, **BASE).plan.action == "create"
    assert not cloud.run(name, check=True, state="absent").changed
    assert not cloud.run(name, state="absent").changed


@pytest.mark.parametrize("option", ["subnet_group_name", "parameter_group_name"])
def test_a_group_that_does_not_exist_is_a_mistake_and_no_conflict(cloud: Landscape, option: str) -> None:
    wanted: dict[str, Any] = {**BASE, option: "no-such-group"}
    with pytest.raises(Interrupted, match="Create it first"):
        cloud.run(cloud.new_name(), **wanted)
    assert [operation for operation, _sent in cloud.sent()] == ["CreateReplicationGroup"]


def test_disruption_is_refused_until_it_is_named(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    cloud.standin.control.clear_calls()
    with pytest.raises(Refused, match="`allow_disruption: failover` lets it happen") as refused:
        cloud.run(name, node_type="cache.t3.medium", description="second", apply_immediately=True)
    assert refused.value.plan is not None
    assert len(refused.value.plan.changes) == 2
    assert cloud.sent() == []


def test_deletion_is_waited_for_and_keeps_a_snapshot(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **PAIR)
    foretold = cloud.run(name, check=True, state="absent", final_snapshot_identifier=f"{name}-last")
    assert cloud.run(name, check=True).before is not None
    gone = cloud.run(name, state="absent", final_snapshot_identifier=f"{name}-last")
    assert foretold.plan == gone.plan
    assert gone.after is None
    assert not cloud.run(name, state="absent").changed
    (snapshot,) = cloud.session.client("elasticache").describe_snapshots(SnapshotName=f"{name}-last")["Snapshots"]
    assert snapshot["SnapshotStatus"] == "available"


def test_a_final_snapshot_of_a_taken_name_is_refused(cloud: Landscape) -> None:
    first, second = cloud.new_name(), cloud.new_name()
    for name in (first, second):
        cloud.run(name, **PAIR)
    cloud.run(first, state="absent", final_snapshot_identifier=f"{first}-last")
    with pytest.raises(Refused, match="none is ever overwritten"):
        cloud.run(second, state="absent", final_snapshot_identifier=f"{first}-last")
    assert cloud.run(second).before.status == "available"


def test_a_group_that_is_being_deleted_is_made_anew(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **BASE)
    cloud.run(name, state="absent", wait=False)
    outcome = cloud.run(name, **BASE)
    assert (outcome.plan.action, outcome.after.status) == ("create", "available")


def test_a_failed_creation_is_told_in_the_services_words_and_can_be_removed(cloud: Landscape) -> None:
    name = cloud.new_name()
    with pytest.raises(Interrupted, match=r"create-failed: .*no room.* Remove the group with state=absent"):
        cloud.run(name, **BASE, tags={"standin:create-failed": "there is no room"})
    with pytest.raises(Refused, match="create-failed"):
        cloud.run(name, **BASE)
    assert cloud.run(name, state="absent").after is None


def test_a_refused_creation_changes_nothing(cloud: Landscape) -> None:
    name = cloud.new_name()
    with pytest.raises(Interrupted) as refused:
        cloud.run(name, **{**BASE, "node_type": "cache.t9.huge"})
    assert refused.value.done == ()
    assert cloud.run(name, state="absent").before is None
