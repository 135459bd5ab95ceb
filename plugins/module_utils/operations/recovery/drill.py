# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recovery test from its start to the removal of what it made."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from ...aws.session import Session
from ...aws.waiting import WaitTimeout, wait_until
from ...reconcile.problems import Failure, Refused
from ...redis.failures import CheckError
from .arguments import Request
from .comparison import (
    Comparison,
    Record,
    Terms,
    compare_counts,
    compare_digests,
    compare_nothing,
    compare_record,
    compare_recorded_count,
)
from .interruption import Interruption, Stopped, interruptible
from .outcome import LEFTOVER, Drill, Phase, objectives_of
from .outlook import Outlook, Outside, look_ahead, told_of
from .removal import await_appearance, cause_of, make_group, remove_leftover, remove_made
from .servers import Counts, Server, was_written
from .temporary import endpoint_of, restored_target

PREPARE, RESTORE, FIRST_READ, COMPARE, REMOVE = "prepare", "restore", "first_read", "compare", "remove"


def run_drill(session: Session, request: Request, outside: Outside, check: bool) -> tuple[Drill, Outlook]:
    """Raises Refused and ServiceError before anything is made; whatever goes wrong later is a problem of the Drill."""
    began = session.clock.now()
    outlook = look_ahead(session, request, outside)
    seconds = session.clock.now() - began
    drill = begin(outlook, session.service_now() - timedelta(seconds=seconds))
    drill.phases.append(Phase(PREPARE, round(seconds, 3)))
    if check:
        return drill, outlook
    with interruptible() as interruption:
        Recovery(session, outlook, drill, outside).run(interruption)
    drill.conclude()
    return drill, outlook


def begin(outlook: Outlook, started: datetime) -> Drill:
    """`started` by the service's clock, as the moment of the snapshot is."""
    snapshot = outlook.snapshot
    age = (started - datetime.fromisoformat(snapshot.created)).total_seconds()
    return Drill(
        replication_group_id=outlook.request.replication_group_id,
        temporary_group_id=outlook.temporary_name,
        snapshot_name=snapshot.snapshot_name,
        snapshot_created=snapshot.created,
        node_type=str(outlook.params.get("node_type", "")),
        started=started.isoformat(timespec="seconds"),
        recovery_point_seconds=max(0.0, round(age, 3)),  # whole seconds against whole seconds, so one less is nothing
        objectives=objectives_of(outlook.request),
        warnings=outlook.warnings(),
    )


