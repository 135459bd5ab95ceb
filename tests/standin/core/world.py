# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that one account has in one region, and what behavior may do with it.

**Locks and time.** Handlers and clock actions run under `world.lock`, so they must be quick. Whatever takes real
seconds (starting engines, resharding them, saving their data) goes through `world.background`:

    def finish_create(world: World, group: ReplicationGroup) -> None:   # a clock action, under the lock
        plan = plan_of(group)                                           # decide here, on plain data
        world.background.run(
            group.id,                                                   # works of one key keep their order
            lambda: world.engines.apply(plan),                          # without the lock: touch no records
            lambda error: created(world, group, error),                 # under the lock again
        )

`then` gets None, or the exception of `work`: a group whose engines failed becomes `create-failed` with an event
that carries the text. `then` runs as a clock action. On a stepped clock all of this runs at once, in the caller's
thread, one after the other.

**Stale reads.** A fault rule can make a Describe answer an earlier state; for it the records are copied with
`copy.deepcopy`. Records therefore hold plain data (dataclasses, dicts, `Scheduled`), and refer to each other by name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tests.standin.core.background import Background, Inline, Threads
from tests.standin.core.clock import Clock
from tests.standin.core.durations import Durations
from tests.standin.core.events import EventLog
from tests.standin.core.names import ArnKind, build_arn
from tests.standin.core.tags import TagStore
from tests.standin.engines.plan import EngineDriver
from tests.standin.neighbors import Neighbors


class UsesGroups(Protocol):
    """What a replication group must show, so that the groups it uses are kept."""

    @property
    def id(self) -> str: ...

    @property
    def parameter_group(self) -> str:
        """Name of the cache parameter group in use."""

    @property
    def subnet_group(self) -> str:
        """Name of the cache subnet group in use."""

    @property
    def zones(self) -> frozenset[str]:
        """Availability zones that hold a node."""


@dataclass(frozen=True)
class Subnet:
    id: str
    zone: str


@dataclass
class SubnetGroup:
    name: str
    description: str
    vpc_id: str
    subnets: list[Subnet]

    @property
    def zones(self) -> list[str]:
        """Availability zones that nodes can be put into, in order."""
        return sorted({subnet.zone for subnet in self.subnets})

    def in_use_by(self, world: World) -> list[str]:
        """Ids of what lives in it."""
        return [user.id for user in world.users_of_groups() if user.subnet_group == self.name]


@dataclass
class ParameterGroup:
    """`values` are those that somebody set; `pending` names the last changed ones, applied at `pending_until`."""

    name: str
    family: str
    description: str
    defaults: dict[str, str | None]
    values: dict[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    pending_until: datetime | None = None

    @property
    def is_default(self) -> bool:
        """One of the service's own groups, which cannot be changed."""
        return self.name.startswith("default.")

    def effective(self, parameter: str) -> str | None:
        """The value in force; None when the family has no such parameter, or leaves it unset."""
        return self.values.get(parameter, self.defaults.get(parameter))

    def effective_all(self) -> dict[str, str]:
        """Every parameter that has a value."""
        merged = self.defaults | self.values
        return {name: value for name, value in merged.items() if value is not None}

    def in_use_by(self, world: World) -> list[str]:
        """Ids of what uses it."""
        return [user.id for user in world.users_of_groups() if user.parameter_group == self.name]


@dataclass(frozen=True)
class TagTarget:
    """How one kind of resource takes part in tagging.

    `check(name, writing)` raises the kind's own not-found error, and refuses while the resource is not
    available. `changed(name)` runs after tags were written: a replication group turns to modifying, its
    members copy the tags.
    """

    check: Callable[[str, bool], None]
    changed: Callable[[str], None] = lambda name: None


class Place(NamedTuple):
    """Where a world is. The account is the one that moto gives to every access key that it does not know."""

    account: str = "123456789012"
    region: str = "us-east-1"


class World:
    """All state of one (account, region), in memory only."""

    def __init__(
        self,
        clock: Clock,
        engines: EngineDriver,
        neighbors: Neighbors,
        place: Place | None = None,
        durations: Durations | None = None,
    ) -> None:
        self.clock = clock
        self.lock = clock.lock
        self.engines = engines
        self.neighbors = neighbors
        self.account, self.region = place or Place()
        self.durations = durations or Durations()
        self.background: Background = Inline() if clock.kind == "stepped" else Threads(clock)
        self.events = EventLog(clock.now)
        self.tags = TagStore()
        self.subnet_groups: dict[str, SubnetGroup] = {}
        self.parameter_groups: dict[str, ParameterGroup] = {}
        self.replication_groups: dict[str, Any] = {}
        self.serverless_cache_snapshots: dict[str, Any] = {}
        self.serverless_caches: dict[str, Any] = {}
        self.snapshots: dict[str, Any] = {}
        self.on_parameter_group_changed: list[Callable[[str], None]] = []
        self.on_node_crashed: list[Callable[[str], None]] = []
        self.taggable: dict[str, TagTarget] = {}

    def arn(self, kind: ArnKind, name: str) -> str:
        return build_arn(kind, name, self.account, self.region)

    def users_of_groups(self) -> list[UsesGroups]:
        """Everything that uses a subnet group and a parameter group."""
        return list(self.replication_groups.values())

    def parameter_group_changed(self, name: str) -> None:
        """Tell those who run engines that values of a parameter group are now others."""
        for hook in self.on_parameter_group_changed:
            hook(name)

    def crash_node(self, node_id: str) -> None:
        """Kill a node's engine, as a drill does, and tell those who would notice. Raises EngineError."""
        self.engines.crash(node_id)
        for hook in self.on_node_crashed:
            hook(node_id)

    def frozen(self) -> World:
        """A copy of the records as they are now, for reading; clock, engines and hooks are the living ones."""
        frozen = copy.copy(self)
        living = (self, self.clock, self.lock, self.engines, self.neighbors, self.background)
        shared = {id(part): part for part in living}
        for name in _RECORDS:
            setattr(frozen, name, copy.deepcopy(getattr(self, name), dict(shared)))
        return frozen


_RECORDS = (
    "events",
    "parameter_groups",
    "replication_groups",
    "serverless_cache_snapshots",
    "serverless_caches",
    "snapshots",
    "subnet_groups",
    "tags",
)
