# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover from the first look to the last: what speaks against it, the call, and waiting while a client writes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ...aws.errors import ServiceError
from ...aws.session import Session
from ...elasticache.api import execute
from ...elasticache.names import name_problems
from ...reconcile.problems import Conflict, Failure, Refused
from .aim import plan_failover, take_aim
from .events import read_story
from .facts import Facts, Group, read_facts
from .measurement import Entrance, Measurement, find_entrance, look_inside
from .outcome import Measured, Outcome, Unfinished, losses
from .refusals import chosen_shard, earlier_test, find_problems, sends_password_in_plain_text, waits_for_another
from .spec import FailoverSpec, build_spec, spec_problems
from .watch import Watch, await_settled

UNCERTAIN = ("", "InternalFailure", "ServiceUnavailable")
"""Codes of a call that may have been carried out all the same; the first one is of a call without an answer."""


def fail_over(session: Session, params: Mapping[str, Any], check: bool) -> Outcome:
    """Raises Refused (nothing was asked for), Unfinished (the failover was), and other Failures before the call."""
    spec = build_spec(params)
    facts, group = look(session, spec)
    warnings: tuple[str, ...] = ()
    other = waits_for_another(spec, facts)
    if other and check:
        warnings = (f"shard {other.called_for} is being tested; a run would first wait until that has ended.",)
    elif other:
        await_settled(session, spec.replication_group_id, spec.wait_timeout)
        facts, group = look(session, spec)
    aim = take_aim(spec, facts, group)
    foretold = Outcome(
        spec.replication_group_id,
        aim,
        plan_failover(spec, aim),
        aim.primary,
        warnings=(*warnings, *earlier_test(facts, aim.node_group_id, aim.kind)),
    )
    if foretold.plan.is_empty:
        return replace(foretold, new=aim.primary)
    return foretold if check else Run(session, spec, foretold).carry_out(entrance_of(spec, group))


def look(session: Session, spec: FailoverSpec) -> tuple[Facts, Group]:
    """Raises Refused, with everything that speaks against the failover."""
    if name_problems("replication_group_id", spec.replication_group_id, 40):
        raise Refused(spec_problems(spec))
    facts = read_facts(session, spec.replication_group_id)
    entrance = entrance_of(spec, facts.group) if facts.group else None
    if facts.group and entrance and not facts.group.state.transitions:
        problem, primary = look_inside(entrance, facts.group)
        facts = replace(facts, client_problem=problem, engine_primary=primary)
    problems = find_problems(spec, facts)
    if problems or facts.group is None:
        raise Refused(problems)
    return facts, facts.group


def entrance_of(spec: FailoverSpec, group: Group) -> Entrance | None:
    """None where no client is to write, or none could."""
    shard = chosen_shard(spec, group)
    if not spec.measure or shard is None or sends_password_in_plain_text(spec, group):
        return None
    return find_entrance(spec, group, shard.slots)


@dataclass(frozen=True)
class Run:
    session: Session
    spec: FailoverSpec
    foretold: Outcome

    def carry_out(self, entrance: Entrance | None) -> Outcome:
        aim, name = self.foretold.aim, self.spec.replication_group_id
        known = frozenset(read_story(self.session, name, aim.members))
        watch = Watch(self.session, name, aim, known, self.spec.wait_timeout)
        with contextlib.ExitStack() as stack:
            measurement = None
            if entrance:
                measurement = stack.enter_context(Measurement(self.spec, aim, entrance).running())
            watch.require_unchanged()
            began = self.session.clock.now()
            outcome = replace(self.foretold, started=datetime.now(timezone.utc))
            self.ask(watch, outcome)
            try:
                if measurement or self.spec.wait:
                    roles = watch.await_promotion()
                    outcome = replace(outcome, previous=roles.previous, new=roles.new)
                self.await_end(outcome.previous, watch, measurement)
            except Failure as error:
                raise Unfinished(error, self.conclude(outcome, watch, measurement)) from error
            seconds = self.session.clock.now() - began
            outcome = replace(outcome, finished=datetime.now(timezone.utc), seconds=seconds)
            return self.conclude(outcome, watch, measurement)

    def ask(self, watch: Watch, outcome: Outcome) -> None:
        """The call, once. Where its answer was lost, or a repetition by the library met a group that had begun to
        change, the failover is looked for rather than asked for again. Raises Unfinished when nothing can be seen.
        """
        (step,) = self.foretold.plan.steps
        try:
            execute(self.session, step)
        except (Conflict, ServiceError) as error:
            if isinstance(error, ServiceError) and error.code not in UNCERTAIN:
                raise
            if not self.has_begun(watch, error, outcome):
                raise Failure(
                    f"{error} Nothing of a failover has shown since, so that it was most likely not carried out; look "
                    "at the group before this is run again."
                ) from error

    def has_begun(self, watch: Watch, error: Failure, outcome: Outcome) -> bool:
        try:
            return watch.await_beginning()
        except Failure as unseen:
            raise Unfinished(Failure(f"{error} What came of it could not be seen: {unseen}"), outcome) from unseen

    def await_end(self, previous: str | None, watch: Watch, measurement: Measurement | None) -> None:
        if measurement:
            watch.await_writable(measurement.why_not_moved)
        if self.spec.wait:
            watch.await_replacement(previous)

    def conclude(self, outcome: Outcome, watch: Watch, measurement: Measurement | None) -> Outcome:
        if measurement:
            measured = Measured.of(measurement)
            warnings = (*losses(measured), *measurement.remove_keys())
            outcome = replace(outcome, measured=measured).warn(*warnings)
        try:
            return replace(outcome, events=watch.events(*self.foretold.aim.members))
        except Failure as error:  # of no failover that has taken place can be said that it failed for that
            return outcome.warn(f"its events could not be read: {error}")
