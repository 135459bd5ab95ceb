# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that the replication group itself has: of its options, of its creation, of its change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...reconcile.engine import disturbances
from ...reconcile.plan import Plan
from ..replication_group.planner import Facts as PlanFacts
from ..replication_group.planner import plan_changes
from ..replication_group.resource import FAILED
from ..replication_group.spec import ReplicationGroupSpec, spec_problems
from .facts import Facts
from .outlook import Wanted


def options(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    return spec_problems(wanted.spec)


def refusals(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """What the task that follows would refuse, against the group as it is."""
    if facts.groups is None:
        return ()
    plan = plan_of(wanted, facts)
    allowed = wanted.request.allowed
    return (*plan.refusals, *(disturbances(plan, allowed) if allowed else ()))


def plan_of(wanted: Wanted, facts: Facts) -> Plan:
    return plan_changes(with_key(wanted.spec, facts), facts.group, PlanFacts(source=facts.source))


def restore(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """What a restore could meet, and what of its snapshot or files could not be read."""
    return plan_of(wanted, facts).warnings if facts.source else ()


def with_key(spec: ReplicationGroupSpec, facts: Facts) -> ReplicationGroupSpec:
    """Groups tell the ARN of their key, people name an alias: compared is what it stands for, if that is known."""
    if not (spec.kms_key_id or "").startswith("alias/"):
        return spec
    return replace(spec, kms_key_id=next((key.arn for key in facts.keys or ()), None))


def settled(_wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The two kinds of trouble that no waiting ends are told by the group's status or by that of a member."""
    if facts.group is None:
        return
    statuses = {facts.group.status, *(each.status for each in facts.group.members)}
    for status in FAILED:
        if status in statuses:
            yield (
                f"replication_group_id: {facts.group.replication_group_id} is {status}; remove it with state=absent, "
                "mend what its events name, and run again."
            )


def in_transition(_wanted: Wanted, facts: Facts) -> Iterable[str]:
    if facts.group and facts.group.transitions:
        seen = "; ".join(facts.group.transitions)
        yield f"replication_group_id: the group is in transition ({seen}); the run waits for its end first."


def lone_window(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """The drawn window lies in a block of eight hours of the region, and later changes are held against it
    (hashicorp/terraform #17247)."""
    spec = wanted.spec
    names = ("preferred_maintenance_window", "snapshot_window")
    given = [name for name in names if getattr(spec, name) is not None]
    if facts.is_new and len(given) == 1 and wanted.group.snapshot_retention_limit:
        (missing,) = set(names) - set(given)
        yield f"{missing}: not set, so the service draws one by itself that may meet {given[0]}; set both."


def window_without_backups(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    if wanted.spec.snapshot_window is not None and wanted.group.snapshot_retention_limit == 0:
        yield "snapshot_window: no backup is made in it, since snapshot_retention_limit is 0; set 1 to 35 days."


PROBLEMS = (options, refusals, settled)
WARNINGS = (in_transition, lone_window, restore, window_without_backups)
