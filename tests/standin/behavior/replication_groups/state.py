# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of replication groups: plain data, kept in `World.replication_groups` by id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal

from tests.standin.behavior.replication_groups.slots import Slots
from tests.standin.core.clock import Scheduled
from tests.standin.data.engine_versions import EngineVersion
from tests.standin.engines.plan import Endpoints, TlsMode

GroupStatus = Literal["creating", "available", "modifying", "deleting", "create-failed", "snapshotting"]
MemberStatus = Literal["creating", "available", "modifying", "deleting", "snapshotting", "restore-failed"]
ShardStatus = Literal["creating", "available", "modifying", "deleting"]
ParameterStatus = Literal["in-sync", "applying", "pending-reboot"]
FailoverStatus = Literal["enabled", "disabled", "enabling", "disabling"]
ClusterMode = Literal["disabled", "compatible", "enabled"]
TokenStatus = Literal["SETTING", "ROTATING"]
LogStatus = Literal["active", "enabling", "modifying", "disabling", "error"]


@dataclass
class Member:
    """One node, which the API calls a cache cluster. Another `generation` is another machine under the same name."""

    id: str
    zone: str
    created: datetime
    generation: int = 0
    status: MemberStatus = "creating"
    has_failed: bool = False
    parameter_status: ParameterStatus = "in-sync"


@dataclass
class Shard:
    """A node group. `slots` are empty unless the group is in cluster mode; `primary` is a member's id."""

    id: str
    slots: Slots
    members: list[Member]
    primary: str
    status: ShardStatus = "creating"

    @property
    def replicas(self) -> list[Member]:
        return [member for member in self.members if member.id != self.primary]


@dataclass
class Software:
    """`running_parameter_group` is the one whose values the engines have; it follows the attached one."""

    version: EngineVersion
    node_type: str
    parameter_group: str
    running_parameter_group: str
    cluster_mode: ClusterMode


@dataclass
class Network:
    subnet_group: str
    security_groups: list[str]
    port: int
    network_type: str
    ip_discovery: str


@dataclass
class Access:
    """`tokens` are accepted ones, oldest first. `rotated` is what the last ROTATE brought, until a SET takes it up.

    `open_access`: clients without a token are still let in, since the first token came by ROTATE.
    """

    tls: TlsMode
    tokens: tuple[str, ...] = field(default=(), repr=False)
    open_access: bool = False
    rotated: str | None = field(default=None, repr=False)
    token_status: TokenStatus | None = None
    token_changed: datetime | None = None


@dataclass
class Schedule:
    maintenance_window: str
    snapshot_window: str
    snapshot_retention: int
    snapshotting_member: str | None
    auto_minor_upgrade: bool
    topic: str | None
    topic_status: str


@dataclass
class LogDelivery:
    log_type: str
    destination_type: str
    destination: str
    log_format: str
    status: LogStatus = "enabling"
    message: str | None = None


@dataclass(frozen=True)
class Modification:
    """Changes of a group that take time; None leaves as it is."""

    node_type: str | None = None
    version: EngineVersion | None = None
    parameter_group: str | None = None
    automatic_failover: bool | None = None
    multi_az: bool | None = None
    primary: str | None = None
    tls: TlsMode | None = None
    cluster_mode: ClusterMode | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) is not None for each in fields(self))

    def over(self, earlier: Modification) -> Modification:
        """Both together, this one winning."""
        mine = {each.name: getattr(self, each.name) for each in fields(self)}
        return Modification(
            **{name: getattr(earlier, name) if value is None else value for name, value in mine.items()}
        )


@dataclass
class ReplicationGroup:
    """`deferred` waits for the maintenance window, `under_way` is being applied now."""

    id: str
    description: str
    created: datetime
    software: Software
    network: Network
    access: Access
    schedule: Schedule
    shards: list[Shard]
    at_rest: bool
    kms_key: str | None
    data_tiering: bool
    multi_az: bool
    automatic_failover: FailoverStatus
    logs: dict[str, LogDelivery] = field(default_factory=dict)
    pending_logs: dict[str, LogDelivery] = field(default_factory=dict)
    status: GroupStatus = "creating"
    endpoints: Endpoints = field(default_factory=lambda: Endpoints("", "", "", {}))
    deferred: Modification = field(default_factory=Modification)
    under_way: Modification = field(default_factory=Modification)
    resharding_since: datetime | None = None
    window_timer: Scheduled | None = None
    snapshot_timer: Scheduled | None = None

    @property
    def parameter_group(self) -> str:
        return self.software.parameter_group

    @property
    def subnet_group(self) -> str:
        return self.network.subnet_group

    @property
    def zones(self) -> frozenset[str]:
        return frozenset(member.zone for member in self.members())

    @property
    def in_cluster_mode(self) -> bool:
        """Cluster clients can be served; in the compatible mode others can, too."""
        return self.software.cluster_mode != "disabled"

    @property
    def has_token(self) -> bool:
        return bool(self.access.tokens)

    @property
    def has_failover(self) -> bool:
        return self.automatic_failover in ("enabled", "enabling")

    def members(self) -> Iterator[Member]:
        for shard in self.shards:
            yield from shard.members

    def shard(self, shard_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.id == shard_id), None)

    def shard_of(self, member_id: str) -> Shard | None:
        """The shard that has that member."""
        return next((shard for shard in self.shards if any(m.id == member_id for m in shard.members)), None)
