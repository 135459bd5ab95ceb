# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be listed and not yet created: nothing is there but the built-in user, and a name asked for is not found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.core.registry import Handler, each_world, operation
from tests.standin.core.request import Request
from tests.standin.core.world import TagTarget, World

DEFAULT_USER = "default"
_ENGINES = ("redis", "valkey")
_USER_FILTERS = ("Engine", "Status", "UserId", "UserName")

# Operation -> name of its list, and the error of each member that names one resource.
_EMPTY: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "DescribeGlobalReplicationGroups": (
        "GlobalReplicationGroups",
        {
            "GlobalReplicationGroupId": (
                "GlobalReplicationGroupNotFoundFault",
                "Global Replication Group {} does not exist.",
            )
        },
    ),
    "DescribeReservedCacheNodes": (
        "ReservedCacheNodes",
        {"ReservedCacheNodeId": ("ReservedCacheNodeNotFound", "ReservedCacheNode {} not found.")},
    ),
    "DescribeServiceUpdates": (
        "ServiceUpdates",
        {"ServiceUpdateName": ("ServiceUpdateNotFoundFault", "Service update {} not found.")},
    ),
    "DescribeUpdateActions": ("UpdateActions", {}),
    "DescribeUserGroups": ("UserGroups", {"UserGroupId": ("UserGroupNotFound", "User group {} not found.")}),
}


@each_world
def prepare(world: World) -> None:
    world.taggable["user"] = TagTarget(check=lambda name, writing: _require_user(name))


def _empty(list_name: str, errors: Mapping[str, tuple[str, str]]) -> Handler:
    """A handler that has nothing to list. Every filter is understood: of nothing, all of them select nothing."""

    def describe(world: World, request: Request) -> dict[str, Any]:
        asked = request.plain()
        for member, (code, text) in errors.items():
            if asked.get(member):
                raise ApiError(code, text.format(asked[member]))
        return {list_name: []}

    return describe


for _operation, (_list_name, _errors) in _EMPTY.items():
    operation(_operation)(_empty(_list_name, _errors))


@operation("DescribeCacheSecurityGroups")
def describe_security_groups(world: World, request: Request) -> dict[str, Any]:
    """They belonged to EC2-Classic; accounts of today are told so."""
    request.plain()
    raise invalid_value("Use of cache security groups is not permitted in this API version for your account.")


@operation("DescribeUsers")
def describe_users(world: World, request: Request) -> dict[str, Any]:
    """Only the built-in one, which is in no group until somebody puts it there."""
    engine = request.get("Engine")
    if engine is not None and engine.lower() not in _ENGINES:
        raise invalid_value(f"Invalid engine {engine}. Valid values are: {', '.join(_ENGINES)}")
    if request.get("UserId"):
        _require_user(request["UserId"])
    user = {
        "UserId": DEFAULT_USER,
        "UserName": DEFAULT_USER,
        "Status": "active",
        "Engine": "redis",
        "MinimumEngineVersion": "6.0",
        "AccessString": "on ~* +@all",
        "UserGroupIds": [],
        "Authentication": {"Type": "no-password"},
        "ARN": world.arn("user", DEFAULT_USER),
    }
    is_wanted = engine in (None, user["Engine"]) and _passes(user, request)
    return {"Users": [user] if is_wanted else []}


def _passes(user: Mapping[str, Any], request: Request) -> bool:
    """Filters by name: a user passes when each filter has its value."""
    for rule in request.get("Filters") or []:
        name, values = rule["Name"], rule["Values"]
        if name not in _USER_FILTERS:
            raise invalid_value(f"Invalid filter {name}. Valid values are: {', '.join(_USER_FILTERS)}")
        if user[name] not in values:
            return False
    return True


def _require_user(name: str) -> None:
    if name.lower() != DEFAULT_USER:
        raise ApiError("UserNotFound", f"User {name} not found.")
