# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket of an export: read before anything is asked of ElastiCache, and judged as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...aws.errors import ServiceError, call, read_pages
from ...aws.session import Session
from ...reconcile.problems import Refused
from .bucket_policy import Place, Verdict, is_listed, judge_policy, statement_for
from .normalize import SnapshotState, show_time

DENIED = frozenset({"403", "AccessDenied", "AllAccessDisabled", "Forbidden", "MethodNotAllowed"})
NO_BUCKET = frozenset({"404", "NoSuchBucket"})
NOTHING_SET = frozenset(
    {"NoSuchBucketPolicy", "OwnershipControlsNotFoundError", "ServerSideEncryptionConfigurationNotFoundError"}
)
REGIONS = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""How S3 tells the regions that are older than its region names."""

UNEXPORTED = ("creating", "deleting")
"""Statuses of a snapshot to which no files can belong."""

PERMISSIONS = ("s3:GetBucketPolicy", "s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets")
"""Of the three reads that judge a bucket which lets ElastiCache in."""


@dataclass(frozen=True)
class Bucket:
    """What could be read. An answer is {} where nothing is set, None where the caller may not read it.

    `region` is None where the bucket is hidden from the caller or does not exist; `is_owned` is None where it is not
    known; `unread` names the permissions that were missing.
    """

    name: str
    place: Place
    exists: bool = True
    region: str | None = None
    is_owned: bool | None = None
    policy: Mapping[str, Any] | None = None
    encryption: Mapping[str, Any] | None = None
    ownership: Mapping[str, Any] | None = None
    acl: Mapping[str, Any] | None = None
    unread: tuple[str, ...] = ()

    @property
    def is_near(self) -> bool:
        """Whether it may hold an export: one of the caller's own, in the snapshot's region."""
        return self.region == self.place.region and self.is_owned is not False


@dataclass(frozen=True)
class ExportedFile:
    """`written`: when, as ISO 8601 in UTC."""

    arn: str
    written: str

    def is_of(self, snapshot: SnapshotState | None) -> bool:
        """Whether it can be a file of that snapshot, and is not of an earlier one of its name: nothing is exported
        before its data was obtained, nor while it is being made; and one that is going makes room for the next. None is
        a snapshot that is yet to be."""
        return snapshot is not None and snapshot.status not in UNEXPORTED and self.written >= snapshot.created


def place_of(session: Session) -> Place:
    meta = session.client("elasticache").meta
    return Place(meta.region_name, meta.partition)


def read_bucket(session: Session, name: str, snapshot_name: str) -> Bucket:
    place = place_of(session)
    try:
        told = call(session.client("s3"), "get_bucket_location", {"Bucket": name}).get("LocationConstraint")
    except ServiceError as error:
        if error.code in DENIED | NO_BUCKET:
            return Bucket(name, place, exists=error.code in DENIED)
        raise
    policy = read(session, "get_bucket_policy", name)
    encryption = read(session, "get_bucket_encryption", name)
    buckets = read(session, "list_buckets", None)
    answers = (policy, encryption, buckets)
    bucket = Bucket(
        name,
        place,
        region=REGIONS.get(told, told),
        is_owned=None if buckets is None else name in [each["Name"] for each in buckets.get("Buckets", ())],
        policy=json.loads(policy["Policy"]) if policy else policy,
        encryption=encryption,
        unread=tuple(permission for permission, answer in zip(PERMISSIONS, answers, strict=True) if answer is None),
    )
    return with_lists(session, bucket) if verdict_of(bucket, snapshot_name).missing else bucket


def with_lists(session: Session, bucket: Bucket) -> Bucket:
    """With its access control list, which matters only where the policy does not let ElastiCache in."""
    return replace(
        bucket,
        ownership=read(session, "get_bucket_ownership_controls", bucket.name),
        acl=read(session, "get_bucket_acl", bucket.name),
    )


def read(session: Session, operation: str, bucket: str | None) -> Mapping[str, Any] | None:
    """The answer, {} where nothing is set, None where the caller may not read it."""
    try:
        answer: Mapping[str, Any] = call(session.client("s3"), operation, {"Bucket": bucket} if bucket else {})
    except ServiceError as error:
        if error.code in NOTHING_SET:
            return {}
        if error.code in DENIED:
            return None
        raise
    return answer


def read_exported(session: Session, bucket: Bucket, snapshot_name: str) -> tuple[ExportedFile, ...]:
    """The files of that name's exports, in the order of shards. Raises Refused where the caller may not list them."""
    if not bucket.is_near:
        return ()
    prefix = f"{snapshot_name}-"
    try:
        found = read_pages(session.client("s3"), "list_objects_v2", {"Bucket": bucket.name, "Prefix": prefix})
    except ServiceError as error:
        if error.code not in DENIED:
            raise
        lacking = "s3:ListBucket, so it cannot be seen what is exported already"
        raise Refused([f"target_bucket: {bucket.name}: the caller lacks {lacking}."]) from error
    files = [
        ExportedFile(bucket.place.arn(f"{bucket.name}/{each['Key']}"), show_time(each["LastModified"]))
        for each in found
        if is_file_of(each["Key"], snapshot_name)
    ]
    return tuple(sorted(files, key=lambda file: file.arn))


