# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of the service to a State."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Subnet:
    subnet_id: str
    availability_zone: str


@dataclass(frozen=True)
class SubnetGroupState:
    """`tags` is None where they cannot be read. `pending` is always empty: changes take effect at once."""

    subnet_group_name: str
    arn: str
    description: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    subnets: tuple[Subnet, ...]
    tags: Mapping[str, str] | None
    pending: Mapping[str, Any] = field(default_factory=dict)


def normalize(group: Mapping[str, Any], tags: Mapping[str, str] | None) -> SubnetGroupState:
    subnets = sorted(
        (
            Subnet(each["SubnetIdentifier"], each.get("SubnetAvailabilityZone", {}).get("Name", ""))
            for each in group.get("Subnets", [])
        ),
        key=lambda subnet: (subnet.availability_zone, subnet.subnet_id),
    )
    return SubnetGroupState(
        subnet_group_name=group["CacheSubnetGroupName"],
        arn=group.get("ARN", ""),
        description=group.get("CacheSubnetGroupDescription", ""),
        vpc_id=group.get("VpcId", ""),
        subnet_ids=tuple(subnet.subnet_id for subnet in subnets),
        subnets=tuple(subnets),
        tags=tags,
    )
