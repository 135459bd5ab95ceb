# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads that a subnet group needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.session import Session
from ..api import describe_subnet_groups, list_tags
from .normalize import SubnetGroupState, normalize


def observe(session: Session, name: str) -> SubnetGroupState | None:
    found = describe_subnet_groups(session, name)
    return join(session, found[0]) if found else None


def observe_all(session: Session, params: Mapping[str, Any]) -> list[SubnetGroupState]:
    """All subnet groups of the region, or the one that `params` names; a missing one gives []."""
    return [join(session, group) for group in describe_subnet_groups(session, params.get("subnet_group_name"))]


def join(session: Session, group: Mapping[str, Any]) -> SubnetGroupState:
    return normalize(group, list_tags(session, group["ARN"]))
