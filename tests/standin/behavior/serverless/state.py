# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of serverless caches and their snapshots: plain data, kept in the world by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from tests.standin.core.clock import Scheduled
from tests.standin.data.engine_versions import EngineVersion

CacheStatus = Literal["creating", "available", "deleting", "create-failed"]
SnapshotStatus = Literal["creating", "available", "restoring", "copying", "deleting"]
SnapshotType = Literal["automated", "manual"]


@dataclass(frozen=True)
class Limit:
    """Bounds of one kind of usage; None where none is set."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class UsageLimits:
    """`storage` in GB, `ecpu` in processing units per second. They are told, not enforced."""

    storage: Limit | None = None
    ecpu: Limit | None = None


@dataclass(frozen=True)
class Network:
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    network_type: str


@dataclass(frozen=True)
class Schedule:
    """Automatic snapshots: days that they are kept, 0 for none, and the time of day in UTC ("HH:MM")."""

    retention: int
    daily_time: str


@dataclass
class ServerlessCache:
    """`snapshot_under_way` names the snapshot that is being taken of it; nothing else can be done with it meanwhile."""

    name: str
    description: str
    created: datetime
    version: EngineVersion
    limits: UsageLimits
    network: Network
    schedule: Schedule
    kms_key: str | None
    status: CacheStatus = "creating"
    address: str = ""
    snapshot_under_way: str | None = None
    daily_timer: Scheduled | None = None

    @property
    def is_free(self) -> bool:
        """Whether an operation may begin."""
        return self.status == "available" and self.snapshot_under_way is None


@dataclass
class ServerlessSnapshot:
    """`cache` names the serverless cache that the data came from, which may be gone.

    `files` are its RDB files, none as long as the data is being saved; `size` is the memory in bytes that it took.
    """

    name: str
    snapshot_type: SnapshotType
    cache: str
    version: EngineVersion
    created: datetime
    kms_key: str | None
    expires: datetime | None = None
    status: SnapshotStatus = "creating"
    size: int | None = None
    files: tuple[Path, ...] = ()


def major_of(version: EngineVersion) -> str:
    """What MajorEngineVersion says: the service chooses the minor version."""
    return str(version.number[0])
