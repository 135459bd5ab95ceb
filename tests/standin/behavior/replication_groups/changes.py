# SPDX-License-Identifier: GPL-3.0-or-later
"""How a change of a group runs: modifying, service time, engines, available, and the members a little later.

All changes go through `carry_out`, so that no request can find a group half changed: a second one is refused until
the first has ended, and one whose engines fail is rolled back with an event that carries the text.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from tests.standin.behavior.replication_groups.engine import allocate_endpoints, plan_of
from tests.standin.behavior.replication_groups.state import Modification, ReplicationGroup
from tests.standin.core.world import World
from tests.standin.engines.plan import EngineError

FAILURE_TAG = "standin:modify-failed"
"""A tag of a group that makes its changes be rolled back, the value being the reason. For drills."""


_TIMERS = ("snapshot_timer", "window_timer")
"""They run on, whatever becomes of a change."""


def _nothing() -> None:
    """The step that a change does not have."""


@dataclass(frozen=True)
class Change:
    """One change of a group. All steps run under the world's lock and must find what they need by id.

    `begin` happens with the request and shows what is on its way (members creating or deleting); `effect` follows
    `seconds` of service time later and changes the records, then the engines are brought in line; `finish` is for
    what only holds once they are. `aftermath` ends a time of `aftermath_seconds` in which the change works but the
    group is not yet available again.
    """

    label: str
    seconds: float
    begin: Callable[[], None] = _nothing
    effect: Callable[[], None] = _nothing
    finish: Callable[[], None] = _nothing
    aftermath_seconds: float = 0
    aftermath: Callable[[], None] = _nothing


def carry_out(world: World, group: ReplicationGroup, change: Change) -> None:
    """Start a change of an available group."""
    before = copy.deepcopy({name: value for name, value in vars(group).items() if name not in _TIMERS})
    group.status = "modifying"
    for member in group.members():
        member.status = "modifying"
    change.begin()
    allocate_endpoints(world, group)

    def take_effect() -> None:
        reason = world.tags.get(world.arn("replicationgroup", group.id)).get(FAILURE_TAG)
        if reason is not None:
            ended(EngineError(reason))
            return
        change.effect()
        allocate_endpoints(world, group)
        plan = plan_of(world, group)
        world.background.run(group.id, lambda: world.engines.apply(plan), ended)

    def ended(error: Exception | None) -> None:
        if error is not None:
            _roll_back(world, group, before, error)
            return
        for member in group.members():
            member.has_failed = False  # whatever was down has been started again
        change.finish()
        if change.aftermath_seconds:
            world.clock.after(change.aftermath_seconds, over, f"aftermath of {change.label} of {group.id}")
        else:
            over()

    def over() -> None:
        change.aftermath()
        make_available(world, group)

    world.clock.after(change.seconds, take_effect, f"{change.label} of {group.id}")


def make_available(world: World, group: ReplicationGroup) -> None:
    """The group now, its members when `member_lag` has passed."""
    group.status = "available"
    group.under_way = Modification()
    group.resharding_since = None
    for shard in group.shards:
        shard.status = "available"

    def members_follow() -> None:
        if group.status == "available":
            for member in group.members():
                member.status = "available"

    world.clock.after(world.durations.member_lag, members_follow, f"members of {group.id} available")


def _roll_back(world: World, group: ReplicationGroup, before: dict[str, object], error: Exception) -> None:
    vars(group).update(before)
    group.status = "modifying"
    world.events.add(
        group.id,
        "replication-group",
        f"Failed to apply modifications to replication group {group.id}, they were rolled back: {error}",
    )
    plan = plan_of(world, group)
    world.background.run(group.id, lambda: world.engines.apply(plan), lambda _still: make_available(world, group))
