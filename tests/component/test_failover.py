# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_failover against the stand-in without engines: what it asks for, what it refuses, what it waits for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.events import SHARDS_PER_DAY
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.outcome import Unfinished
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure

from tests.component.failovers import NAME, Place
from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud, Killed

SAFE: dict[str, Any] = {"NumCacheClusters": 3, "AutomaticFailoverEnabled": True}
SHARDED: dict[str, Any] = {
    "NumNodeGroups": 2,
    "ReplicasPerNodeGroup": 1,
    "AutomaticFailoverEnabled": True,
    "ClusterMode": "enabled",
}


@pytest.fixture
def place(cloud: Cloud) -> Place:
    return Place(cloud)


# --- a test failover


def test_a_primary_is_failed_over(place: Place) -> None:
    place.make(**SAFE)
    outcome = place.run()
    told = outcome.as_dict()
    assert place.cloud.changes() == ["TestFailover"]
    assert (told["previous_primary"], told["new_primary"]) == (f"{NAME}-001", place.primary())
    assert told["new_primary"] in told["candidates"]
    assert (told["kind"], told["node_group_id"], told["calls_left"]) == ("test", "0001", SHARDS_PER_DAY)
    called, *between, recovered = [each["message"] for each in told["events"]]
    assert called == "Test Failover API called for node group 0001"
    completed = f"Failover from primary node {NAME}-001 to replica node {NAME}-002 completed"
    assert sorted(between) == [completed, completed, "Recovering cache nodes 0001"]
    assert recovered == "Finished recovery for cache nodes 0001"
    assert told["seconds"] > 0
    assert told["writes"] is None
    assert [(each.before, each.after) for each in outcome.changes.changes] == [(f"{NAME}-001", f"{NAME}-002")]


def test_the_group_is_available_again_when_the_run_ends(place: Place) -> None:
    place.make(**SAFE)
    place.run()
    assert place.group()["Status"] == "available"
    members = place.cloud.session.client("elasticache").describe_cache_clusters()["CacheClusters"]
    assert {each["CacheClusterStatus"] for each in members} == {"available"}


def test_without_waiting_the_run_ends_with_the_request(place: Place) -> None:
    place.make(**SAFE)
    told = place.run(wait=False).as_dict()
    assert told["new_primary"] is None
    assert place.group()["Status"] == "modifying"


def test_check_mode_says_what_would_happen(place: Place) -> None:
    place.make(**SAFE)
    foretold = place.run(True)
    assert place.cloud.changes() == []
    told = foretold.as_dict()
    assert told["candidates"] == [f"{NAME}-002", f"{NAME}-003"]
    assert (told["previous_primary"], told["new_primary"]) == (f"{NAME}-001", None)
    assert told["calls_left"] == SHARDS_PER_DAY
    (change,) = foretold.changes.changes
    assert (change.before, change.after) == (f"{NAME}-001", f"one of {NAME}-002, {NAME}-003")


def test_in_cluster_mode_the_events_tell_the_primaries(place: Place) -> None:
    place.make(**SHARDED)
    told = place.run(node_group_id="0002").as_dict()
    assert (told["previous_primary"], told["new_primary"]) == (f"{NAME}-0002-001", f"{NAME}-0002-002")


# --- what is refused


def test_all_problems_are_told_at_once(place: Place) -> None:
    place.make(NumCacheClusters=1)
    told = place.refuses(confirm="another-cache", wait_timeout=0, key_prefix="{a}", password="Zw8kQ2vXr5Lm9TnB4yHd")
    for problem in (
        "confirm: it is 'another-cache'",
        "wait_timeout: ",
        "key_prefix: ",
        "shard 0001 has no replica",
        "automatic failover is off",
    ):
        assert problem in told


def test_a_password_is_not_sent_in_plain_text(place: Place) -> None:
    place.make(**SAFE)
    assert "password: the group has no encryption in transit" in place.refuses(
        measure=True, password="Zw8kQ2vXr5Lm9TnB4yHd"
    )


def test_a_group_that_is_not_there(place: Place) -> None:
    assert "there is no replication group" in place.refuses()
    assert "must hold" in place.refuses(replication_group_id="no_name", confirm="no_name")


def test_one_of_several_shards_has_to_be_named(place: Place) -> None:
    place.make(**SHARDED)
    assert "several shards; name the one to fail over: '0001', '0002'" in place.refuses()
    assert "there is no shard '8'; there are '0001', '0002'" in place.refuses(node_group_id="8")


def test_a_group_that_changes_is_left_alone(place: Place) -> None:
    place.make(**SAFE)
    client = place.cloud.session.client("elasticache")
    client.modify_replication_group(ReplicationGroupId=NAME, ReplicationGroupDescription="new", ApplyImmediately=True)
    place.cloud.standin.control.clear_calls()
    assert "the group is not available (the group is modifying" in place.refuses()


