# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshot files in S3, both ways: exported into a bucket, and read from one to seed a new cache.

The service comes to a bucket as a principal of its own, which the bucket's policy has to let in. The older way, a
grant of the bucket's ACL to a canonical id, is not looked at: buckets have no ACLs unless somebody turns them on.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.standin.core.errors import invalid_value
from tests.standin.core.names import partition_of
from tests.standin.core.world import World
from tests.standin.neighbors import split_object_arn

OWN_ENCRYPTION = "AES256"
# What the policy has to allow, by the permission that the service's texts name.
_SEED = {"READ": ("s3:ListBucket", "s3:GetObject"), "READ_ACP": ("s3:GetBucketAcl",)}
_EXPORT = {**_SEED, "WRITE": ("s3:PutObject", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads")}
_OF_OBJECTS = ("s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")


def export_keys(name: str, count: int) -> list[str]:
    """Keys of the objects that an export of `count` shards makes."""
    return [f"{name}-{number:04d}.rdb" for number in range(1, count + 1)]


def require_exportable(world: World, bucket: str, name: str, count: int) -> None:
    """Refuse, as the service does, a bucket that cannot take the files. Raises InvalidParameterValue."""
    for key in export_keys(name, count):
        _require_reachable(world, bucket, key, _EXPORT)
        if world.neighbors.read_object(_object_arn(world, bucket, key)) is not None:
            raise invalid_value(f"The S3 bucket {bucket} already contains an object with key {key}.")


def export_files(world: World, bucket: str, name: str, files: Sequence[Path]) -> list[str]:
    """Put the files of a snapshot, in shard order, into a bucket that was checked; answers the objects' ARNs."""
    keys = export_keys(name, len(files))
    for key, file in zip(keys, files, strict=True):
        world.neighbors.put_object(bucket, key, file, world.clock.now())
    return [_object_arn(world, bucket, key) for key in keys]


def read_objects(world: World, arns: Sequence[str]) -> list[bytes]:
    """The contents of RDB files that a new cache is to begin with. Raises InvalidParameterValue."""
    return [_read_object(world, arn) for arn in arns]


def _read_object(world: World, arn: str) -> bytes:
    bucket, key = split_object_arn(arn)
    if not key:
        raise invalid_value(f"{arn} is not the ARN of an object in Amazon S3.")
    if "," in key:
        raise invalid_value(f"The name of the S3 object {arn} must not contain a comma.")
    _require_reachable(world, bucket, key, _SEED)
    content = world.neighbors.read_object(arn)
    if content is None:
        raise invalid_value(f"The S3 object {arn} does not exist or cannot be read.")
    encryption = world.neighbors.object_encryption(arn)
    if encryption != OWN_ENCRYPTION:
        raise invalid_value(f"The S3 object {arn} is encrypted by {encryption}; only SSE-S3 is supported.")
    return content


def _require_reachable(world: World, bucket: str, key: str, permissions: dict[str, tuple[str, ...]]) -> None:
    region = world.neighbors.bucket_region(bucket)
    if region is None:
        raise invalid_value(f"The S3 bucket {bucket} does not exist.")
    if not world.neighbors.owns_bucket(bucket):
        raise invalid_value(f"The S3 bucket {bucket} is not owned by the authenticated user.")
    if region != world.region:
        raise invalid_value(f"The S3 bucket {bucket} is outside of the region.")
    policy = json.loads(world.neighbors.bucket_policy(bucket) or "{}")
    for permission, actions in permissions.items():
        for action in actions:
            resource = _object_arn(world, bucket, key) if action in _OF_OBJECTS else _bucket_arn(world, bucket)
            if not _is_granted(policy, _principal(world), action, resource):
                raise invalid_value(
                    f"ElastiCache has not been granted {permission} permissions {action} on the S3 Bucket."
                )


def _principal(world: World) -> str:
    suffix = ".cn" if partition_of(world.region) == "aws-cn" else ""
    return f"{world.region}.elasticache-snapshot.amazonaws.com{suffix}"


def _is_granted(policy: Mapping[str, Any], principal: str, action: str, resource: str) -> bool:
    """Whether a policy lets a service do it; a statement that denies wins. Conditions count as met."""
    effects = {
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if _names_principal(statement.get("Principal"), principal)
        and _matches(action.lower(), [each.lower() for each in _listed(statement.get("Action"))])
        and _matches(resource, _listed(statement.get("Resource")))
    }
    return effects == {"Allow"}


def _names_principal(principal: Any, wanted: str) -> bool:
    if principal == "*":
        return True
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else []
    return wanted in services


def _matches(value: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)


def _listed(value: Any) -> list[Any]:
    """A policy may leave out the brackets of a list with one entry."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object_arn(world: World, bucket: str, key: str) -> str:
    return f"{_bucket_arn(world, bucket)}/{key}"


def _bucket_arn(world: World, bucket: str) -> str:
    return f"arn:{partition_of(world.region)}:s3:::{bucket}"
