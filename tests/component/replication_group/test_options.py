# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option is changed, foretold by check mode, repeated; what is fixed at creation is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.fields import FIELDS
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import report

from tests.component.replication_group.cases import (
    BASE,
    CHANGES,
    CREATION_MEMBERS,
    FIXED,
    NEW_TOKEN,
    SAFE_PAIR,
    SHARDED,
    TOKEN,
    Case,
    full_group,
)
from tests.component.replication_group.cloud import Landscape

TERMS = {"wait", "wait_timeout", "allow_disruption"}
COVERED_ELSEWHERE = {
    "auth_token_update_strategy": "auth_token",
    "final_snapshot_identifier": "test_lifecycle.py",
    "ip_discovery": "ip_discovery needs a dual-stack network",
    "purge_tags": "test_tags_that_are_not_named_can_stay",
    "replication_group_id": "the identifier",
    "serverless_snapshot_name": "test_restore.py",
    "snapshot_arns": "test_restore.py",
    "snapshot_name": "test_restore.py",
    "state": "test_lifecycle.py",
}


def members_sent(cloud: Landscape) -> set[str]:
    return {f"{operation}.{member}" for operation, parameters in cloud.sent() for member in parameters}


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.name)
def test_change(cloud: Landscape, case: Case) -> None:
    name = cloud.new_name()
    cloud.run(name, **case.start(cloud))
    wanted = {**case.change(cloud), **case.terms}
    cloud.standin.control.clear_calls()

    if case.repeats:
        cloud.module.changes(replication_group_id=name, **wanted)
    else:
        carry_out_an_order(cloud, name, wanted)
    assert set(case.members) <= members_sent(cloud)


def carry_out_an_order(cloud: Landscape, name: str, wanted: dict[str, Any]) -> None:
    """An order is carried out by each run, as check mode says."""
    foretold = cloud.run(name, check=True, **wanted)
    for _other in range(2):
        done = cloud.run(name, **wanted)
        assert done.changed
        assert report(foretold) == report(done)


def test_cluster_mode_goes_through_compatible_and_back_only_from_there(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **SAFE_PAIR)
    for mode in ("compatible", "disabled", "compatible", "enabled"):
        done = cloud.module.changes(replication_group_id=name, cluster_mode=mode, allow_disruption="connections")
        assert done.after.cluster_mode == mode
    assert cloud.run(name).after.endpoints.configuration is not None
    cloud.module.refuses(replication_group_id=name, cluster_mode="compatible", allow_disruption="connections")


def test_every_option_has_a_case() -> None:
    tried = {case.option for case in CHANGES} | {option for option, _start, _value in FIXED} | set(COVERED_ELSEWHERE)
    assert set(argument_spec()) - TERMS == tried


@pytest.mark.parametrize(("option", "start", "value"), FIXED, ids=lambda part: part if isinstance(part, str) else "")
def test_what_is_fixed_at_creation_is_refused(cloud: Landscape, option: str, start: Any, value: Any) -> None:
    name = cloud.new_name()
    cloud.run(name, **start(cloud))
    cloud.standin.control.clear_calls()
    with pytest.raises(Refused, match=f"{option}: .* is impossible") as refused:
        cloud.run(name, allow_disruption="data_movement", **{option: value(cloud)})
    assert cloud.sent() == []
    assert refused.value.plan is not None
    assert refused.value.plan.disruption.value == "replacement"


def test_creation_sends_every_member_that_we_know(cloud: Landscape) -> None:
    full = full_group(cloud)
    assert {each.name for each in FIELDS.declared} - set(full) == {
        "replication_group_id",
        "cluster_mode",
        "num_node_groups",
    }
    name, sharded = cloud.new_name(), cloud.new_name()
    cloud.standin.control.clear_calls()
    foretold = cloud.run(name, check=True, **full)
    created = cloud.run(name, **full)
    cloud.run(sharded, **SHARDED)
    assert report(foretold) == report(created)
    assert {f"CreateReplicationGroup.{member}" for member in CREATION_MEMBERS} == members_sent(cloud)
    assert not cloud.run(name, **full).changed
    assert not cloud.run(sharded, **SHARDED).changed


def test_a_repeat_takes_three_reads(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **BASE, tags={"Project": "PHB"})
    cloud.standin.control.clear_calls()
    assert not cloud.run(name, **BASE, tags={"Project": "PHB"}).changed
    assert cloud.standin.control.call_counts() == {
        "elasticache:DescribeCacheClusters": 1,
        "elasticache:DescribeReplicationGroups": 1,
        "elasticache:ListTagsForResource": 1,
    }


def test_tags_that_are_not_named_can_stay(cloud: Landscape) -> None:
    name = cloud.new_name()
    cloud.run(name, **BASE, tags={"Old": "1"})
    after = cloud.run(name, tags={"New": "2"}, purge_tags=False).after
    assert after.tags == {"Old": "1", "New": "2"}
    assert cloud.run(name, tags={}).after.tags == {}


def test_a_token_is_added_and_then_made_the_only_one(cloud: Landscape) -> None:
    name = cloud.new_name()
    start = {**BASE, "transit_encryption_enabled": True}
    cloud.run(name, **start)
    with pytest.raises(Refused, match="the group has no token yet"):
        cloud.run(name, auth_token=NEW_TOKEN)
    cloud.run(name, auth_token=NEW_TOKEN, auth_token_update_strategy="ROTATE")
    with pytest.raises(Refused, match="has the disruption `connections`"):
        cloud.run(name, auth_token=NEW_TOKEN, auth_token_update_strategy="SET")
    final = cloud.run(name, auth_token=NEW_TOKEN, auth_token_update_strategy="SET", allow_disruption="connections")
    assert final.after.auth_token_enabled
    assert not cloud.run(name, auth_token=NEW_TOKEN).changed
    assert NEW_TOKEN not in json.dumps(report(final)) + repr(final)


def test_no_token_is_in_the_report_of_a_creation(cloud: Landscape) -> None:
    outcome = cloud.run(cloud.new_name(), **BASE, transit_encryption_enabled=True, auth_token=TOKEN)
    assert TOKEN not in json.dumps(report(outcome)) + repr(outcome)
    assert outcome.plan.steps[0].arguments["AuthToken"].reveal() == TOKEN