def test_the_limit_of_the_service_is_counted_from_its_events(place: Place) -> None:
    place.make(**SAFE)
    for _call in range(SHARDS_PER_DAY):
        place.run()
    place.cloud.standin.control.clear_calls()
    told = place.refuses()
    assert "tests 15 shards within 24 hours" in told
    assert "Run again after " in told
    place.cloud.standin.control.advance(24 * 3600)
    assert place.run().as_dict()["calls_left"] == SHARDS_PER_DAY


# --- a run after one that was killed


def test_a_failover_under_way_is_not_asked_for_again(place: Place) -> None:
    place.make(**SAFE)
    with pytest.raises(Killed):
        place.run(session=place.cloud.mortal_session(1))
    place.cloud.standin.control.clear_calls()
    assert "a test failover of shard 0001 is under way, called for at" in place.refuses()


def test_one_that_has_ended_is_not_what_the_group_is_busy_with(place: Place) -> None:
    place.make(**SAFE)
    place.run()
    place.cloud.standin.control.advance(600)
    client = place.cloud.session.client("elasticache")
    client.modify_replication_group(ReplicationGroupId=NAME, CacheNodeType="cache.t4g.small", ApplyImmediately=True)
    place.cloud.standin.control.clear_calls()
    assert "the group is not available (the group is modifying" in place.refuses()


def test_one_that_has_ended_is_told_of(place: Place) -> None:
    place.make(**SAFE)
    with pytest.raises(Killed):
        place.run(session=place.cloud.mortal_session(1))
    place.cloud.standin.control.advance(600)
    (warning,) = place.run(True).warnings
    assert warning.startswith("shard 0001 was failed over by a test that was called for at ")


def test_the_next_shard_waits_for_the_one_before(place: Place) -> None:
    place.make(**SHARDED)
    place.run(node_group_id="0001", wait=False)
    place.cloud.standin.control.clear_calls()
    (warning,) = place.run(True, node_group_id="0002").warnings
    assert warning == "shard 0001 is being tested; a run would first wait until that has ended."
    assert place.cloud.changes() == []
    told = place.run(node_group_id="0002").as_dict()
    assert told["new_primary"] == f"{NAME}-0002-002"
    assert place.cloud.changes() == ["TestFailover"]


@pytest.mark.usefixtures("pauses")
def test_a_lost_answer_is_no_reason_to_ask_again(place: Place) -> None:
    """Botocore repeats the call, which the group that changes by then refuses."""
    place.make(**SAFE)
    place.cloud.standin.control.add_fault("drop_after", "TestFailover", times=1)
    told = place.run().as_dict()
    assert told["new_primary"] == f"{NAME}-002"
    calls = [each["message"] for each in told["events"] if "called" in each["message"]]
    assert len(calls) == 1


@pytest.mark.usefixtures("pauses")
def test_a_call_that_never_arrived(place: Place) -> None:
    place.make(**SAFE)
    place.cloud.standin.control.add_fault("drop_before", "TestFailover")
    with pytest.raises(Failure, match="Nothing of a failover has shown since"):
        place.run()
    assert place.primary() == f"{NAME}-001"


@pytest.mark.usefixtures("pauses")
def test_a_lost_answer_and_no_way_to_see_what_came_of_it(place: Place) -> None:
    """A further run would be another failover, so this one must not end as if nothing had been asked for."""
    place.make(**SAFE)
    control = place.cloud.standin.control
    control.add_fault("drop_after", "TestFailover", times=1)
    denied = {"code": "AccessDenied", "message": "Not now.", "status": 403}
    session = place.interfering("DescribeEvents", **denied)
    with pytest.raises(Unfinished, match="A further run would ask for another one") as unfinished:
        place.run(session=session)
    assert "Not now." in str(unfinished.value)
    assert unfinished.value.outcome.started is not None


def test_a_group_that_has_changed_since_it_was_looked_at(place: Place) -> None:
    """Somebody else fails it over while the client gets warm."""
    place.make(**SAFE)

    def fail_over_first() -> None:
        client = place.cloud.client("elasticache")
        client.test_failover(ReplicationGroupId=NAME, NodeGroupId="0001")
        place.cloud.standin.control.advance(3600)
        place.cloud.standin.control.clear_calls()

    session = place.once_before("DescribeEvents", fail_over_first, skip=2)
    with pytest.raises(Failure, match=f"{NAME}-002 is primary in place of {NAME}-001.*No failover was asked for"):
        place.run(session=session)
    assert place.cloud.changes() == []


def test_reads_that_lag_behind_are_no_end(place: Place) -> None:
    place.make(**SAFE)
    place.cloud.standin.control.add_fault("stale", "Describe*", seconds=45)
    assert place.run().new == f"{NAME}-002"
    place.cloud.standin.control.clear_faults()
    assert place.group()["Status"] == "available"


