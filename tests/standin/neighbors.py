# SPDX-License-Identifier: GPL-3.0-or-later
"""What ElastiCache asks other services about: a protocol, the reads through moto, and a fixed set for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Ec2Subnet:
    id: str
    vpc_id: str
    zone: str


class Neighbors(Protocol):
    """Reads only; an absent resource is None or False, and what that means is the asker's business."""

    def subnet(self, subnet_id: str) -> Ec2Subnet | None: ...

    def default_subnets(self) -> list[Ec2Subnet]:
        """The subnets of the default VPC; none when it was deleted."""

    def security_group_vpc(self, group_id: str) -> str | None:
        """The VPC of a security group; None when there is no such group."""

    def zones(self) -> list[str]:
        """Availability zones of the region."""

    def has_kms_key(self, key: str) -> bool:
        """Whether a key id, key ARN or alias names a usable key."""

    def has_topic(self, arn: str) -> bool: ...

    def has_log_group(self, name: str) -> bool: ...

    def has_delivery_stream(self, name: str) -> bool: ...


@dataclass
class FixedNeighbors:
    """Neighbors that are what a test says."""

    subnets: dict[str, Ec2Subnet] = field(default_factory=dict)
    default_subnet_ids: tuple[str, ...] = ()
    security_groups: dict[str, str] = field(default_factory=dict)
    kms_keys: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    log_groups: set[str] = field(default_factory=set)
    delivery_streams: set[str] = field(default_factory=set)

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
