# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.standin.core.faults import FaultRule, Faults
from tests.standin.core.history import History
from tests.standin.core.world import SubnetGroup, World
from tests.unit.standin.core_calls import new_world


def describe(world: World) -> str:
    return world.subnet_groups["default"].description


def change(world: World, history: History, text: str) -> None:
    """A request that changes something, as the mount runs it."""
    history.keep(asked=True)
    world.subnet_groups["default"].description = text


def rule(**values: Any) -> FaultRule:
    return FaultRule.parse(values)


def test_a_rule_acts_as_often_as_it_says() -> None:
    faults = Faults()
    faults.add(rule(kind="throttle", operation="Modify*", times=2))
    taken = [faults.take("elasticache", "ModifyReplicationGroup", ["throttle"]) for _other in range(3)]
    assert [bool(found) for found in taken] == [True, True, False]
    assert faults.rules() == []


def test_a_rule_without_times_acts_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add(rule(kind="error", operation="*", code="ServiceUnavailable", status=503))
    assert all(faults.take("elasticache", "DescribeEvents", ["error"]) for _other in range(5))
    faults.clear()
    assert faults.take("elasticache", "DescribeEvents", ["error"]) is None


def test_rules_match_service_operation_and_kind() -> None:
    faults = Faults()
    faults.add(rule(kind="throttle", operation="Describe*", service="ec2"))
    assert faults.take("elasticache", "DescribeEvents", ["throttle"]) is None
    assert faults.take("ec2", "CreateVpc", ["throttle"]) is None
    assert faults.take("ec2", "DescribeVpcs", ["error"]) is None
    assert faults.take("ec2", "DescribeVpcs", ["error", "throttle"]) is not None


def test_the_first_rule_that_matches_acts() -> None:
    faults = Faults()
    faults.add(rule(kind="error", operation="Describe*", code="First"))
    faults.add(rule(kind="error", operation="DescribeEvents", code="Second"))
    found = faults.take("elasticache", "DescribeEvents", ["error"])
    assert found is not None
    assert found.code == "First"


def test_throttling_has_the_usual_code() -> None:
    throttle = rule(kind="throttle")
    assert (throttle.code, throttle.message, throttle.status) == ("Throttling", "Rate exceeded", 400)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "error", "oprations": "*"},
        {"kind": "delay"},
        {"kind": "throttle", "times": 0},
    ],
)
def test_what_is_not_understood_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        FaultRule.parse(values)


def test_a_stale_read_answers_the_state_before_the_latest_request() -> None:
    world, faults = new_world(), Faults()
    history = History(world, faults)
    faults.add(rule(kind="stale", operation="Describe*", times=2))
    before = describe(history.world_for("DescribeCacheSubnetGroups"))
    change(world, history, "changed")
    answers = [describe(history.world_for("DescribeCacheSubnetGroups")) for _other in range(3)]
    assert answers == [before, before, "changed"]


def test_reads_before_any_change_are_fresh_and_not_counted() -> None:
    world, faults = new_world(), Faults()
    history = History(world, faults)
    faults.add(rule(kind="stale", times=1))
    for _other in range(5):
        assert history.world_for("DescribeEvents") is world
    assert faults.rules()[0].times == 1


def test_a_stale_read_of_some_seconds_ago_follows_the_clock() -> None:
    world, faults = new_world(), Faults()
    history = History(world, faults)
    faults.add(rule(kind="stale", seconds=10))
    group = world.subnet_groups["default"]
    world.clock.after(5, lambda: setattr(group, "description", "at 5"), "first")
    world.clock.after(20, lambda: setattr(group, "description", "at 20"), "second")
    world.clock.advance(12)
    assert describe(history.world_for("DescribeEvents")) == "Default CacheSubnetGroup"
    world.clock.advance(4)
    assert describe(history.world_for("DescribeEvents")) == "at 5"
    world.clock.advance(8)
    assert describe(history.world_for("DescribeEvents")) == "at 5"
    world.clock.advance(8)
    assert describe(history.world_for("DescribeEvents")) == "at 20"


def test_nothing_is_kept_without_a_rule() -> None:
    world, faults = new_world(), Faults()
    history = History(world, faults)
    change(world, history, "changed")
    faults.add(rule(kind="stale"))
    assert history.world_for("DescribeEvents") is world


def test_a_frozen_world_is_a_copy_of_records_with_the_living_clock() -> None:
    world = new_world()
    frozen = world.frozen()
    world.subnet_groups["new"] = SubnetGroup("new", "", "vpc-1", [])
    world.tags.replace("arn", {"a": "1"})
    assert "new" not in frozen.subnet_groups
    assert frozen.tags.get("arn") == {}
    assert frozen.clock is world.clock
    assert frozen.engines is world.engines


def test_a_closed_history_follows_no_longer() -> None:
    world, faults = new_world(), Faults()
    history = History(world, faults)
    history.close()
    assert world.clock.before_action == []