def test_what_the_service_refuses_comes_with_the_remedy(place: Place) -> None:
    place.make(**SAFE)
    place.cloud.standin.control.add_fault(
        "error", "TestFailover", code="TestFailoverNotAvailableFault", message="Not now.", status=400
    )
    with pytest.raises(Failure, match="AWS also suspends tests at times"):
        place.run()


def test_events_that_cannot_be_read_at_the_end_do_not_hide_the_failover(place: Place) -> None:
    place.make(**SAFE)
    denied = {"code": "AccessDenied", "message": "Not now.", "status": 403}
    outcome = place.run(session=place.interfering("DescribeEvents", **denied), wait=False)
    (warning,) = outcome.warnings
    assert warning.startswith("its events could not be read: ")
    assert not outcome.plan.is_empty


def test_a_group_that_is_deleted_meanwhile(place: Place) -> None:
    place.make(**SAFE)
    gone = {"code": "ReplicationGroupNotFoundFault", "message": "It is gone.", "status": 404}
    with pytest.raises(Unfinished, match="has been deleted meanwhile"):
        place.run(session=place.interfering("DescribeReplicationGroups", **gone))


def test_a_wait_that_is_too_short_is_no_reason_to_ask_again(place: Place) -> None:
    place.make(**SAFE)
    with pytest.raises(Unfinished, match="A further run would ask for another one") as unfinished:
        place.run(wait_timeout=5)
    assert unfinished.value.outcome.started is not None
    assert "run again to go on" not in str(unfinished.value)


# --- a promotion


def test_a_replica_is_promoted_by_name(place: Place) -> None:
    place.make(NumCacheClusters=3)
    outcome = place.run(promote=f"{NAME}-003")
    told = outcome.as_dict()
    assert place.primary() == f"{NAME}-003"
    assert (told["kind"], told["previous_primary"], told["new_primary"]) == (
        "promotion",
        f"{NAME}-001",
        f"{NAME}-003",
    )
    again = place.run(promote=f"{NAME}-003")
    assert again.plan.is_empty
    assert place.cloud.changes() == ["ModifyReplicationGroup"]


def test_promotion_is_foretold(place: Place) -> None:
    place.make(NumCacheClusters=3)
    foretold, done = place.run(True, promote=f"{NAME}-002"), place.run(promote=f"{NAME}-002")
    assert foretold.changes == done.changes


def test_promotion_wants_the_switches_off(place: Place) -> None:
    place.make(**SAFE, MultiAZEnabled=True)
    told = place.refuses(promote=f"{NAME}-002")
    assert "while automatic_failover_enabled and multi_az_enabled is on" in told


def test_promotion_of_a_stranger(place: Place) -> None:
    place.make(NumCacheClusters=2)
    assert "promote: other-001 is no member of the group" in place.refuses(promote="other-001")


def test_promotion_in_cluster_mode(place: Place) -> None:
    place.make(**SHARDED)
    assert "in cluster mode the service promotes nobody by name" in place.refuses(promote=f"{NAME}-0001-002")


def test_a_promotion_under_way_is_not_asked_for_again(place: Place) -> None:
    place.make(NumCacheClusters=2)
    with pytest.raises(Killed):
        place.run(session=place.cloud.mortal_session(1), promote=f"{NAME}-002")
    place.cloud.standin.control.clear_calls()
    assert f"{NAME}-002 is being promoted already" in place.refuses(promote=f"{NAME}-002")


# --- as a module


def test_the_module_in_a_playbook(playbooks: Playbooks) -> None:
    group = {
        "redisops.cache.elasticache_replication_group": {
            "replication_group_id": NAME,
            "description": "PHB Drug Database Cache",
            "engine": "redis",
            "engine_version": "7.1",
            "node_type": "cache.t4g.micro",
            "replicas_per_node_group": 1,
            "automatic_failover_enabled": True,
        }
    }
    failover = {"replication_group_id": NAME, "confirm": NAME, "measure": False}
    task = {"redisops.cache.elasticache_failover": failover}
    refused = {"redisops.cache.elasticache_failover": {**failover, "confirm": "another"}, "ignore_errors": True}
    _group, wrong, foretold, done = playbooks.play(
        [group, refused, {**task, "check_mode": True, "diff": True}, {**task, "diff": True}]
    )
    assert wrong["failed"]
    assert wrong["problems"] == [wrong["msg"]]
    assert foretold["changed"]
    assert (
        foretold["diff"] == done["diff"] == {"before": {"primary": f"{NAME}-001"}, "after": {"primary": f"{NAME}-002"}}
    )
    assert done["changed"]
    assert done["failover"]["new_primary"] == f"{NAME}-002"
