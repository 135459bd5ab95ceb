# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes between request and effect: waiting for the maintenance window, released, called off, put in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from tests.standin.behavior.replication_groups.changes import Change, carry_out
from tests.standin.behavior.replication_groups.schedule import choose_snapshotting_member
from tests.standin.behavior.replication_groups.state import Modification, ReplicationGroup
from tests.standin.behavior.replication_groups.wanted import current_values
from tests.standin.core import windows
from tests.standin.core.errors import invalid_combination
from tests.standin.core.world import World
from tests.standin.engines.plan import SLOT_COUNT

RETRY_SECONDS = 60


def with_request(world: World, group: ReplicationGroup, asked: Modification) -> Modification:
    """What waits once the request is counted in. Asking for what the group is calls a waiting change off."""
    now, merged = current_values(group), asked.over(group.deferred)
    settled: dict[str, Any] = {
        each.name: None for each in fields(Modification) if getattr(merged, each.name) == getattr(now, each.name)
    }
    if merged.parameter_group == group.software.parameter_group != group.software.running_parameter_group:
        del settled["parameter_group"]  # attached, but its values still wait
    waiting = replace(merged, **settled)
    if waiting.version is None and not _fits(world, group, waiting.parameter_group):
        return replace(waiting, parameter_group=None)  # it was to come with an upgrade that is called off
    return waiting


def require_not_blocked(group: ReplicationGroup, asked: Modification, waiting: Modification) -> None:
    """A pending scaling blocks an immediate upgrade and the other way round (user guide, "Resolving blocked...")."""
    if _is_new_version(group, asked) and asked.node_type is None and waiting.node_type is not None:
        raise invalid_combination(
            "The engine version cannot be upgraded immediately while a scaling of the replication group is pending."
        )
    if _is_new_type(group, asked) and asked.version is None and waiting.version is not None:
        raise invalid_combination(
            "The cache node type cannot be changed immediately while an engine upgrade is pending."
        )


def defer(world: World, group: ReplicationGroup, waiting: Modification) -> None:
    """Let it wait for the next maintenance window; nothing waits for none."""
    group.deferred = waiting
    if group.window_timer is not None:
        group.window_timer.cancel()
        group.window_timer = None
    if waiting:
        opening = windows.next_maintenance(group.schedule.maintenance_window, world.clock.now())
        label = f"maintenance window of {group.id}"
        group.window_timer = world.clock.at(opening, lambda: _window_opens(world, group), label)


def modification_change(world: World, group: ReplicationGroup, wanted: Modification) -> Change:
    """The change that puts a modification in force."""

    def begin() -> None:
        group.under_way = wanted
        if wanted.automatic_failover is not None:
            group.automatic_failover = "enabling" if wanted.automatic_failover else "disabling"
        if wanted.parameter_group is not None:
            group.software.parameter_group = wanted.parameter_group
            for member in group.members():
                member.parameter_status = "applying"

    return Change(
        label="modification",
        seconds=_seconds(world, wanted),
        begin=begin,
        effect=lambda: _put_in_force(group, wanted),
        finish=lambda: _tell(world, group, wanted),
    )


def _window_opens(world: World, group: ReplicationGroup) -> None:
    group.window_timer = None
    if group.status != "available" or any(member.status != "available" for member in group.members()):
        label = f"maintenance of {group.id}, put off"
        group.window_timer = world.clock.after(RETRY_SECONDS, lambda: _window_opens(world, group), label)
        return
    wanted = group.deferred
    defer(world, group, Modification())
    if wanted.parameter_group is not None and wanted.parameter_group not in world.parameter_groups:
        text = f"Failed to apply modifications to replication group {group.id}: parameter group"
        world.events.add(group.id, "replication-group", f"{text} {wanted.parameter_group} does not exist")
        return
    carry_out(world, group, modification_change(world, group, wanted))


def _seconds(world: World, wanted: Modification) -> float:
    durations = world.durations
    times = [durations.modify]
    if wanted.node_type is not None:
        times.append(durations.scale)
    if wanted.version is not None:
        times.append(durations.upgrade)
    if wanted == Modification(parameter_group=wanted.parameter_group):
        times = [durations.parameter_apply]
    return max(times)


def _put_in_force(group: ReplicationGroup, wanted: Modification) -> None:
    _put_software_in_force(group, wanted)
    if wanted.automatic_failover is not None:
        group.automatic_failover = "enabled" if wanted.automatic_failover else "disabled"
    if wanted.multi_az is not None:
        group.multi_az = wanted.multi_az
    if wanted.primary is not None:
        group.shards[0].primary = wanted.primary
    group.access.tls = wanted.tls or group.access.tls
    group.schedule.snapshotting_member = choose_snapshotting_member(group)


def _put_software_in_force(group: ReplicationGroup, wanted: Modification) -> None:
    """Another type, version or cluster mode is another machine for every node."""
    software = group.software
    software.node_type = wanted.node_type or software.node_type
    software.version = wanted.version or software.version
    if wanted.parameter_group is not None:
        software.parameter_group = software.running_parameter_group = wanted.parameter_group
    if wanted.cluster_mode is not None:
        software.cluster_mode = wanted.cluster_mode
        group.shards[0].slots = ((0, SLOT_COUNT - 1),) if group.in_cluster_mode else ()
    if wanted.node_type or wanted.version or wanted.cluster_mode:
        for member in group.members():
            member.generation += 1


def _tell(world: World, group: ReplicationGroup, wanted: Modification) -> None:
    for message in _messages(group.id, wanted):
        world.events.add(group.id, "replication-group", message)
    if wanted.parameter_group is not None:
        for member in group.members():
            member.parameter_status = "in-sync"
            message = f"Parameter group {wanted.parameter_group} applied to cache cluster"
            world.events.add(member.id, "cache-cluster", message)


def _messages(group_id: str, wanted: Modification) -> Iterator[str]:
    if wanted.node_type is not None:
        yield f"Scaling of replication group {group_id} to cache node type {wanted.node_type} completed"
    if wanted.version is not None:
        yield f"Engine of replication group {group_id} upgraded to {wanted.version.engine} {wanted.version.full}"
    if wanted.automatic_failover is not None:
        yield f"Automatic failover has been turned {'on' if wanted.automatic_failover else 'off'} for {group_id}"
    if wanted.primary is not None:
        yield f"Replica {wanted.primary} was promoted to primary"
    if wanted.tls is not None:
        yield f"Modification of encryption in transit of replication group {group_id} to {wanted.tls} completed"
    if wanted.cluster_mode is not None:
        yield f"Modification of cluster mode of replication group {group_id} to {wanted.cluster_mode} completed"


def _fits(world: World, group: ReplicationGroup, parameter_group: str | None) -> bool:
    if parameter_group is None or parameter_group not in world.parameter_groups:
        return True
    return world.parameter_groups[parameter_group].family == group.software.version.family


def _is_new_version(group: ReplicationGroup, asked: Modification) -> bool:
    return asked.version is not None and asked.version != group.software.version


def _is_new_type(group: ReplicationGroup, asked: Modification) -> bool:
    return asked.node_type is not None and asked.node_type != group.software.node_type
