# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made from, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .document import Claim
from .files import Configuration
from .wanted import Wanted


class State(str, Enum):
    """`unreachable`: the service is active, but nothing listens where the files say: they are newer."""

    RUNNING = "running"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Spoken:
    """The name by which a server knows a command, "" when it was removed. Where it is not known, it may write."""

    name: str
    writes: bool = True


@dataclass(frozen=True)
class Observed:
    """A server's answers. `modules` is None when it does not tell."""

    settings: Mapping[str, str] = field(repr=False)
    modules: tuple[str, ...] | None = None
    version: str = ""


@dataclass(frozen=True)
class Candidate:
    """The configuration that is to be, as the scratch server tells of it.

    `fixed` is from the canonical name of each managed setting that CONFIG SET refuses to the server's words.
    `is_open`: whoever reaches the server may do everything, without a password.
    `agreed`: settings of which the lines that CONFIG REWRITE appended say the same as we do.
    """

    configuration: Configuration = field(repr=False)
    observed: Observed
    fixed: Mapping[str, str]
    is_open: bool
    agreed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Present:
    """What is now. `observed` tells of the running server; of the files when there is none, or it has no CONFIG.

    `is_stale`: files are newer than a process that cannot be asked for its settings.
    `keys` is from database to number of keys; `info` is INFO replication and persistence.
    `names` has the commands whose names we manage, or did.
    """

    state: State
    configuration: Configuration = field(repr=False)
    observed: Observed
    has_config: bool = True
    is_stale: bool = False
    info: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Spoken] = field(default_factory=dict)
    is_watched: bool = False

    @property
    def has_keys(self) -> bool:
        return any(self.keys.values())


@dataclass(frozen=True)
class Disk:
    """What lies where the server keeps its data, and (`moved_*`) where it is to keep them if that changes.

    `dirty`: commands that stand in the AOF by a name that they are about to lose.
    """

    rdb_has_data: bool = False
    aof_exists: bool = False
    aof_has_data: bool = False
    moved_has_data: bool = False
    dirty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Certificates:
    """SHA-256 fingerprints; `served` is None when that could not be seen."""

    path: str
    served: str | None
    in_file: str


@dataclass(frozen=True)
class Terms:
    """What the caller allows. A server can be started or restarted only when there is a service to do it."""

    service: str | None = None
    restart: bool = True

    @property
    def may_restart(self) -> bool:
        return self.restart and self.service is not None


@dataclass(frozen=True)
class Facts:
    """`texts` and `written` are from path to content, of the files as they are (None: not there) and are to be.

    `loose` is from path to mode and owner, of those of our files that have not got the `tight` ones.
    """

    wanted: Wanted
    claim: Claim
    terms: Terms
    candidate: Candidate
    present: Present
    disk: Disk
    certificates: Certificates | None
    texts: Mapping[str, str | None] = field(repr=False)
    written: Mapping[str, str] = field(repr=False)
    loose: Mapping[str, str] = field(default_factory=dict)
    tight: str = ""