class Recovery:
    """`is_left`: there is something of an earlier run; `is_made`: the creation was, or may have been, asked for;
    `is_restored`: it has come to its end."""

    def __init__(self, session: Session, outlook: Outlook, drill: Drill, outside: Outside) -> None:
        self.session = session
        self.outlook = outlook
        self.request = outlook.request
        self.drill = drill
        self.outside = outside
        self.terms = Terms(outlook.request.comparison, outlook.request.count_tolerance)
        self.run_id = secrets.token_hex(4)
        self.is_left = outlook.leftover is not None
        self.is_made = self.is_restored = False

    def run(self, interruption: Interruption) -> None:
        """However it ends, the temporary group is removed. Raises Refused as long as there is none."""
        try:
            try:
                self.recover()
            finally:
                interruption.hold()
        except Failure as failure:
            if isinstance(failure, Refused) and not self.is_made:
                raise
            if self.is_left:
                self.tell_left(failure)
                return
            self.drill.problems.append(self.tell(failure))
        except KeyboardInterrupt as stop:
            self.drill.interrupted_by = stop.name if isinstance(stop, Stopped) else "SIGINT"
            self.drill.problems.append(f"the test was interrupted by {self.drill.interrupted_by}.")
        except Exception:
            self.remove()
            raise
        self.remove()

    def recover(self) -> None:
        drill, clock = self.drill, self.session.clock
        if self.is_left:
            with drill.phase(LEFTOVER, clock):
                remove_leftover(self.session, self.request.replication_group_id, self.request.wait_timeout)
            self.is_left = False
        with drill.phase(RESTORE, clock):
            restored = self.restore()
        with drill.phase(FIRST_READ, clock):
            self.read_first(restored)
        drill.note_first_read()
        with drill.phase(COMPARE, clock):
            drill.comparison = self.compare(restored)
            self.note_evictions(restored)

    def restore(self) -> Server:
        self.session.progress(f"restoring {self.drill.snapshot_name} into {self.drill.temporary_group_id}")
        self.is_made = True
        state = make_group(self.session, self.outlook.params, self.request.replication_group_id, self.run_id)
        self.is_restored = True
        endpoint = endpoint_of(state)
        if endpoint is None:
            raise Failure(f"{self.drill.temporary_group_id} is available, but has no endpoint to read from.")
        target = restored_target(self.request, state, endpoint, self.outlook.token)
        return self.outside.connect(target, state.is_clustered, self.session.clock)

    def read_first(self, restored: Server) -> None:
        """Names and listeners of a new group may lag behind its status; what does not pass by itself is a failure."""
        name = self.drill.temporary_group_id

        def probe() -> tuple[bool | None, str]:
            try:
                restored.answer()
            except CheckError as error:
                if error.cause.transient:
                    return None, error.detail
                raise
            return True, ""

        with told_of(f"{name} cannot be read"):
            wait_until(self.session, f"{name} to answer", self.request.wait_timeout, probe)

    def compare(self, restored: Server) -> Comparison:
        record, source = self.outlook.record, self.outlook.source
        with told_of(f"{self.drill.temporary_group_id} cannot be compared"):
            if record is not None:
                return self.compare_with_record(record, restored)
            if source.server is None:
                return compare_nothing(restored.count(), source.why_not)
        return self.compare_with_source(source.server, restored)

    def compare_with_record(self, record: Record, restored: Server) -> Comparison:
        if self.terms.comparison == "counts":
            return compare_recorded_count(record, restored.count(), self.terms)
        return compare_record(record, restored.read(), self.terms)

    def compare_with_source(self, source: Server, restored: Server) -> Comparison:
        """A source that is known to be in use is not read through for a digest that cannot be equal."""
        with told_of(f"{self.request.replication_group_id} and what was restored of it cannot be compared"):
            if self.terms.comparison == "counts":
                return compare_counts(source.count(), restored.count(), self.terms, "comparison=counts")
            now = source.count()
            if self.terms.comparison == "auto" and was_written(self.before, now):
                reason = "the source was written to while the snapshot was restored, so their digests cannot be equal"
                return compare_counts(now, restored.count(), self.terms, reason)
            return self.compare_by_digest(source, restored)

    @property
    def before(self) -> Counts:
        return self.outlook.source.before or Counts(0)

    def compare_by_digest(self, source: Server, restored: Server) -> Comparison:
        """Close together: what was restored is read first, since it is the faster one, and once more when some of its
        keys expired while the source was read. So the source, which others use, is read through only once."""
        found = restored.read()
        wanted = source.read(self.request.rate_limit)
        if found.digest != wanted.digest and restored.count().expired_later != found.counts.expired_later:
            found = restored.read()
        return compare_digests(wanted, found, self.terms)

    def note_evictions(self, restored: Server) -> None:
        with told_of(f"{self.drill.temporary_group_id} cannot be read"):
            evicted = restored.count().evicted
        if evicted:
            self.drill.problems.append(
                f"node_type: {evicted} keys were evicted, since {self.drill.node_type} is too small for the snapshot; "
                "name a larger one."
            )

    def remove(self) -> None:
        drill = self.drill
        drill.removed = True
        if not (self.is_made or self.is_left):
            return
        try:
            with drill.phase(REMOVE, self.session.clock):
                self.remove_group()
        except Refused as foreign:
            drill.problems += [each for each in foreign.problems if each not in drill.problems]
        except Failure as failure:
            self.tell_left(failure)

    def remove_group(self) -> None:
        """Raises Refused where it is somebody else's, and other Failures."""
        identifier, timeout = self.request.replication_group_id, self.request.wait_timeout
        if self.is_left:
            remove_leftover(self.session, identifier, timeout)
            return
        if not self.is_restored:
            await_appearance(self.session, identifier)
        remove_made(self.session, identifier, self.run_id, timeout)

    def tell_left(self, failure: Failure) -> None:
        """What is left behind is named loudly: it costs money until somebody deletes it."""
        drill = self.drill
        drill.removed = False
        told = (
            f"the temporary group {drill.temporary_group_id} could not be removed and goes on costing money: {failure} "
            "Delete it, or run the test again, which removes it first."
        )
        drill.problems.append(told)
        drill.warnings.append(told)

    def tell(self, failure: Failure) -> str:
        """A wait that was too long goes on by itself elsewhere, but not here."""
        if not isinstance(cause_of(failure), WaitTimeout):
            return str(failure)
        return f"{self.drill.phases[-1].name}: {failure} Each run of the test begins anew."
