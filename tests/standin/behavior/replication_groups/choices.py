# SPDX-License-Identifier: GPL-3.0-or-later
"""Members whose values the model lists: clients do not check them, the service does."""

from __future__ import annotations

from typing import get_args

from tests.standin.behavior.replication_groups.state import ClusterMode
from tests.standin.core.errors import invalid_value
from tests.standin.core.request import Request

CHOICES: dict[str, tuple[str, ...]] = {
    "AuthTokenUpdateStrategy": ("DELETE", "ROTATE", "SET"),
    "ClusterMode": get_args(ClusterMode),
    "IpDiscovery": ("ipv4", "ipv6"),
    "NetworkType": ("dual_stack", "ipv4", "ipv6"),
    "NotificationTopicStatus": ("active", "inactive"),
    "TransitEncryptionMode": ("preferred", "required"),
}


def read_choice(request: Request, member: str) -> str | None:
    """The member's value, None when it is not given. Raises InvalidParameterValue for one that is not listed."""
    value: str | None = request.get(member)
    if value is not None and value not in CHOICES[member]:
        raise invalid_value(f"Invalid {member} {value}. Valid values are: {', '.join(CHOICES[member])}")
    return value
