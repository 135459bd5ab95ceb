# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads that a replication group needs: the group, its members, its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...aws.session import Session
from ..api import describe_cache_clusters, describe_events, describe_replication_groups, list_tags
from .normalize import ReplicationGroupState, normalize

LONGEST_MEMORY = 14 * 24 * 60
"""Minutes for which the service keeps events."""


def observe(session: Session, identifier: str) -> ReplicationGroupState | None:
    """Three calls: the region's members in one listing cost less than one call per member."""
    groups = describe_replication_groups(session, identifier)
    return join(session, groups[0], describe_cache_clusters(session)) if groups else None


def observe_all(session: Session, params: Mapping[str, Any]) -> list[ReplicationGroupState]:
    """All replication groups of the region, or the one that `params` names; a missing one gives []."""
    groups = describe_replication_groups(session, params.get("replication_group_id"))
    clusters = describe_cache_clusters(session) if groups else []
    return [join(session, group, clusters) for group in groups]


def join(session: Session, group: Mapping[str, Any], clusters: list[dict[str, Any]]) -> ReplicationGroupState:
    own = [each for each in clusters if each.get("ReplicationGroupId") == group["ReplicationGroupId"]]
    return normalize(group, own, list_tags(session, group["ARN"]))


def failure_story(session: Session, identifier: str) -> str:
    """What the service's events tell about a failure, newest last: a status such as `create-failed` gives no reason."""
    events = describe_events(session, identifier, "replication-group", LONGEST_MEMORY)
    return " / ".join(event["Message"] for event in events[-3:]) or "the service has recorded no event about it"
