# SPDX-License-Identifier: GPL-3.0-or-later
"""A new group from a snapshot or from files, as preflight judges it."""

from __future__ import annotations

from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.facts import EngineVersion, Facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.read import read_facts
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import build_request
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import Findings, judge
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import Source

from tests.unit.plugins.module_utils.elasticache.replication_group.restore.samples import (
    SNAPSHOT,
    api_serverless_snapshot,
    api_sharded_snapshot,
    api_snapshot,
    good_file,
    snapshot_of,
)
from tests.unit.plugins.module_utils.elasticache.replication_group.samples import api_group, make_state

from .answers import Answers
from .samples import NAME, TODAY, VERSIONS, subnet_group

NEW = Facts(clusters=(), groups=(), engine_versions=VERSIONS, subnet_groups=(subnet_group(),))


def known(answer: dict[str, Any] | None = None, **changes: Any) -> Facts:
    """What is read about a restore from `answer`."""
    values = {"source": Source(snapshot_of(answer or api_snapshot())), **changes}
    return Facts(**{**vars(NEW), **values})


def looked(facts: Facts, **params: Any) -> Findings:
    given = {"replication_group_id": NAME, "description": "Restored", "snapshot_name": SNAPSHOT, **params}
    return judge(build_request(given, TODAY), facts)


def read(answers: Answers, **params: Any) -> Facts:
    given = {"replication_group_id": NAME, "description": "Restored", "snapshot_name": SNAPSHOT, **params}
    return read_facts(answers.session(), build_request(given, TODAY))


def test_what_is_not_given_counts_as_what_the_snapshot_has() -> None:
    findings = looked(known(api_sharded_snapshot("1 GB", "1 GB")), replicas_per_node_group=1)
    assert findings.problems == ()
    told = findings.facts
    assert (told["engine"], told["engine_version"], told["node_type"]["name"], told["nodes"]) == (
        "redis",
        "7.1",
        "cache.t3.small",
        4,
    )


def test_what_the_snapshot_brings_is_held_against_the_region() -> None:
    other = (EngineVersion("redis", "7.0", "redis7"),)
    (problem,) = looked(known(engine_versions=other)).problems
    assert problem.startswith("engine_version: redis 7.1 is not offered in this region")
    (retired,) = looked(known(api_snapshot(CacheNodeType="cache.t2.small"))).problems
    assert retired.startswith("node_type: cache.t2.small can no longer be created")


def test_the_rules_of_a_restore_are_those_of_the_module() -> None:
    problems = looked(known(api_snapshot(SnapshotStatus="creating")), engine_version="6.2").problems
    assert [each.split(":")[0] for each in problems] == ["snapshot_name", "engine_version"]


def test_tiered_data_may_go_to_nodes_that_tier() -> None:
    tiered = api_snapshot(CacheNodeType="cache.r6gd.xlarge", DataTiering="enabled")
    assert looked(known(tiered)).problems == ()
    assert len(looked(known(), node_type="cache.r6gd.xlarge").problems) == 1


def test_what_could_not_be_read_of_the_source_is_a_warning() -> None:
    source = Source(files=(good_file(),), region="us-east-1", unread=("not checked: a part.",))
    params = {"snapshot_name": None, "snapshot_arns": [good_file().arn], "node_type": "cache.t3.small"}
    findings = looked(known(source=source), **params, engine_version="7.1")
    assert findings.problems == ()
    assert "not checked: a part." in findings.warnings


def test_the_warnings_of_other_plans_are_no_business_of_a_preflight() -> None:
    state = make_state(pending={"node_type": "cache.t3.medium"})
    findings = judge(build_request({"replication_group_id": NAME}, TODAY), known(groups=(state,), source=None))
    assert not any("waits for the maintenance window" in each for each in findings.warnings)


def test_a_snapshot_is_read_for_a_new_group() -> None:
    answers = Answers({"DescribeSnapshots": {"Snapshots": [api_snapshot()]}})
    facts = read(answers)
    assert facts.source is not None
    assert facts.source.snapshot is not None
    assert "DescribeCacheEngineVersions" in answers.calls
    assert answers.calls.count("DescribeCacheEngineVersions") == 1


def test_a_snapshot_of_a_serverless_cache_is_read_as_such() -> None:
    answers = Answers(
        {"DescribeServerlessCacheSnapshots": {"ServerlessCacheSnapshots": [api_serverless_snapshot(ARN="arn")]}}
    )
    facts = read(answers, snapshot_name=None, serverless_snapshot_name=SNAPSHOT)
    assert facts.source is not None
    assert facts.source.snapshot is not None
    assert facts.source.snapshot.serverless
    assert "DescribeSnapshots" not in answers.calls
    found = looked(facts, snapshot_name=None, serverless_snapshot_name=SNAPSHOT)
    assert [told.split(":")[0] for told in found.problems if "required" in told] == [
        "node_type",
        "transit_encryption_enabled",
        "engine_version",
    ]


def test_no_snapshot_is_read_for_a_group_that_exists() -> None:
    answers = Answers({"DescribeReplicationGroups": {"ReplicationGroups": [api_group()]}})
    assert read(answers).source is None
    assert "DescribeSnapshots" not in answers.calls


def test_a_reservation_that_is_yet_to_be_set_counts() -> None:
    answers = Answers({"DescribeSnapshots": {"Snapshots": [api_snapshot()]}})
    facts = read(answers, parameters={"reserved-memory-percent": 60})
    assert facts.source is not None
    assert facts.source.reserved_percent == 60


def test_without_permission_the_snapshot_is_left_to_the_service() -> None:
    facts = read(Answers({"DescribeSnapshots": "AccessDenied"}))
    assert facts.source is None
    told = "not checked: whether the snapshot can be restored, since elasticache:DescribeSnapshots or "
    assert any(each.startswith(told) for each in facts.unread)
    assert looked(known(source=None)).problems == ()
