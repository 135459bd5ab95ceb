# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of every kind of resource, by ARN."""

from __future__ import annotations

from typing import Any

from tests.standin.core.errors import ApiError
from tests.standin.core.names import split_arn
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.tags import parse_tags, show_tags
from tests.standin.core.world import TagTarget, World

# Kinds that nothing can create yet: an ARN of theirs names nothing.
_NOT_FOUND = {
    "cluster": ("CacheClusterNotFound", "CacheCluster {} not found."),
    "globalreplicationgroup": ("GlobalReplicationGroupNotFoundFault", "Global Replication Group {} does not exist."),
    "replicationgroup": ("ReplicationGroupNotFoundFault", "ReplicationGroup {} not found."),
    "reserved-instance": ("ReservedCacheNodeNotFound", "ReservedCacheNode {} not found."),
    "securitygroup": ("CacheSecurityGroupNotFound", "CacheSecurityGroup {} not found."),
    "snapshot": ("SnapshotNotFoundFault", "Snapshot {} not found."),
    "user": ("UserNotFound", "User {} not found."),
    "usergroup": ("UserGroupNotFound", "User group {} not found."),
}


@operation("ListTagsForResource")
def list_tags(world: World, request: Request) -> dict[str, Any]:
    """Refused while the resource is not available, as changing them is."""
    kind, name, arn = _named(world, request)
    _target(world, kind, name).check(name, False)
    return {"TagList": show_tags(world.tags.get(arn))}


@operation("AddTagsToResource")
def add_tags(world: World, request: Request) -> dict[str, Any]:
    kind, name, arn = _named(world, request)
    target = _target(world, kind, name)
    tags = parse_tags(request["Tags"])
    target.check(name, True)
    world.tags.merge(arn, tags)
    target.changed(name)
    return {"TagList": show_tags(world.tags.get(arn))}


@operation("RemoveTagsFromResource")
def remove_tags(world: World, request: Request) -> dict[str, Any]:
    kind, name, arn = _named(world, request)
    target = _target(world, kind, name)
    target.check(name, True)
    world.tags.remove(arn, request["TagKeys"])
    target.changed(name)
    return {"TagList": show_tags(world.tags.get(arn))}


def _named(world: World, request: Request) -> tuple[str, str, str]:
    """Kind, name, and the ARN in the spelling that tags are kept under."""
    arn: str = request["ResourceName"]
    kind, name = split_arn(arn, world.account, world.region)
    return kind, name, arn[: len(arn) - len(name)] + name


def _target(world: World, kind: str, name: str) -> TagTarget:
    if kind in world.taggable:
        return world.taggable[kind]
    if kind not in _NOT_FOUND:
        raise ApiError("InvalidARN", f"The resource type {kind} of the ARN is not known.")
    code, text = _NOT_FOUND[kind]
    raise ApiError(code, text.format(name))
