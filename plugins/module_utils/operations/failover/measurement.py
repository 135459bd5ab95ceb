# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writing client of one failover: where it logs in, its warm beginning, and what it went through."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ...reconcile.problems import Failure
from ...redis.connection import Target, resolve_by_system
from ...redis.failures import CheckError
from ...redis.keyspace.nodes import ClosableSession
from ...redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT
from ...redis.waiting import wait_until
from ...redis.writing.afterwards import find_written, remove_written
from ...redis.writing.client import WritingClient, WritingTask
from ...redis.writing.identity import Identity, identity_of
from ...redis.writing.judgment import Judgment, judge
from ...redis.writing.names import ALL_SLOTS, new_names, slot_ranges
from ...redis.writing.routes import EndpointRoute, Route, ShardRoute
from .aim import Aim
from .facts import Group, member_at
from .spec import FailoverSpec

ANSWER_SECONDS = 2.0
"""For each single connect, handshake and answer, as impatient clients have it."""
BASELINE_WRITES = 100
BASELINE_SECONDS = 30.0
READ_BACK_SECONDS = 10.0
REST_OF_LIFE = 600
"""Seconds that a key outlives the longest waits, to be there when it is read back."""
WAITS = 3
"""Waits of a run that may last `wait_timeout` each: for the promotion, for writes, and for the replacement."""
LEFT_BEHIND = "the client that has been writing all the time does not write to the new primary yet"


@dataclass(frozen=True)
class Entrance:
    """`slot`: any one of the shard's, None where the endpoint leads to the primary without asking."""

    target: Target
    slot: int | None

    def route(self) -> Route:
        return EndpointRoute(self.target) if self.slot is None else ShardRoute(self.target, self.slot)


def find_entrance(spec: FailoverSpec, group: Group, slots: str) -> Entrance | None:
    """None where the group has no endpoint yet."""
    endpoints = group.state.endpoints
    endpoint = endpoints.primary or endpoints.configuration
    if endpoint is None or not (endpoints.primary or slots):
        return None
    target = Target(
        endpoint.address,
        endpoint.port,
        tls=group.state.transit_encryption_enabled,
        ca_path=spec.ca_path,
        username=spec.username,
        password=spec.password,
        timeout=ANSWER_SECONDS,
    )
    return Entrance(target, None if endpoints.primary else next(slot_ranges(slots))[0])


def look_inside(entrance: Entrance, group: Group) -> tuple[str | None, str | None]:
    """Why a client could not log in now, or None; and, in cluster mode, the member that the engines have as primary of
    the shard, where they name it as the service does. Writes nothing.
    """
    if REDIS_IMPORT_ERROR:
        return f"measure: it takes {REDIS_REQUIREMENT} (the Python client). Install it, or set measure=false.", None
    try:
        with contextlib.closing(entrance.route().open()) as session:
            session.command("PING")
        if entrance.slot is None:
            return None, None
        place = ShardRoute(entrance.target, entrance.slot).find_primary()
    except CheckError as error:
        problem = (
            f"measure: no client can write through {entrance.target.label}: {error.detail}. Look at: "
            f"{error.cause.look_at}. With measure=false nothing is measured and nobody logs in."
        )
        return problem, None
    return None, member_at(place.host, group.nodes, addresses_of)


def addresses_of(name: str) -> list[str]:
    try:
        return resolve_by_system(name, 0)
    except socket.gaierror:
        return []  # then it is not by this name that the engines' address can be told


