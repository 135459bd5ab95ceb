# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sequence of checks on a host, and the run over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ...reconcile.problems import Failure
from ..conf.files import Configuration
from ..failures import CheckError
from ..local import LocalServer, Login, connect
from ..waiting import Clock
from .access import check_acl, check_sockets
from .files import check_files
from .host import check_kernel, check_memory
from .machine import Machine
from .persistence import check_persistence
from .rows import Row, judge, tolerate
from .secrets import check_secrets
from .service import check_process, check_units
from .subject import Subject, Wanted


@dataclass(frozen=True)
class Group:
    """Rows about one thing. `speaks`: they come from the server itself, so that there are none without a login."""

    name: str
    rows: Callable[[Subject], Iterator[Row]]
    speaks: bool = False


GROUPS: tuple[Group, ...] = (
    Group("unit", check_units),
    Group("process", check_process),
    Group("sockets", check_sockets),
    Group("acl", check_acl, speaks=True),
    Group("files", check_files),
    Group("secrets", check_secrets),
    Group("memory", check_memory, speaks=True),
    Group("persistence", check_persistence, speaks=True),
    Group("kernel", check_kernel),
)


@dataclass(frozen=True)
class Inspection:
    config_file: str
    login: Login
    wanted: Wanted
    machine: Machine = field(default_factory=Machine)
    clock: Clock = time

    def run(self, may_write: bool = True) -> list[Row]:
        """All rows, whatever fails. Raises Failure when the configuration cannot be read at all."""
        configuration = self._configuration()
        subject = Subject(self.wanted, self.machine, configuration, may_write=may_write, clock=self.clock)
        if self.wanted.service:
            subject.unit = self._unit(self.wanted.service)
        rows = [self._log_in(subject)]
        try:
            for group in GROUPS:
                rows += _rows(group, subject)
        finally:
            if subject.server:
                subject.server.close()
        return tolerate(rows, self.wanted.tolerate)

    def _configuration(self) -> Configuration:
        try:
            return Configuration.read(self.config_file)
        except OSError as error:
            raise Failure(f"{error.filename}: {error.strerror}") from error
        except ValueError as error:
            raise Failure(str(error)) from error

    def _unit(self, name: str) -> Mapping[str, str]:
        try:
            return self.machine.unit(name)
        except OSError as error:
            raise Failure(f"service {name}: {error}: is this a host with systemd?") from error

    def _log_in(self, subject: Subject) -> Row:
        try:
            server = connect(self.config_file, self.login)
            subject.info = server.info("server", "persistence", "replication")
            subject.settings = _settings(server)
            subject.server = server
        except CheckError as error:
            return _row_of("login", error)
        except OSError as error:
            return _row_of_system("login", error)
        return judge("login", "the operator gets in", "logged in", True, "")


def _settings(server: LocalServer) -> dict[str, str]:
    """Nothing where CONFIG was removed: the files then have to do."""
    try:
        return server.settings()
    except CheckError as error:
        if error.code not in ("COMMAND_REMOVED", "NOPERM"):
            raise
        return {}


def _rows(group: Group, subject: Subject) -> Iterator[Row]:
    if group.speaks and subject.server is None:
        yield judge(group.name, "an answer", "not asked: the login failed", None, "")
        return
    try:
        yield from group.rows(subject)
    except CheckError as error:
        yield _row_of(group.name, error)
    except OSError as error:
        yield _row_of_system(group.name, error)


def _row_of(name: str, error: CheckError) -> Row:
    return judge(name, "an answer", f"{error.code}: {error.detail}", False, error.cause.look_at)


def _row_of_system(name: str, error: OSError) -> Row:
    return judge(name, "an answer", error, False, "whether this runs as root (become)")
