# SPDX-License-Identifier: GPL-3.0-or-later
"""What ElastiCache asks other services for: a protocol, and a fixed set for tests (`mount.py` has moto's)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

_OBJECT_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[^/]+)/(?P<key>.+)")


@dataclass(frozen=True)
class Ec2Subnet:
    id: str
    vpc_id: str
    zone: str


def split_object_arn(arn: str) -> tuple[str, str]:
    """Bucket and key of an S3 object's ARN; an empty key for anything else."""
    match = _OBJECT_ARN.fullmatch(arn)
    return (match["bucket"], match["key"]) if match else ("", "")


class Neighbors(Protocol):
    """An absent resource is None or False, and what that means is the asker's business.

    Everything is read but objects in S3, which exports write. Objects are named by ARN, "arn:aws:s3:::bucket/key".
    """

    def subnet(self, subnet_id: str) -> Ec2Subnet | None: ...

    def default_subnets(self) -> list[Ec2Subnet]:
        """The subnets of the default VPC; none when it was deleted."""

    def security_group_vpc(self, group_id: str) -> str | None:
        """The VPC of a security group; None when there is no such group."""

    def default_security_group(self, vpc_id: str) -> str | None:
        """The id of a VPC's default security group; None when there is no such VPC."""

    def zones(self) -> list[str]:
        """Availability zones of the region."""

    def has_kms_key(self, key: str) -> bool:
        """Whether a key id, key ARN or alias names a usable key."""

    def has_topic(self, arn: str) -> bool: ...

    def has_log_group(self, name: str) -> bool: ...

    def has_delivery_stream(self, name: str) -> bool: ...

    def bucket_region(self, name: str) -> str | None:
        """Where a bucket is; None when there is none of that name, of this account or any other."""

    def owns_bucket(self, name: str) -> bool:
        """Whether a bucket that exists is this account's."""

    def bucket_policy(self, name: str) -> str | None:
        """The policy document, JSON; None when an own bucket has none."""

    def put_object(self, bucket: str, key: str, path: Path, written: datetime) -> None:
        """Write a file into an own bucket, at that time of the service."""

    def read_object(self, arn: str) -> bytes | None: ...

    def object_encryption(self, arn: str) -> str | None:
        """S3's name of it, such as "AES256" or "aws:kms"; None when there is no such object."""


@dataclass
class FixedBucket:
    """`encryption` is that of all its objects."""

    region: str = "us-east-1"
    is_own: bool = True
    policy: str | None = None
    encryption: str = "AES256"
    objects: dict[str, bytes] = field(default_factory=dict)


@dataclass
class FixedNeighbors:
    """Neighbors that are what a test says."""

    subnets: dict[str, Ec2Subnet] = field(default_factory=dict)
    default_subnet_ids: tuple[str, ...] = ()
    security_groups: dict[str, str] = field(default_factory=dict)
    default_security_groups: dict[str, str] = field(default_factory=dict)
    kms_keys: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    log_groups: set[str] = field(default_factory=set)
    delivery_streams: set[str] = field(default_factory=set)
    buckets: dict[str, FixedBucket] = field(default_factory=dict)

    @classmethod
    def of_subnets(cls, subnets: Iterable[Ec2Subnet]) -> FixedNeighbors:
        """Nothing but these subnets, all of them in the default VPC."""
        known = {subnet.id: subnet for subnet in subnets}
        return cls(subnets=known, default_subnet_ids=tuple(known))

    def subnet(self, subnet_id: str) -> Ec2Subnet | None:
        return self.subnets.get(subnet_id)

    def default_subnets(self) -> list[Ec2Subnet]:
        return [self.subnets[subnet_id] for subnet_id in self.default_subnet_ids]

    def security_group_vpc(self, group_id: str) -> str | None:
        return self.security_groups.get(group_id)

    def default_security_group(self, vpc_id: str) -> str | None:
        return self.default_security_groups.get(vpc_id)

    def zones(self) -> list[str]:
        return sorted({subnet.zone for subnet in self.subnets.values()})

    def has_kms_key(self, key: str) -> bool:
        return key in self.kms_keys

    def has_topic(self, arn: str) -> bool:
        return arn in self.topics

    def has_log_group(self, name: str) -> bool:
        return name in self.log_groups

    def has_delivery_stream(self, name: str) -> bool:
        return name in self.delivery_streams

    def bucket_region(self, name: str) -> str | None:
        return self.buckets[name].region if name in self.buckets else None

    def owns_bucket(self, name: str) -> bool:
        return self.buckets[name].is_own

    def bucket_policy(self, name: str) -> str | None:
        return self.buckets[name].policy

    def put_object(self, bucket: str, key: str, path: Path, written: datetime) -> None:
        self.buckets[bucket].objects[key] = path.read_bytes()

    def read_object(self, arn: str) -> bytes | None:
        bucket, key = split_object_arn(arn)
        return self.buckets[bucket].objects.get(key) if bucket in self.buckets else None

    def object_encryption(self, arn: str) -> str | None:
        bucket, _other = split_object_arn(arn)
        return self.buckets[bucket].encryption if self.read_object(arn) is not None else None