def is_file_of(key: str, snapshot_name: str) -> bool:
    """ElastiCache adds a number to the snapshot's name, one for each shard: `orders-0001.rdb`."""
    return re.fullmatch(rf"{re.escape(snapshot_name)}-\d{{4}}\.rdb", key) is not None


def first_file(snapshot_name: str) -> str:
    return f"{snapshot_name}-0001.rdb"


def bucket_refusals(bucket: Bucket, snapshot_name: str) -> Iterator[str]:
    here = f"target_bucket: {bucket.name}"
    if not bucket.exists:
        yield f"{here} does not exist; create it in {bucket.place.region}."
    elif bucket.region is None:
        yield f"{here} is hidden from the caller: it belongs to another account, or s3:GetBucketLocation is missing."
    else:
        yield from ownership_refusals(bucket, here)
        yield from access_refusals(bucket, here, snapshot_name)


def ownership_refusals(bucket: Bucket, here: str) -> Iterator[str]:
    if bucket.region != bucket.place.region:
        yield (
            f"{here} is in {bucket.region}, the snapshot in {bucket.place.region}: ElastiCache exports within a region "
            "alone. Take a bucket of that region, and let S3 copy the files from there."
        )
    if bucket.is_owned is False:
        yield f"{here} belongs to another account; ElastiCache exports into the caller's own buckets alone."


def access_refusals(bucket: Bucket, here: str, snapshot_name: str) -> Iterator[str]:
    verdict = verdict_of(bucket, snapshot_name)
    if verdict.missing and not is_let_in_by_list(bucket):
        statement = json.dumps(statement_for(bucket.place, bucket.name))
        yield (
            f"{here} does not let ElastiCache write: its policy does not grant {bucket.place.principal} "
            f"{', '.join(verdict.missing)}.{old_way(bucket)} Add this statement to the policy: {statement}"
        )
    by_name: dict[str, list[str]] = {}
    for name, action in verdict.denied:
        by_name.setdefault(name, []).append(action)
    for name, actions in by_name.items():
        yield f"{here}: the statement {name} of its policy denies ElastiCache {', '.join(sorted(actions))}; except it."


def verdict_of(bucket: Bucket, snapshot_name: str) -> Verdict:
    """Of a policy that may not be read nothing is said: the service will judge."""
    if bucket.policy is None:
        return Verdict()
    return judge_policy(bucket.policy, bucket.place, bucket.name, first_file(snapshot_name))


def has_acls_disabled(bucket: Bucket) -> bool:
    rules: Collection[Mapping[str, Any]] = (bucket.ownership or {}).get("OwnershipControls", {}).get("Rules", ())
    return any(each.get("ObjectOwnership") == "BucketOwnerEnforced" for each in rules)


def is_let_in_by_list(bucket: Bucket) -> bool:
    return not has_acls_disabled(bucket) and is_listed((bucket.acl or {}).get("Grants", ()), bucket.place)


def old_way(bucket: Bucket) -> str:
    if not has_acls_disabled(bucket):
        return ""
    return " (Its ACLs are disabled, so the older way, an ACL for ElastiCache's canonical id, has no effect here.)"


def bucket_warnings(bucket: Bucket, snapshot_name: str) -> Iterator[str]:
    algorithm = default_encryption(bucket)
    if algorithm.startswith("aws:kms"):
        yield (
            f"target_bucket: {bucket.name} encrypts with {algorithm} by default. ElastiCache seeds no cache from such "
            "objects: copy them with SSE-S3 (AES256) first, or take another bucket."
        )
    conditional = verdict_of(bucket, snapshot_name).conditional
    if conditional:
        yield f"target_bucket: {', '.join(conditional)} is granted on a condition, which only the service can judge."
    if bucket.unread:
        yield f"target_bucket: not everything could be checked; the caller lacks {', '.join(bucket.unread)}."


def default_encryption(bucket: Bucket) -> str:
    rules = (bucket.encryption or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    found = [each.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for each in rules]
    return found[0] if found else ""
