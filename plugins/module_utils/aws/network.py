# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of EC2 networking that several families need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import read_pages
from .session import Session


@dataclass(frozen=True)
class SubnetFact:
    subnet_id: str
    vpc_id: str
    availability_zone: str


def read_subnets(session: Session, subnet_ids: Sequence[str]) -> list[SubnetFact]:
    """Those of `subnet_ids` that exist. By filter, since a list with one unknown id is answered with an error alone.

    Raises ServiceError (needs `ec2:DescribeSubnets`).
    """
    filters = [{"Name": "subnet-id", "Values": list(subnet_ids)}]
    found = read_pages(session.client("ec2"), "describe_subnets", {"Filters": filters})
    return [SubnetFact(each["SubnetId"], each["VpcId"], each["AvailabilityZone"]) for each in found]
