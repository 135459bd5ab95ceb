# SPDX-License-Identifier: GPL-3.0-or-later
"""A world without a host, and calls into it as the mount makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.standin import behavior
from tests.standin.core.clock import Clock
from tests.standin.core.errors import ApiError
from tests.standin.core.registry import OPERATIONS
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.engines.null import NullDriver
from tests.standin.neighbors import Ec2Subnet, FixedNeighbors

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday

SUBNETS = (
    Ec2Subnet("subnet-a", "vpc-1", "us-east-1a"),
    Ec2Subnet("subnet-b", "vpc-1", "us-east-1b"),
    Ec2Subnet("subnet-c", "vpc-1", "us-east-1c"),
)
ELSEWHERE = Ec2Subnet("subnet-z", "vpc-2", "us-east-1a")


@dataclass
class User:
    """What uses a parameter group and a subnet group, and nothing more."""

    id: str
    parameter_group: str = "default.redis7"
    subnet_group: str = "default"
    zones: frozenset[str] = frozenset({"us-east-1a"})


def new_world() -> World:
    """A stepped world with three subnets in the default VPC and one in another."""
    neighbors = FixedNeighbors.of_subnets(SUBNETS)
    neighbors.subnets[ELSEWHERE.id] = ELSEWHERE
    return behavior.prepare(World(Clock.stepped(START), NullDriver(), neighbors))


def call(world: World, operation: str, **members: Any) -> dict[str, Any]:
    """The handler's answer; a member that it does not look at fails the test."""
    request = Request(operation, members)
    with world.lock:
        answer = OPERATIONS[operation](world, request)
    assert set(request.unread()) <= {"MaxRecords", "Marker"}
    return answer


def refusal(world: World, operation: str, **members: Any) -> ApiError:
    """The error that the call is refused with."""
    with pytest.raises(ApiError) as caught:
        call(world, operation, **members)
    return caught.value
