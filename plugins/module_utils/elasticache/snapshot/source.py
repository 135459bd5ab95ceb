# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new snapshot is made of: a group, a node, a serverless cache, or another snapshot; and whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.session import Session
from .. import api
from ..replication_group.normalize import ReplicationGroupState
from ..replication_group.observe import observe as observe_group
from .normalize import SnapshotState
from .observe import observe as observe_snapshot
from .spec import SnapshotSpec

GIVEN_UP = ("create-failed", "deleting", "incompatible-network", "restore-failed")
"""Statuses of a cache, or of one of its nodes, after which no snapshot of it can be taken."""
TIERED = "cache.r6gd."
"""Node types whose data also lies on disk; their snapshots cannot be exported."""


@dataclass(frozen=True)
class Source:
    """`arguments` name it in the request; `transitions` say why it is not ready yet, `problem` why it never will be.

    `files` is how many an export of its snapshot consists of. `members` are the nodes of a group. `original` is the
    snapshot that is to be copied.
    """

    label: str
    arguments: Mapping[str, str]
    transitions: tuple[str, ...] = ()
    problem: str | None = None
    files: int = 1
    data_tiering: bool = False
    members: tuple[str, ...] = ()
    original: SnapshotState | None = None


def read_source(session: Session, spec: SnapshotSpec) -> Source | None:
    """None where the Spec names none."""
    if spec.source is None:
        return None
    option, name = spec.source
    return READERS[option](session, spec, name)


def read_group(session: Session, _spec: SnapshotSpec, name: str) -> Source:
    group = observe_group(session, name)
    if group is None:
        return missing("replication_group_id", f"replication group {name}")
    if group.is_clustered:
        return source_of(group, {"ReplicationGroupId": name})
    return source_of(group, {"CacheClusterId": choose_member(group)} if group.members else {})


def choose_member(group: ReplicationGroupState) -> str:
    """With cluster mode disabled one node is saved: a replica, so that the primary keeps its memory for its clients.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html ("Performance impact")"""
    replicas = [each for each in group.members if each.role != "primary"]
    return (replicas or list(group.members))[0].cluster_id


def source_of(group: ReplicationGroupState, arguments: Mapping[str, str]) -> Source:
    statuses = {f"replication group {group.replication_group_id}": group.status}
    statuses.update({f"node {each.cluster_id}": each.status for each in group.members})
    return Source(
        label=f"replication group {group.replication_group_id}",
        arguments=arguments,
        transitions=group.transitions,
        problem=given_up(statuses),
        files=max(group.num_node_groups, 1),
        data_tiering=group.node_type.startswith(TIERED),
        members=tuple(each.cluster_id for each in group.members),
    )


def given_up(statuses: Mapping[str, str]) -> str | None:
    failed = [f"{what} is {status}" for what, status in statuses.items() if status in GIVEN_UP]
    return f"{'; '.join(failed)}: no snapshot of it can be taken." if failed else None


def read_cluster(session: Session, _spec: SnapshotSpec, name: str) -> Source:
    found = api.describe_cache_clusters(session, name)
    label = f"cache cluster {name}"
    if not found:
        return missing("cache_cluster_id", label)
    cluster, arguments = found[0], {"CacheClusterId": name}
    if cluster.get("Engine") == "memcached":
        return Source(label, arguments, problem=f"cache_cluster_id: {name} runs Memcached, which has no snapshots.")
    group = observe_group(session, cluster["ReplicationGroupId"]) if cluster.get("ReplicationGroupId") else None
    if group is None:
        return source_of_cluster(label, cluster, arguments)
    if group.is_clustered:
        told = f"cache_cluster_id: {name} is a node of a group in cluster mode, which is saved as a whole: give"
        return Source(label, arguments, problem=f"{told} replication_group_id={group.replication_group_id}.")
    return source_of(group, arguments)


def source_of_cluster(label: str, cluster: Mapping[str, Any], arguments: Mapping[str, str]) -> Source:
    status = cluster.get("CacheClusterStatus", "")
    return Source(
        label,
        arguments,
        transitions=() if status == "available" else (f"it is {status}",),
        problem=given_up({label: status}),
        data_tiering=cluster.get("CacheNodeType", "").startswith(TIERED),
    )


def read_serverless(session: Session, _spec: SnapshotSpec, name: str) -> Source:
    found = api.describe_serverless_caches(session, name)
    label = f"serverless cache {name}"
    if not found:
        return missing("serverless_cache_name", label)
    status = found[0].get("Status", "").lower()
    transitions = () if status == "available" else (f"it is {status}",)
    return Source(label, {"ServerlessCacheName": name}, transitions, given_up({label: status}))


def read_original(session: Session, spec: SnapshotSpec, name: str) -> Source:
    original = observe_snapshot(session, name, spec.serverless)
    label = f"snapshot {name}"
    if original is None:
        return missing("source_snapshot_name", label)
    member = "SourceServerlessCacheSnapshotName" if spec.serverless else "SourceSnapshotName"
    return Source(
        label,
        {member: name},
        transitions=() if original.status == "available" else (f"it is {original.status}",),
        problem=given_up({label: original.status}),
        files=original.num_node_groups,
        data_tiering=original.data_tiering,
        original=original,
    )


def missing(option: str, label: str) -> Source:
    return Source(label, {}, problem=f"{option}: there is no {label} in this region.")


READERS = {
    "replication_group_id": read_group,
    "cache_cluster_id": read_cluster,
    "serverless_cache_name": read_serverless,
    "source_snapshot_name": read_original,
}
