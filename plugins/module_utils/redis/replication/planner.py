# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done so that this server plays its part. The word of the Sentinels stands above the inventory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...reconcile.plan import Change, Disruption, Plan, Step
from ..certain import certain
from .addresses import Address, is_same_place
from .member import Member
from .sentinels import Credentials, Verdict

# What Sentinel sends to servers; of these it can follow a new name, but none can be taken away.
SENTINEL_NEEDS = ("CLIENT", "CONFIG", "EXEC", "INFO", "MULTI", "SLAVEOF", "SUBSCRIBE")
# It sends these to its fellow Sentinels too, under the same names, and those do not know the server's new names.
SENTINEL_SAYS_TO_ALL = ("AUTH", "PING", "PUBLISH")

ROLE = "role"
PERSISTED = "persisted"
REWRITE = "CONFIG REWRITE"


@dataclass(frozen=True)
class Spec:
    """`primary` is whom the inventory declares, None for the server that is the first primary itself.

    `restarts_itself`: the service manager starts the server again when it ends. None when that is not known.
    `replicas`: how many the primary must have in sync; None when that is not asked for.
    """

    primary: Address | None = None
    sentinels: tuple[Address, ...] = ()
    sentinel_name: str = ""
    credentials: Credentials = field(default_factory=Credentials)
    replicas: int | None = None
    hand_over: bool = False
    repoint: bool = False
    discard_data: bool = False
    restarts_itself: bool | None = None
    wait_timeout: float = 60.0


@dataclass(frozen=True)
class Course:
    """Whom the server is to follow, None for nobody; `why` is told to the reader."""

    primary: Address | None
    why: str


def plan_member(spec: Spec, member: Member, verdict: Verdict) -> Plan:
    course = choose_course(spec, member, verdict)
    changes = tuple(_changes(member, course))
    return Plan(
        action="modify" if changes else "none",
        changes=changes,
        steps=tuple(_steps(changes, course)),
        warnings=tuple(_warnings(spec, member, verdict, course)),
        refusals=tuple(_refusals(spec, member, verdict, course)),
    )


def choose_course(spec: Spec, member: Member, verdict: Verdict) -> Course:
    if verdict.primary:
        return _course_by_sentinels(member, verdict.primary)
    declared = None if spec.primary is None or member.is_at(spec.primary) else spec.primary
    return _replica_course(spec, member, declared) if member.primary else _primary_course(member, declared)


def _course_by_sentinels(member: Member, primary: Address) -> Course:
    if member.is_at(primary):
        # A replica that the Sentinels take for the primary is about to be promoted, or they are about to notice.
        return Course(member.primary, "the Sentinels have this server as the primary")
    if member.primary and _is_same(member.primary, primary):
        return Course(member.primary, "a replica of the primary that the Sentinels name")
    return Course(primary, f"the Sentinels have {primary} as the primary")


def _replica_course(spec: Spec, member: Member, declared: Address | None) -> Course:
    """Without Sentinels nobody knows whether the primary was changed on purpose; a link that works speaks for it."""
    primary = certain(member.primary)
    if declared and not _is_same(primary, declared) and (spec.repoint or not member.is_in_sync):
        return Course(declared, f"declared, and the replication link to {primary} is {member.link}")
    return Course(primary, f"a replica of {primary} already")


def _primary_course(member: Member, declared: Address | None) -> Course:
    if declared is None:
        return Course(None, "declared as the first primary")
    if member.replicas:
        return Course(None, f"it has replicas ({_listed(member)}), so it was promoted")
    return Course(declared, "declared")


def _changes(member: Member, course: Course) -> Iterator[Change]:
    if _is_same(member.primary, course.primary):
        if not _is_same(member.kept, course.primary):
            yield Change(PERSISTED, _described(member.kept), _described(course.primary))
        return
    disruption = Disruption.DATA_MOVEMENT if member.keys else Disruption.CONNECTIONS
    yield Change(ROLE, _described(member.primary), _described(course.primary), disruption)


def _steps(changes: tuple[Change, ...], course: Course) -> Iterator[Step]:
    names = tuple(change.field for change in changes)
    if ROLE in names and course.primary:
        # First, for what cannot be written cannot be remembered either (trap 7): found out before the role changes.
        yield Step(REWRITE, {}, names)
        yield Step("REPLICAOF", {"host": course.primary.host, "port": course.primary.port}, names)
    if names:
        yield Step(REWRITE, {}, names)


def _warnings(spec: Spec, member: Member, verdict: Verdict, course: Course) -> Iterator[str]:
    if verdict.view and verdict.silent:
        yield f"these Sentinels gave no answer: {'; '.join(verdict.silent)}"
    declared = None if spec.primary is None or member.is_at(spec.primary) else spec.primary
    if verdict.view is None and not _is_same(declared, course.primary):
        yield f"kept as {_described(course.primary)} although {_described(declared)} is declared: {course.why}"
    if not member.persists and spec.restarts_itself is None and (member.replicas or not member.is_primary):
        yield "a primary without persistence that is started again is empty, and its replicas empty themselves"


def _refusals(spec: Spec, member: Member, verdict: Verdict, course: Course) -> Iterator[str]:
    if member.is_primary and course.primary and member.keys and not spec.discard_data:
        yield from _data_refusals(member, verdict, course)
    yield from _command_refusals(spec, member)
    if not member.persists and spec.restarts_itself:
        yield (
            "the server keeps nothing on disk (appendonly no, no save) and its service starts it again when it ends: "
            "as a primary it would come back empty before a failover, and empty all replicas. "
            "Set appendonly or save, or a drop-in for the service with Restart=no"
        )
    if member.wants_password and not member.has_masterauth:
        yield (
            "the server wants a password and has no masterauth: after a failover it could not rejoin as a replica. "
            "Set masterauth (and masteruser) on every member, the primary included"
        )


def _data_refusals(member: Member, verdict: Verdict, course: Course) -> Iterator[str]:
    if verdict.view and any(member.is_at(listed) for listed in verdict.view.replicas):
        return  # the Sentinels look after it and would do the same in a few seconds
    yield (
        f"this primary holds {member.keys} keys, and as a replica of {course.primary} ({course.why}) it would lose "
        "them. If that is meant, say discard_data: true"
    )


def _command_refusals(spec: Spec, member: Member) -> Iterator[str]:
    removed = member.removed_commands
    if {"REPLICAOF", "SLAVEOF"} <= removed:
        yield "REPLICAOF and SLAVEOF are both removed (rename-command): the server could never be made a replica"
    if spec.sentinels:
        gone = sorted(removed.intersection((*SENTINEL_NEEDS, *SENTINEL_SAYS_TO_ALL)))
        if gone:
            yield f"Sentinel cannot do without {', '.join(gone)}: give a new name instead of removing the command"
    elif "CONFIG" in removed:
        yield "CONFIG is removed (rename-command): the server's part could not be written down (CONFIG REWRITE)"


def _is_same(one: Address | None, other: Address | None) -> bool:
    return is_same_place(one, other) if one and other else one == other


def _described(primary: Address | None) -> str:
    return f"replica of {primary}" if primary else "primary"


def _listed(member: Member) -> str:
    return ", ".join(str(each.address) for each in member.replicas)
