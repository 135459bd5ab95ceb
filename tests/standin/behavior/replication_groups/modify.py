# SPDX-License-Identifier: GPL-3.0-or-later
"""ModifyReplicationGroup: what may be combined, what happens at once and what waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.standin.behavior.replication_groups.access import (
    FIRST_TOKEN_CHANGE,
    require_settable,
    require_token,
    rotate_token,
    set_token,
)
from tests.standin.behavior.replication_groups.answers import show_group
from tests.standin.behavior.replication_groups.changes import Change, carry_out
from tests.standin.behavior.replication_groups.choices import read_choice
from tests.standin.behavior.replication_groups.create import require_description
from tests.standin.behavior.replication_groups.find import find_modifiable_group
from tests.standin.behavior.replication_groups.logs import changed_logs, parse_logs, request_logs, settle_logs
from tests.standin.behavior.replication_groups.network import (
    refuse_cache_security_groups,
    require_discovery,
    require_security_groups,
)
from tests.standin.behavior.replication_groups.pending import (
    defer,
    modification_change,
    require_not_blocked,
    with_request,
)
from tests.standin.behavior.replication_groups.schedule import change_schedule
from tests.standin.behavior.replication_groups.state import (
    LogDelivery,
    Modification,
    ReplicationGroup,
    Schedule,
)
from tests.standin.behavior.replication_groups.wanted import read_modification
from tests.standin.behavior.snapshots.automatic import schedule_automatic
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World

_ADDRESS = {"ReplicationGroupId", "ApplyImmediately"}
_TOKEN = {"AuthToken", "AuthTokenUpdateStrategy"}
_USER_GROUPS = {"UserGroupIdsToAdd", "UserGroupIdsToRemove", "RemoveUserGroups"}
_WITH_CLUSTER_MODE = {"ClusterMode", "CacheParameterGroupName"}


@dataclass(frozen=True)
class Settings:
    """What a request makes of the settings that need no service time."""

    description: str
    schedule: Schedule
    security_groups: tuple[str, ...]
    ip_discovery: str


@dataclass(frozen=True)
class TokenChange:
    strategy: str
    token: str


@dataclass(frozen=True)
class Wanted:
    """A whole request, read and checked."""

    immediately: bool
    settings: Settings
    asked: Modification
    waiting: Modification
    logs: dict[str, LogDelivery | None]
    token: TokenChange | None


@operation("ModifyReplicationGroup")
def modify_replication_group(world: World, request: Request) -> dict[str, Any]:
    group = find_modifiable_group(world, request["ReplicationGroupId"])
    _require_combinable(request)
    wanted = _read(world, group, request)
    if request.unread():  # the call is refused for them, so nothing may come of it
        return {}
    _require_change(group, wanted)
    _act(world, group, wanted)
    return {"ReplicationGroup": show_group(world, group)}


def _require_combinable(request: Request) -> None:
    """Cluster mode and tokens are changed in calls of their own (CDK #26294; TF)."""
    names = set(request) - _ADDRESS
    if "ClusterMode" in names and names - _WITH_CLUSTER_MODE:
        raise invalid_combination(
            "Cluster mode updates are not supported while attempting to update additional properties."
        )
    if names & _TOKEN and names - _TOKEN - _USER_GROUPS:
        raise invalid_combination(
            "AUTH token updates are not supported while attempting to update additional properties."
        )


def _read(world: World, group: ReplicationGroup, request: Request) -> Wanted:
    immediately = bool(request.get("ApplyImmediately"))
    asked = read_modification(world, group, request)
    waiting = with_request(world, group, asked)
    if immediately:
        require_not_blocked(group, asked, waiting)
    logs = changed_logs(group, parse_logs(request.get("LogDeliveryConfigurations") or [], group.software.version))
    token = _read_token(group, request)
    if (logs or token) and not immediately:
        raise invalid_combination("ApplyImmediately must be true to change log delivery or the AUTH token.")
    return Wanted(immediately, _read_settings(world, group, request), asked, waiting, logs, token)


def _read_settings(world: World, group: ReplicationGroup, request: Request) -> Settings:
    description = request.get("ReplicationGroupDescription", group.description)
    require_description(description)
    refuse_cache_security_groups(request)
    security_groups = tuple(request.get("SecurityGroupIds") or group.network.security_groups)
    require_security_groups(world, world.subnet_groups[group.subnet_group], security_groups)
    ip_discovery = read_choice(request, "IpDiscovery") or group.network.ip_discovery
    require_discovery(group.network.network_type, ip_discovery)
    return Settings(description, change_schedule(world, group, request), security_groups, ip_discovery)


def _read_token(group: ReplicationGroup, request: Request) -> TokenChange | None:
    token, strategy = request.get("AuthToken"), read_choice(request, "AuthTokenUpdateStrategy")
    if token is None and strategy is None:
        return None
    if strategy == "DELETE":
        # Only towards user groups, and together with them; those are not read here, which refuses the call.
        if token is None and "UserGroupIdsToAdd" in list(request):
            return None
        raise invalid_value("Auth token update strategy delete is not supported currently")
    if token is None:
        raise invalid_combination(f"The parameter AuthToken must be provided for the update strategy {strategy}.")
    if group.software.version.number < FIRST_TOKEN_CHANGE:
        raise invalid_combination(
            f"AUTH token updates are not supported for engine version {group.software.version.full}."
        )
    require_token(token, group.access.tls)
    if strategy == "SET":
        require_settable(group.access, token)
    return TokenChange(strategy or "ROTATE", token)


def _require_change(group: ReplicationGroup, wanted: Wanted) -> None:
    released = wanted.immediately and bool(wanted.waiting)
    if not (
        _settings_differ(group, wanted.settings)
        or wanted.waiting != group.deferred
        or released
        or wanted.logs
        or wanted.token
    ):
        raise invalid_combination("No modifications were requested")


def _act(world: World, group: ReplicationGroup, wanted: Wanted) -> None:
    """Settings now; the rest in one change now, or in the maintenance window."""
    parts: list[Change] = []
    if _settings_differ(group, wanted.settings):
        is_rescheduled = group.schedule != wanted.settings.schedule
        _apply_settings(group, wanted.settings)
        if is_rescheduled:
            schedule_automatic(world, group)
        parts.append(Change("settings", world.durations.modify))
    if wanted.immediately:
        defer(world, group, Modification())
        if wanted.waiting:
            parts.append(modification_change(world, group, wanted.waiting))
    else:
        _attach_parameter_group(group, wanted.asked, wanted.waiting)
        defer(world, group, wanted.waiting)
    if wanted.logs:
        parts.append(_log_change(world, group, wanted.logs))
    if wanted.token:
        parts.append(_token_change(world, group, wanted.token))
    if parts:
        carry_out(world, group, _together(parts))


def _together(parts: list[Change]) -> Change:
    """One change that takes as long as the longest of its parts."""

    def each(steps: list[Callable[[], None]]) -> Callable[[], None]:
        def run() -> None:
            for step in steps:
                step()

        return run

    return Change(
        label=" and ".join(part.label for part in parts),
        seconds=max(part.seconds for part in parts),
        begin=each([part.begin for part in parts]),
        effect=each([part.effect for part in parts]),
        finish=each([part.finish for part in parts]),
    )


def _settings_differ(group: ReplicationGroup, settings: Settings) -> bool:
    now = Settings(group.description, group.schedule, tuple(group.network.security_groups), group.network.ip_discovery)
    return now != settings


def _apply_settings(group: ReplicationGroup, settings: Settings) -> None:
    group.description = settings.description
    group.schedule = settings.schedule
    group.network.security_groups = list(settings.security_groups)
    group.network.ip_discovery = settings.ip_discovery


def _attach_parameter_group(group: ReplicationGroup, asked: Modification, waiting: Modification) -> None:
    """Without an upgrade a parameter group is attached at once; its values wait for the maintenance window."""
    if asked.parameter_group is None or waiting.parameter_group is None:
        return
    if waiting.version is None and waiting.cluster_mode is None:
        group.software.parameter_group = waiting.parameter_group
        for member in group.members():
            member.parameter_status = "pending-reboot"


def _log_change(world: World, group: ReplicationGroup, wanted: dict[str, LogDelivery | None]) -> Change:
    return Change(
        label="log delivery",
        seconds=world.durations.log_delivery,
        begin=lambda: request_logs(group, wanted),
        effect=lambda: settle_logs(world, group),
    )


def _token_change(world: World, group: ReplicationGroup, wanted: TokenChange) -> Change:
    is_set = wanted.strategy == "SET"

    def begin() -> None:
        group.access.token_status = "SETTING" if is_set else "ROTATING"

    def effect() -> None:
        group.access = (set_token if is_set else rotate_token)(group.access, wanted.token)

    def finish() -> None:
        group.access.token_status = None
        group.access.token_changed = world.clock.now()
        world.events.add(group.id, "replication-group", f"Auth token modification of {group.id} completed")

    return Change("AUTH token modification", world.durations.token, begin, effect, finish)
