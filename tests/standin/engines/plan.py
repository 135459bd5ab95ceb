# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine driver is told and what it answers: the words that behavior and engines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Role = Literal["primary", "replica"]
TlsMode = Literal["off", "preferred", "required"]
SlotRange = tuple[int, int]

SLOT_COUNT = 16384


class EngineError(Exception):
    """An engine could not be made what a plan asks for; the text says which node and which step."""


@dataclass(frozen=True)
class NodePlan:
    """One node of a group. A replica carries the slots of its shard, as its primary does.

    Another `generation` than before replaces the node's process in place, data kept: a new node type,
    an engine upgrade. Clients of that node lose their connections, as they do in life.
    """

    node_id: str
    shard: str
    role: Role
    slots: tuple[SlotRange, ...] = ()
    generation: int = 0


@dataclass(frozen=True)
class GroupPlan:
    """What the processes of one replication group are to be.

    `tokens` are the passwords that the `default` user accepts, two while a rotation is under way; without any,
    everybody is let in. `open_access` lets clients in that send no password although there are tokens (one that
    is sent is still checked): a rotation begun on a group that had none. `parameters` are ElastiCache's names
    and values; `settings.SKIPPED_PARAMETERS` says which have no effect. `maxmemory` is in bytes, 0 for no limit.

    `seed` and `scatter` are RDB files that the group begins with; they are read when its processes are made for the
    first time and mean nothing afterwards. `seed` maps a shard to the file that its primary loads before it serves;
    the keys of the files in `scatter` go to whichever shard has their slot, in cluster mode only.

    `reader_port` is a second port of the configuration endpoint, as serverless caches have one for reads; 0 for none.
    """

    group_id: str
    port: int
    tls: TlsMode
    cluster_mode: bool
    nodes: tuple[NodePlan, ...]
    tokens: tuple[str, ...] = field(default=(), repr=False)
    open_access: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    maxmemory: int = 0
    seed: Mapping[str, Path] = field(default_factory=dict)
    scatter: tuple[Path, ...] = ()
    reader_port: int = 0


@dataclass(frozen=True)
class Endpoints:
    """Loopback addresses of one group; the port is `GroupPlan.port` on all of them.

    All three group addresses are always allocated. `configuration` listens in cluster mode, `primary` and `reader`
    without it, and all of them in cluster mode with one shard: "compatible" serves clients of both kinds.
    `nodes` maps a node id to its address.
    """

    primary: str
    reader: str
    configuration: str
    nodes: Mapping[str, str]


class EngineDriver(Protocol):
    """Runs the engines of replication groups. Every method may be called from any thread."""

    def endpoints(self, group_id: str, node_ids: Sequence[str]) -> Endpoints:
        """Allocate addresses without starting anything; stable per group and node until `remove`."""

    def apply(self, plan: GroupPlan) -> None:
        """Make the running processes be `plan`, data kept; idempotent. Raises EngineError."""

    def archive(self, name: str) -> Path:
        """A directory of the driver's for files that outlive their group, made when absent; private."""

    def discard(self, name: str) -> None:
        """Delete that directory. An unknown name is no error."""

    def save(self, group_id: str, directory: Path, node_id: str | None = None) -> list[Path]:
        """Write one RDB file per shard, `<shard>.rdb`, and return them in shard order. Raises EngineError.

        Of the primaries; `node_id` names one node instead, and then its file is the only one.
        """

    def crash(self, node_id: str) -> None:
        """Kill one node without warning. Raises EngineError when no such node runs."""

    def usage(self, group_id: str) -> Mapping[str, int]:
        """Map each running node's id to its used memory in bytes."""

    def remove(self, group_id: str) -> None:
        """End the group's processes, delete its data, free its addresses. Unknown groups are no error."""

    def stop(self) -> None:
        """End everything. The driver cannot be used afterwards."""
