# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be known before a failover: the group as it is, what happened to it lately, who is primary."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...aws.session import Session
from ...elasticache.api import describe_cache_clusters, describe_replication_groups
from ...elasticache.replication_group.normalize import (
    Endpoint,
    NodeGroup,
    ReplicationGroupState,
    normalize,
    normalize_endpoint,
)
from .events import GROUP, MEMBER, RECENTLY, Event, read_calls, read_events


@dataclass(frozen=True)
class Group:
    """`nodes`: the endpoint of each member. `promoting`: the member that the service is about to make primary."""

    state: ReplicationGroupState
    nodes: Mapping[str, Endpoint]
    promoting: str | None = None

    def shard(self, node_group_id: str) -> NodeGroup | None:
        return next((each for each in self.state.node_groups if each.node_group_id == node_group_id), None)

    def primary_of(self, members: Sequence[str]) -> str | None:
        """By the group's own word, which it does not give in cluster mode."""
        roles = {each.cluster_id: each.role for each in self.state.members}
        return next((each for each in members if roles.get(each) == "primary"), None)


@dataclass(frozen=True)
class Facts:
    """`calls`: tests of the region within 24 hours; `recent`: events of the last hour, see read_recent.

    `client_problem` is why the writing client cannot log in. `engine_primary` is the member that the engines have as
    the shard's primary, where a client looked.
    """

    group: Group | None
    calls: Sequence[Event] = ()
    recent: Sequence[Event] = ()
    client_problem: str | None = None
    engine_primary: str | None = None


def read_group(session: Session, identifier: str) -> Group | None:
    groups = describe_replication_groups(session, identifier)
    if not groups:
        return None
    group: dict[str, Any] = groups[0]
    members = [each for each in describe_cache_clusters(session) if each.get("ReplicationGroupId") == identifier]
    return Group(
        normalize(group, members, None),
        dict(node_endpoints(members)),
        group.get("PendingModifiedValues", {}).get("PrimaryClusterId"),
    )


def node_endpoints(members: Sequence[Mapping[str, Any]]) -> list[tuple[str, Endpoint]]:
    found = [
        (member["CacheClusterId"], normalize_endpoint(node.get("Endpoint")))
        for member in members
        for node in member.get("CacheNodes", ())
    ]
    return [(member, endpoint) for member, endpoint in found if endpoint]


def read_facts(session: Session, identifier: str) -> Facts:
    group = read_group(session, identifier)
    if group is None:
        return Facts(None)
    return Facts(group, read_calls(session), read_recent(session, identifier, group))


def read_recent(session: Session, identifier: str, group: Group) -> list[Event]:
    """With those of the members, where they tell whether a test failover is what the group is busy with."""
    recent = read_events(session, GROUP, identifier, RECENTLY)
    if not group.state.transitions or not any(event.called_for for event in recent):
        return recent
    of_members = [read_events(session, MEMBER, each.cluster_id, RECENTLY) for each in group.state.members]
    return sorted(itertools.chain(recent, *of_members), key=lambda event: event.at)


def member_at(host: str, nodes: Mapping[str, Endpoint], resolve: Callable[[str], Sequence[str]]) -> str | None:
    """The member behind the name or address that the engines call it by."""
    for member, endpoint in nodes.items():
        if host == endpoint.address or host in resolve(endpoint.address):
            return member
    return None
