# SPDX-License-Identifier: GPL-3.0-or-later
"""elasticache_parameter_group where runs are cut off, connections lost, reads late and the service busy."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Interrupted

from tests.component.parameter_groups import AS_SET, GROUP, MANY, NAME, POSSIBLE, module_on, with_vibewell
from tests.component.runs import Cloud, Killed, Module


@pytest.fixture
def group(cloud: Cloud) -> Module:
    return module_on(cloud)


@pytest.fixture
def vibewell(cloud: Cloud) -> Module:
    return with_vibewell(cloud)


def test_many_parameters_go_in_batches(group: Module) -> None:
    assert len(MANY) == 45
    done = group.changes(**GROUP, parameters=MANY)
    assert len(done.after.parameters) == 45
    assert [step.operation for step in done.plan.steps] == [
        "create_cache_parameter_group",
        *["modify_cache_parameter_group"] * 3,
    ]
    group.cloud.standin.control.advance(60)
    emptied = group.changes(parameter_group_name=NAME, parameters={})
    assert emptied.after.parameters == {}
    assert [step.operation for step in emptied.plan.steps] == ["reset_cache_parameter_group"] * 3


def test_pending_changes_are_waited_for_on_the_sessions_clock(group: Module) -> None:
    group.run(**GROUP, parameters=MANY)
    assert group.cloud.clock.passed > 2 * group.cloud.standin.durations.parameter_apply
    assert any("has pending changes" in line for line in group.cloud.told)


@pytest.mark.parametrize("lives", range(1, 5))
def test_a_run_killed_after_each_call_is_completed_by_the_next(group: Module, lives: int) -> None:
    group.cloud.standin.control.set_durations(parameter_apply=0)
    wanted = {**GROUP, "parameters": MANY, "tags": {"Project": "vibewell"}}
    with pytest.raises(Killed):
        group.run_with(group.cloud.mortal_session(lives), **wanted)
    assert len(group.cloud.changes()) == lives
    outcome = group.run(**wanted)
    assert len(outcome.after.parameters) == 45
    assert outcome.after.tags == {"Project": "vibewell"}
    assert not group.run(**wanted).changed
    assert len(group.cloud.changes()) == 4


@pytest.mark.parametrize("lives", range(1, 6))
def test_a_five_call_change_killed_after_each_is_completed_by_the_next(group: Module, lives: int) -> None:
    group.cloud.standin.control.set_durations(parameter_apply=0)
    names = sorted(MANY)
    group.run(**GROUP, parameters={name: MANY[name] for name in names[:25]}, tags={"Old": "1"})
    before = len(group.cloud.changes())
    wanted = {**GROUP, "parameters": {name: MANY[name] for name in names[25:40]}, "tags": {"New": "1"}}
    with pytest.raises(Killed):
        group.run_with(group.cloud.mortal_session(lives), **wanted)
    outcome = group.run(**wanted)
    assert set(outcome.after.parameters) == set(names[25:40])
    assert outcome.after.tags == {"New": "1"}
    assert not group.run(**wanted).changed
    assert len(group.cloud.changes()) - before == 5


@pytest.mark.parametrize("operation", ["Describe*", "CreateCacheParameterGroup", "ModifyCacheParameterGroup", "*"])
def test_throttling_is_survived(group: Module, pauses: list[float], operation: str) -> None:
    group.cloud.standin.control.add_fault("throttle", operation, times=7)
    assert group.run(**GROUP, parameters=POSSIBLE).after.parameters == AS_SET
    assert len(pauses) >= 7


LOSSES = ("CreateCacheParameterGroup", "ModifyCacheParameterGroup", "AddTagsToResource", "DescribeCacheParameters")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("operation", LOSSES)
def test_a_lost_connection_is_survived(group: Module, pauses: list[float], kind: str, operation: str) -> None:
    group.cloud.standin.control.add_fault(kind, operation, times=1)
    group.run(**GROUP, parameters=POSSIBLE)
    outcome = group.run(parameter_group_name=NAME, parameters=POSSIBLE, tags={"Project": "vibewell"})
    assert outcome.after.parameters == AS_SET
    assert outcome.after.tags == {"Project": "vibewell"}


@pytest.mark.parametrize("operation", ["ResetCacheParameterGroup", "DeleteCacheParameterGroup"])
def test_a_lost_answer_to_what_takes_away_is_survived(vibewell: Module, pauses: list[float], operation: str) -> None:
    vibewell.cloud.standin.control.add_fault("drop_after", operation, times=1)
    assert vibewell.run(parameter_group_name=NAME, parameters={}).after.parameters == {}
    assert vibewell.run(parameter_group_name=NAME, state="absent").after is None


def test_connections_lost_for_good_are_an_interruption(vibewell: Module, pauses: list[float]) -> None:
    vibewell.cloud.standin.control.add_fault("drop_before", "ModifyCacheParameterGroup")
    with pytest.raises(Interrupted) as interrupted:
        vibewell.run(parameter_group_name=NAME, parameters={"timeout": 600}, tags={})
    assert [step.operation for step in interrupted.value.done] == ["reset_cache_parameter_group"]
    vibewell.cloud.standin.control.clear_faults()
    outcome = vibewell.run(parameter_group_name=NAME, parameters={"timeout": 600}, tags={})
    assert outcome.after.parameters == {"timeout": "600"}
    assert outcome.after.tags == {}


def test_reads_that_lag_are_waited_out(group: Module) -> None:
    group.cloud.standin.control.add_fault("stale", "Describe*", times=4)
    assert group.run(**GROUP, parameters=POSSIBLE).after.parameters == AS_SET


def test_a_lost_answer_and_reads_that_lag_make_one_group(group: Module, pauses: list[float]) -> None:
    group.cloud.standin.control.add_fault("drop_after", "CreateCacheParameterGroup", times=1)
    group.cloud.standin.control.add_fault("stale", "Describe*", seconds=20, times=6)
    assert group.run(**GROUP, parameters=POSSIBLE).after.parameters == AS_SET


def test_a_missing_permission_is_told(vibewell: Module) -> None:
    denied = {"code": "AccessDenied", "message": "You may not.", "status": 403}
    vibewell.cloud.standin.control.add_fault("error", "ModifyCacheParameterGroup", **denied)
    with pytest.raises(Interrupted, match="the README lists the least that each module needs") as interrupted:
        vibewell.run(parameter_group_name=NAME, parameters={**POSSIBLE, "timeout": 600})
    assert isinstance(interrupted.value.cause, ServiceError)
