# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read. In every fact None means that it was not asked or could not be read, an empty tuple: there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.network import SubnetFact
from ..replication_group.normalize import ReplicationGroupState
from ..replication_group.restore.source import Source
from ..subnet_group.normalize import SubnetGroupState


@dataclass(frozen=True)
class EngineVersion:
    """One version that the service offers, with the family of its parameter groups."""

    engine: str
    version: str
    family: str


@dataclass(frozen=True)
class Ingress:
    """One rule of a security group; `sources` holds ranges, prefix lists and security groups alike.

    `protocol` is `-1` for all protocols, and the ports are None where all are meant.
    """

    protocol: str
    first_port: int | None
    last_port: int | None
    sources: tuple[str, ...]

    def covers(self, port: int) -> bool:
        """Whether a TCP connection to `port` falls under the rule."""
        if self.protocol == "-1":
            return True
        if self.protocol not in ("tcp", "6"):
            return False
        return (self.first_port or 0) <= port <= (65535 if self.last_port is None else self.last_port)


@dataclass(frozen=True)
class SecurityGroup:
    group_id: str
    name: str
    vpc_id: str
    ingress: tuple[Ingress, ...] = ()


@dataclass(frozen=True)
class ParameterGroup:
    name: str
    family: str


@dataclass(frozen=True)
class Key:
    """A KMS key. `state` and `spec` are KMS' own words: `Enabled`, `SYMMETRIC_DEFAULT`."""

    arn: str
    state: str
    spec: str


@dataclass(frozen=True)
class LogDestination:
    """Whether a log group or delivery stream exists."""

    kind: str
    name: str
    exists: bool


@dataclass(frozen=True)
class Facts:
    """`clusters` are all of the region, as DescribeCacheClusters answers. `security_groups` were asked for by id,
    `named_security_groups` by name. `parameter_rows` are those of the group, or of
    the family where the group is yet to come. `node_types_reservable`: what the region sells reservations for;
    `node_types_reachable`: what the existing group can be scaled to; `source`: what a new group is restored from."""

    clusters: tuple[Mapping[str, Any], ...] | None = None
    groups: tuple[ReplicationGroupState, ...] | None = None
    source: Source | None = None
    engine_versions: tuple[EngineVersion, ...] | None = None
    default_versions: tuple[str, ...] | None = None
    subnets: tuple[SubnetFact, ...] | None = None
    subnet_groups: tuple[SubnetGroupState, ...] | None = None
    security_groups: tuple[SecurityGroup, ...] | None = None
    named_security_groups: tuple[SecurityGroup, ...] | None = None
    parameter_groups: tuple[ParameterGroup, ...] | None = None
    parameter_rows: tuple[Mapping[str, Any], ...] | None = None
    node_types_reservable: tuple[str, ...] | None = None
    node_types_reachable: tuple[str, ...] | None = None
    keys: tuple[Key, ...] | None = None
    topics: tuple[str, ...] | None = None
    log_groups: tuple[LogDestination, ...] | None = None
    delivery_streams: tuple[LogDestination, ...] | None = None
    unread: tuple[str, ...] = ()

    @property
    def group(self) -> ReplicationGroupState | None:
        """The replication group that a run would change; one that is being deleted will be made anew."""
        return next((each for each in self.groups or () if each.status != "deleting"), None)

    @property
    def is_new(self) -> bool:
        """Whether a run would create the group; false also where that is not known."""
        return self.groups is not None and self.group is None