class Measurement:
    """A client that writes through `entrance` for as long as the context lasts."""

    def __init__(self, spec: FailoverSpec, aim: Aim, entrance: Entrance) -> None:
        self._entrance = entrance
        self._task = WritingTask(
            names=new_names(spec.key_prefix, aim.slots or ALL_SLOTS),
            seconds_to_live=WAITS * spec.wait_timeout + REST_OF_LIFE,
            replicas=len(aim.members) - 1,
        )
        self._client = WritingClient(entrance.route(), self._task)
        self._started = (time.monotonic(), datetime.now(timezone.utc))
        self._asked = 0.0
        self._former: Identity | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[Measurement]:
        """Raises Failure when the client cannot write to begin with; the keys of a run that failed are removed too."""
        self.meet_primary()
        try:
            with self._client:
                self.warm_up()
                yield self
        except BaseException:
            self.remove_keys()  # if that fails too, the keys end by themselves: the first failure is the one to tell
            raise

    def meet_primary(self) -> None:
        """Whom the failover is to be away from. Raises Failure."""
        try:
            with self.primary() as session:
                self._former = identity_of(session)
        except CheckError as error:
            why = f"{error.detail}. No failover was asked for."
            raise Failure(f"measure: no client can write through {self.label}: {why}") from error

    def warm_up(self) -> None:
        if self._client.await_acknowledged(BASELINE_WRITES, BASELINE_SECONDS):
            self._asked = time.monotonic()
            return
        refusals = self._client.journal.refusals
        seen = refusals[-1].code if refusals else "writes take too long"
        raise Failure(
            f"measure: {len(self._client.journal.acknowledgments)} of {BASELINE_WRITES} writes through {self.label} "
            f"were acknowledged within {BASELINE_SECONDS:g} seconds ({seen}). No failover was asked for."
        )

    @property
    def label(self) -> str:
        return self._entrance.target.label

    @contextlib.contextmanager
    def primary(self) -> Iterator[ClosableSession]:
        """Connects anew, by the name that the endpoint has, and makes sure of it by writing. Raises CheckError."""
        with contextlib.closing(self._entrance.route().open()) as session:
            session.command("SET", self._task.names.of(0), 0, "EX", self._task.seconds_to_live)
            yield session

    @contextlib.contextmanager
    def new_primary(self) -> Iterator[ClosableSession]:
        """As `primary`, but never the one that was: for minutes yet, the name may lead there and writes be taken, of
        which nothing will be left. Raises CheckError.
        """
        with self.primary() as session:
            if self._former is not None and identity_of(session) == self._former:
                raise CheckError("OTHER_ROLE", "it is the primary that was")
            yield session

    def why_not_moved(self) -> str | None:
        """Why clients cannot be said to write to the new primary: whoever connects anew, and the one that writes all
        the time; None if they do.
        """
        try:
            with self.new_primary() as session:
                return None if self.has_followed(session) else LEFT_BEHIND
        except CheckError as error:
            return error.detail

    def has_followed(self, session: ClosableSession) -> bool:
        """Whether what the client has just written is found there."""
        acknowledgments = self._client.journal.acknowledgments
        if not self._client.await_acknowledged(len(acknowledgments) + 1, ANSWER_SECONDS):
            return False
        latest = acknowledgments[-1].number
        return latest in find_written(session, self._task.names, [latest])

    def conclude(self) -> tuple[Judgment, str | None]:
        """Stop writing and read everything back from the primary that is now; why that failed, if it did."""
        self._client.stop()
        found, _attempts = wait_until(self.read_back, lambda found: isinstance(found, set), READ_BACK_SECONDS, time)
        if isinstance(found, set):
            return judge(self._client.journal, self._asked, found), None
        return judge(self._client.journal, self._asked, None), found

    def read_back(self) -> set[int] | str:
        """The numbers that are there, or why that could not be told."""
        numbers = [each.number for each in self._client.journal.acknowledgments]
        try:
            with self.new_primary() as session:
                return find_written(session, self._task.names, numbers)
        except CheckError as error:
            return error.detail

    def remove_keys(self) -> tuple[str, ...]:
        """A warning when they could not be removed."""
        try:
            with self.primary() as session:
                remove_written(session, self._task.names, self._client.journal.attempted)
        except CheckError as error:
            return (
                f"the keys {self._task.names.beginning}:* could not be removed ({error.detail}); they end by "
                f"themselves within {self._task.seconds_to_live} seconds.",
            )
        return ()

    def moment(self, at: float) -> datetime:
        """The date of a time of the client's clock."""
        began, date = self._started
        return date + timedelta(seconds=at - began)
