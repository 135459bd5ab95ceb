# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks against a failover: each rule, and all of them together."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import Facts, Group
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.refusals import (
    earlier_test,
    find_problems,
    waits_for_another,
)

from tests.unit.plugins.module_utils.operations.failover.samples import called, facts, group, sharded, spec

ALONE = {"0001": ("phb-001",)}
OFF: dict[str, Any] = {"AutomaticFailover": "disabled"}


@pytest.mark.parametrize(
    ("params", "found", "problem"),
    [
        ({"confirm": "phb2"}, group(), "confirm: it is 'phb2'"),
        ({"key_prefix": ""}, group(), "key_prefix: "),
        ({"key_prefix": "a{b"}, group(), "key_prefix: "),
        ({"wait_timeout": 0}, group(), "wait_timeout: "),
        ({}, None, "there is no replication group phb here"),
        ({}, group(ALONE), "shard 0001 has no replica"),
        ({}, group(**OFF), "automatic failover is off"),
        ({}, group(status="snapshotting"), "the group is not available (the group is snapshotting)"),
        ({}, sharded(), "the group has several shards; name the one to fail over: '0001', '0002'"),
        ({"node_group_id": "0003"}, sharded(), "there is no shard '0003'"),
        ({"password": "x"}, group(), "password: the group has no encryption in transit"),
        ({"promote": "phb-002"}, group(), "while automatic_failover_enabled is on"),
        ({"promote": "phb-002"}, group(MultiAZ="enabled", **OFF), "while multi_az_enabled is on"),
        ({"promote": "phb-009"}, group(**OFF), "phb-009 is no member of the group"),
        ({"promote": "phb-0001-002"}, sharded(), "in cluster mode the service promotes nobody by name"),
        (
            {"promote": "phb-002"},
            group(status="modifying", promoting="phb-002", **OFF),
            "phb-002 is being promoted already",
        ),
    ],
)
def test_a_problem(params: dict[str, Any], found: Group | None, problem: str) -> None:
    problems = find_problems(spec(**params), facts(found))
    assert [each for each in problems if problem in each] == problems
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, group()),
        ({"confirm": "PHB"}, group()),
        ({"node_group_id": "", "promote": "", "password": "", "username": ""}, group()),
        ({"node_group_id": "0002"}, sharded()),
        ({"promote": "phb-003"}, group(**OFF)),
        ({"promote": "PHB-003"}, group(**OFF)),
        ({"promote": "phb-001"}, group()),  # primary already, so that nothing is asked for
        ({"promote": "phb-001"}, group(ALONE, **OFF)),
        ({"password": "x"}, group(TransitEncryptionEnabled=True)),
        ({"password": "x", "measure": False}, group()),
    ],
)
def test_nothing_speaks_against_it(params: dict[str, Any], found: Group) -> None:
    assert find_problems(spec(**params), facts(found)) == []


def test_all_at_once() -> None:
    known = Facts(group(ALONE, status="modifying", **OFF), calls=[called()] * 15, client_problem="measure: no way in.")
    problems = find_problems(spec(confirm="no", password="x"), known)
    starts = ["confirm", "replication_group_id", "replication_group_id", "replication_group_id", "replication_group_id"]
    assert [problem.partition(":")[0] for problem in problems] == [*starts, "password", "measure"]


def test_the_limit_counts_calls_for_any_group_of_the_region() -> None:
    calls = [called(minutes=60, source="another")] * 15
    (problem,) = find_problems(spec(), facts(group(), calls=calls))
    assert "Run again after 2026-11-21T11:00:00+00:00" in problem
    assert find_problems(spec(), facts(group(), calls=calls[1:])) == []
    assert find_problems(spec(promote="phb-002"), facts(group(**OFF), calls=calls)) == []


def test_a_test_under_way_is_told_with_its_time() -> None:
    known = facts(group(status="modifying"), recent=[called("0001", 30), called("0001", 2)])
    (problem,) = find_problems(spec(), known)
    assert "a test failover of shard 0001 is under way, called for at 2026-11-20T11:58:00+00:00" in problem


def test_an_earlier_test_of_a_settled_group_is_worth_a_warning() -> None:
    known = facts(group(), recent=[called("0001", 5)])
    assert find_problems(spec(), known) == []
    (warning,) = earlier_test(known, "0001", "test")
    assert "2026-11-20T11:55:00+00:00" in warning
    assert earlier_test(known, "0002", "test") == ()
    assert earlier_test(known, "0001", "promotion") == ()


def test_only_the_test_of_another_shard_is_waited_for() -> None:
    recent = [called("0001", 2)]
    modifying = sharded(status="modifying")
    second = spec(node_group_id="0002")
    assert waits_for_another(second, facts(modifying, recent=recent)) == recent[0]
    assert find_problems(second, facts(modifying, recent=recent)) == []
    assert waits_for_another(spec(node_group_id="0001"), facts(modifying, recent=recent)) is None
    assert waits_for_another(second, facts(sharded(), recent=recent)) is None
    assert waits_for_another(second, facts(modifying)) is None
    assert waits_for_another(second, facts(None)) is None
