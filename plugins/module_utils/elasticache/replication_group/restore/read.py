# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads about what a new group is restored from: its snapshot, or its files on S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ....aws.errors import ServiceError, call, translated
from ....aws.session import Session
from ... import api
from ...snapshot.bucket import NO_BUCKET, REGIONS
from ...snapshot.observe import observe
from ..spec import S3_OBJECT, ReplicationGroupSpec
from .check_files import START_BYTES
from .source import SnapshotFile, Source

Found = TypeVar("Found")

RESERVED = "reserved-memory-percent"
MISSING = NO_BUCKET | {"NoSuchKey"}


def read_source(session: Session, spec: ReplicationGroupSpec) -> Source | None:
    """None where nothing is restored. Raises ServiceError where the snapshot cannot be read; what else the caller may
    not see becomes a sentence."""
    reads = Reads(session)
    if spec.snapshot_name is not None:
        source = Source(observe(session, spec.snapshot_name))
    elif spec.serverless_snapshot_name is not None:
        source = Source(observe(session, spec.serverless_snapshot_name, serverless=True))
    elif spec.snapshot_arns:
        readable = filter(S3_OBJECT.fullmatch, spec.snapshot_arns)
        source = Source(files=tuple(map(reads.file, readable)), region=session.client(api.SERVICE).meta.region_name)
    else:
        return None
    group = spec.parameter_group_name or (source.snapshot.parameter_group_name if source.snapshot else None)
    reserved = reads.reserved_percent(group) if group else None
    known = source if reserved is None else replace(source, reserved_percent=reserved)
    return replace(known, unread=tuple(reads.unread))


@dataclass
class Reads:
    """Reads that may fail without harm; `unread` says what stays unchecked."""

    session: Session
    unread: list[str] = field(default_factory=list)

    def softly(self, tells: str, read: Callable[[], Found]) -> Found | None:
        try:
            return read()
        except ServiceError as error:
            told = f"{error.operation} ends with {error.code or error.message}"
            self.unread.append(f"not checked: {tells}, since {told}.")
            return None

    def reserved_percent(self, group: str) -> int | None:
        """Percent as of the parameter group; None where that group is yet to come, or does not say."""
        rows = self.softly(f"{RESERVED} of {group}", lambda: api.describe_parameters(self.session, group))
        values = [row.get("ParameterValue", "") for row in rows or () if row["ParameterName"] == RESERVED]
        return next((int(value) for value in values if value.isdigit()), None)

    def file(self, arn: str) -> SnapshotFile:
        place = object_of(arn)
        head = self.softly(f"whether {arn} can be restored", lambda: self.head(place))
        if head is None:
            return SnapshotFile(arn)
        region = self.softly(f"the region of {place['Bucket']}", lambda: self.region(place["Bucket"]))
        if not head:
            return SnapshotFile(arn, region, exists=False)
        found = SnapshotFile(arn, region, True, head.get("ServerSideEncryption", ""), head["ContentLength"])
        if found.is_sealed:
            return found
        start = self.softly(f"whether {arn} is an RDB file", lambda: self.first_bytes(place)) if found.size else b""
        return replace(found, start=start)

    def head(self, place: Mapping[str, str]) -> Mapping[str, Any]:
        """Empty where there is no such object."""
        try:
            answer: Mapping[str, Any] = call(self.session.client("s3"), "head_object", place)
        except ServiceError as error:
            if error.code in MISSING:
                return {}
            raise
        return answer

    def region(self, bucket: str) -> str | None:
        """None where there is no such bucket."""
        try:
            answer = call(self.session.client("s3"), "get_bucket_location", {"Bucket": bucket})
        except ServiceError as error:
            if error.code in MISSING:
                return None
            raise
        told: str | None = answer.get("LocationConstraint")
        return REGIONS.get(told, told)

    def first_bytes(self, place: Mapping[str, str]) -> bytes:
        """Read within what is translated: the connection may break while the body comes."""
        client = self.session.client("s3")

        def read() -> bytes:
            body: bytes = client.get_object(**place, Range=f"bytes=0-{START_BYTES - 1}")["Body"].read()
            return body

        found: bytes = translated("get_object", read)
        return found


def object_of(arn: str) -> dict[str, str]:
    bucket, _slash, key = arn.split(":::", 1)[1].partition("/")
    return {"Bucket": bucket, "Key": key}
