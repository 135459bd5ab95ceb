# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known before anything is made: snapshot, source, leftover, and everything that stands in the way."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ...aws.session import Clock, Session
from ...elasticache.replication_group.normalize import ReplicationGroupState
from ...elasticache.replication_group.observe import observe as observe_group
from ...elasticache.replication_group.resource import ReplicationGroup
from ...elasticache.replication_group.restore.read import read_source
from ...elasticache.replication_group.restore.source import Source as Data
from ...elasticache.replication_group.spec import ReplicationGroupSpec
from ...elasticache.snapshot.normalize import SnapshotState
from ...elasticache.snapshot.observe import SnapshotQuery, observe, observe_all
from ...reconcile.plan import Plan
from ...reconcile.problems import Failure, Refused
from ...redis.connection import Target
from ...redis.failures import CheckError
from .arguments import Request
from .choosing import dated_snapshot, named_snapshot, newest_snapshot
from .comparison import Record, record_of
from .servers import Counts, GroupServer, Server
from .temporary import Saved, endpoint_of, foreign_problem, source_target, temporary_name, temporary_params

Connect = Callable[[Target, bool, Clock], Server]
"""Target, cluster mode, clock."""


@dataclass(frozen=True)
class Outside:
    """What a test replaces: the servers."""

    connect: Connect = GroupServer


@dataclass(frozen=True)
class Source:
    """The group that the snapshot is of, as far as it can be compared with; `before`: what it held at the start."""

    server: Server | None = None
    before: Counts | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Outlook:
    """`params` are those of the temporary group, its token included; `plan` is of its creation."""

    request: Request
    snapshot: SnapshotState
    group: ReplicationGroupState | None
    leftover: ReplicationGroupState | None
    record: Record | None
    params: dict[str, Any] = field(repr=False)
    plan: Plan
    source: Source = Source()

    @property
    def temporary_name(self) -> str:
        return temporary_name(self.request.replication_group_id)

    @property
    def token(self) -> str:
        return str(self.params.get("auth_token", ""))

    def warnings(self) -> list[str]:
        if self.group is not None:
            return []
        return [
            f"{self.request.replication_group_id} does not exist any more: the temporary group gets the default "
            "security group of the VPC, which has to let this machine in."
        ]


@contextmanager
def told_of(whom: str) -> Iterator[None]:
    """What a server answers, as a Failure that says which server it was."""
    try:
        yield
    except CheckError as error:
        raise Failure(f"{whom}: {error.detail}. Look at: {error.cause.look_at}.") from error


def look_ahead(session: Session, request: Request, outside: Outside) -> Outlook:
    """Reads only. Raises Refused with all problems that can be found at once, and ServiceError."""
    identifier = request.replication_group_id
    group = observe_group(session, identifier)
    snapshot = choose_snapshot(session, request, group is not None)
    leftover = observe_group(session, temporary_name(identifier))
    foreign = foreign_problem(leftover, identifier) if leftover else None
    data = read_data(session, request, snapshot)
    params = temporary_params(request, Saved(snapshot, data.reserved_percent), group, secrets.token_hex(32))
    plan, refusals = plan_creation(session, params, data)
    outlook = Outlook(request, snapshot, group, leftover, record_of(snapshot.tags), params, plan)
    try:
        outlook = replace(outlook, source=look_at_source(session, outlook, outside))
    except Failure as failure:
        refusals.append(str(failure))
    problems = [*([foreign] if foreign else []), *refusals]
    if problems:
        raise Refused(problems)
    return outlook


def choose_snapshot(session: Session, request: Request, is_there: bool) -> SnapshotState:
    identifier, name = request.replication_group_id, request.snapshot_name
    if name:
        return dated_snapshot(named_snapshot(name, observe(session, name), identifier))
    found = observe_all(session, SnapshotQuery(replication_group_id=identifier))
    if not found and not is_there:
        raise Refused(
            [f"replication_group_id: there is neither a group {identifier} in this region nor a snapshot of it."]
        )
    return dated_snapshot(newest_snapshot(found, identifier))


def read_data(session: Session, request: Request, snapshot: SnapshotState) -> Data:
    """What a restore of the snapshot has to know of it."""
    name = temporary_name(request.replication_group_id)
    found = read_source(session, ReplicationGroupSpec(name, snapshot_name=snapshot.snapshot_name))
    return found or Data(snapshot)


def plan_creation(session: Session, params: dict[str, Any], data: Data) -> tuple[Plan, list[str]]:
    """The plan, as if nothing of the temporary name were there, and what the rules of replication groups object to."""
    try:
        resource = ReplicationGroup(session, params)
        resource.learn()
    except Refused as refused:
        return Plan(), list(refused.problems)
    resource.facts = replace(resource.facts, source=data)
    plan = resource.plan(None)
    return plan, list(plan.refusals)


def look_at_source(session: Session, outlook: Outlook, outside: Outside) -> Source:
    """Logs in where the comparison will need the source, so that a wrong password shows before anything is made.

    Raises Failure.
    """
    request, group = outlook.request, outlook.group
    if outlook.record is not None:
        return Source()
    endpoint = endpoint_of(group) if group else None
    if group is None or endpoint is None:
        return unreadable(request, group)
    if request.password and not group.transit_encryption_enabled:
        raise Failure("password: the group has no encryption in transit, so it has no token; leave the option out.")
    server = outside.connect(source_target(request, group, endpoint), group.is_clustered, session.clock)
    with told_of(f"the source, {endpoint.address}:{endpoint.port}, cannot be read for the comparison"):
        return Source(server, server.count())


def unreadable(request: Request, group: ReplicationGroupState | None) -> Source:
    """Raises Failure where only a comparison by digest will do."""
    told = f"it is {group.status} and has no endpoint" if group else "it does not exist any more"
    why = f"there is nothing to compare with: {told}, and no digest is recorded on the snapshot"
    if request.comparison == "digest":
        raise Failure(f"comparison=digest: {why}.")
    return Source(why_not=why)
