# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making the temporary group, and removing it: what an earlier run has left, and what this one has made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.run import run_resource
from ...aws.session import Session
from ...aws.waiting import LATE_READS, WaitTimeout, wait_until
from ...elasticache.replication_group.normalize import ReplicationGroupState
from ...elasticache.replication_group.observe import observe
from ...elasticache.replication_group.resource import ReplicationGroup
from ...reconcile.plan import Plan
from ...reconcile.problems import Failure, Interrupted
from .temporary import description_of, foreign_problem, has_own_description, temporary_name

LEAST_PATIENCE = 3600
"""Seconds. A caller who wants a short test does not want to leave something behind that costs money."""


class Leftover(ReplicationGroup):
    """What a killed run has left. Nothing is done to a group that turns out to be somebody else's."""

    def __init__(self, session: Session, params: Mapping[str, Any], identifier: str) -> None:
        super().__init__(session, params)
        self.identifier = identifier

    def plan(self, state: ReplicationGroupState | None) -> Plan:
        problem = None if state is None else self.find_foreign(state)
        return Plan(refusals=(problem,)) if problem else super().plan(state)

    def find_foreign(self, state: ReplicationGroupState) -> str | None:
        return foreign_problem(state, self.identifier)


class Temporary(Leftover):
    """What the run `run` makes. Whoever may make a group need not be allowed to read its tags: the description will do,
    though not where a tag says otherwise.

    A run whose playbook was killed may live on. The one that follows takes its group for a leftover, and makes another
    of the same name, which is not this run's to use or to remove.
    """

    def __init__(self, session: Session, params: Mapping[str, Any], identifier: str, run: str) -> None:
        super().__init__(session, params, identifier)
        self.description = description_of(identifier, run)

    def find_foreign(self, state: ReplicationGroupState) -> str | None:
        if not has_own_description(state, self.identifier):
            return super().find_foreign(state)
        if state.description != self.description:
            return (
                f"replication_group_id: another run of the test has made the group {state.replication_group_id} "
                f"meanwhile ({state.description!r}), and sees to it. Run one test of a cache at a time."
            )
        return None if state.tags is None else super().find_foreign(state)


def make_group(session: Session, params: Mapping[str, Any], identifier: str, run: str) -> ReplicationGroupState:
    """Raises Failure."""
    wanted = {**params, "description": description_of(identifier, run)}
    made: ReplicationGroupState = run_resource(
        session, wanted, lambda where, given: Temporary(where, given, identifier, run), False
    ).after
    return made


def remove_made(session: Session, identifier: str, run: str, timeout: int) -> None:
    """Whatever its status, until it is gone. Raises Refused where it is somebody else's, and other Failures."""
    wanted = removal_params(identifier, timeout)
    run_resource(session, wanted, lambda where, given: Temporary(where, given, identifier, run), False)


def remove_leftover(session: Session, identifier: str, timeout: int) -> None:
    """See remove_made."""
    wanted = removal_params(identifier, timeout)
    run_resource(session, wanted, lambda where, params: Leftover(where, params, identifier), False)


def removal_params(identifier: str, timeout: int) -> dict[str, Any]:
    name = temporary_name(identifier)
    return {"replication_group_id": name, "state": "absent", "wait_timeout": max(timeout, LEAST_PATIENCE)}


def await_appearance(session: Session, identifier: str) -> None:
    """Until the group can be seen, or it is sure that it does not exist: reads lag behind its creation, whose answer
    may not have come."""
    name = temporary_name(identifier)

    def probe() -> tuple[bool | None, str]:
        return (True, "") if observe(session, name) else (None, "there is none")

    try:
        wait_until(session, f"{name} to be seen, in case that it was created", LATE_READS, probe)
    except WaitTimeout as none:
        session.progress(str(none))


def cause_of(failure: Failure) -> Failure:
    return failure.cause if isinstance(failure, Interrupted) else failure
