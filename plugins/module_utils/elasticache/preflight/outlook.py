# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replication group as it will be: what is asked for, else what exists, else what the service takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..replication_group.normalize import ReplicationGroupState
from ..replication_group.restore.source import with_inheritance
from ..replication_group.spec import ReplicationGroupSpec
from .facts import Facts
from .request import Request
from .versions import resolve

DEFAULT_SUBNET_GROUP = "default"
"""The service's own, in the default VPC; there is none where that VPC was deleted."""


@dataclass(frozen=True)
class Outlook:
    """The defaults are those of CreateReplicationGroup; None is unknown, or left to the service.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"""

    engine: str = "redis"
    engine_version: str | None = None
    node_type: str | None = None
    cluster_mode: str = "disabled"
    num_node_groups: int = 1
    replicas_per_node_group: int = 0
    automatic_failover_enabled: bool = False
    multi_az_enabled: bool = False
    port: int = 6379
    subnet_group_name: str = DEFAULT_SUBNET_GROUP
    security_group_ids: tuple[str, ...] = ()
    parameter_group_name: str | None = None
    transit_encryption_enabled: bool = False
    preferred_maintenance_window: str | None = None
    snapshot_retention_limit: int = 0
    snapshot_window: str | None = None

    @property
    def is_clustered(self) -> bool:
        return self.cluster_mode != "disabled"

    @property
    def nodes(self) -> int:
        return self.num_node_groups * (self.replicas_per_node_group + 1)


@dataclass(frozen=True)
class Wanted:
    """What is asked for, and what the group will be. `spec` includes what a snapshot brings."""

    request: Request
    spec: ReplicationGroupSpec
    group: Outlook


def foresee(request: Request, facts: Facts) -> Wanted:
    spec = with_inheritance(request.spec, facts.source) if facts.is_new else request.spec
    values = {**existing_values(facts.group), **asked_values(spec)}
    group = Outlook(**values)
    if group.engine_version is None and facts.is_new:
        values["engine_version"] = next(iter(facts.default_versions or ()), None)
    elif spec.engine_version is not None:
        values["engine_version"] = resolve(group.engine, spec.engine_version, facts.engine_versions or ()) or (
            spec.engine_version
        )
    return Wanted(request, spec, Outlook(**values))


def asked_values(spec: ReplicationGroupSpec) -> Mapping[str, Any]:
    return {each.name: getattr(spec, each.name) for each in fields(Outlook) if getattr(spec, each.name) is not None}


def existing_values(state: ReplicationGroupState | None) -> dict[str, Any]:
    """What is pending comes before what is. What the members cannot tell yet is empty, hence left out."""
    if state is None:
        return {}
    found = {each.name: state.pending.get(each.name, getattr(state, each.name)) for each in fields(Outlook)}
    if isinstance(state.replicas_per_node_group, list):
        found["replicas_per_node_group"] = min(state.replicas_per_node_group, default=0)
    return {name: value for name, value in found.items() if value not in (None, "", ())}
