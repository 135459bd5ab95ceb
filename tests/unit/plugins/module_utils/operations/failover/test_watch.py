# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose failover an event tells of, and when an old primary counts as replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session
from ansible_collections.redisops.cache.plugins.module_utils.aws.waiting import LATE_READS
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.aim import take_aim
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.events import Event
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.facts import Facts, Group
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.watch import Roles, Watch
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure

from tests.unit.plugins.module_utils.operations.failover.samples import called, completed, event, group, sharded, spec

FORMER, PROMOTED = "phb-0002-001", "phb-0002-002"
RECOVERED = event("Finished recovery for cache nodes 0001", source=FORMER)


@dataclass
class Told:
    """Time that passes with each pause; what the group and its events say at each of them, the last of it for good."""

    groups: Sequence[Group]
    stories: Sequence[Sequence[Event]] = ((),)
    pauses: int = 0
    passed: float = 0.0

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.pauses += 1

    def watch(self) -> Watch:
        told = self

        class Watching(Watch):
            def group(self) -> Group:
                return told.groups[min(told.pauses, len(told.groups) - 1)]

            def events(self, *_members: str | None) -> list[Event]:
                return list(told.stories[min(told.pauses, len(told.stories) - 1)])

        found = self.groups[0]
        aim = take_aim(spec(node_group_id=found.state.node_groups[-1].node_group_id), Facts(found), found)
        return Watching(Session(lambda _service: None, self), "phb", aim, frozenset(), 3600)


@pytest.mark.parametrize(
    ("story", "roles"),
    [
        ([completed(FORMER, PROMOTED, 5)], None),
        ([completed(FORMER, PROMOTED, 5), called("0002", 4)], None),
        ([called("0001", 5), completed(FORMER, PROMOTED, 4)], None),
        ([called("0002", 5), completed(FORMER, PROMOTED, 4)], Roles(FORMER, PROMOTED)),
    ],
)
def test_only_what_came_after_the_call_tells_of_this_failover(story: list[Event], roles: Roles | None) -> None:
    assert Told([sharded()], [story]).watch().roles(sharded()) == roles


def test_a_group_that_is_settled_is_not_the_end_before_the_old_primary_has_recovered() -> None:
    told = Told([sharded(status="modifying"), sharded()], [[called("0002")]] * 3 + [[called("0002"), RECOVERED]])
    told.watch().await_replacement(FORMER)
    assert told.pauses == 3


def test_a_recovery_that_nobody_tells_of_is_believed_after_a_while() -> None:
    told = Told([sharded()], [[called("0002")]])
    told.watch().await_replacement(FORMER)
    assert told.passed >= LATE_READS


def test_what_somebody_else_has_changed_while_the_run_began() -> None:
    Told([sharded()]).watch().require_unchanged()
    with pytest.raises(Failure, match=r"\(the group is modifying.*No failover was asked for"):
        Told([sharded(status="modifying")]).watch().require_unchanged()
    found = Told([group()])
    watch = found.watch()
    found.groups = [group({"0001": ("phb-002", "phb-001", "phb-003")})]
    with pytest.raises(Failure, match="phb-002 is primary in place of phb-001"):
        watch.require_unchanged()
