# SPDX-License-Identifier: GPL-3.0-or-later
"""A host made of files below a directory, with what its programs print, and a server that answers from a table."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.files import Configuration
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.machine import Machine
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.rows import Row
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.subject import Subject, Wanted
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import LocalServer

from tests.unit.plugins.module_utils.redis.fakes import SteppedClock

PID = 652
UNIT = "redis-server.service"
FRAGMENT = "/lib/systemd/system/redis-server.service"
HEALTHY_UNIT = {
    "ActiveState": "active",
    "SubState": "running",
    "UnitFileState": "enabled",
    "FragmentPath": FRAGMENT,
    "DropInPaths": "",
    "NeedDaemonReload": "no",
    "NRestarts": "0",
    "MainPID": str(PID),
    "MemoryMax": "infinity",
    "EnvironmentFiles": "",
}
HEALTHY_INFO = {
    "aof_enabled": "0",
    "loading": "0",
    "rdb_last_bgsave_status": "ok",
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "role": "master",
    "connected_slaves": "0",
}
HEALTHY_FILES = {
    "/proc/meminfo": "MemTotal:        1048576 kB\n",
    "/proc/sys/vm/overcommit_memory": "1\n",
    "/proc/sys/net/core/somaxconn": "4096\n",
    "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
    f"/proc/{PID}/status": "Name:\tredis-server\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nTHP_enabled:\t1\n",
    f"/proc/{PID}/limits": "Limit  Soft Limit  Hard Limit  Units\nMax open files  65535  65535  files\n",
    f"/proc/{PID}/comm": "redis-server\n",
    f"/proc/{PID}/cmdline": "/usr/bin/redis-server 127.0.0.1:6379\0",
    FRAGMENT: "[Service]\nUser=redis\n",
}


@dataclass
class Programs:
    """What each program prints, by the beginning of its command line."""

    prints: dict[str, str] = field(default_factory=dict)

    def __call__(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        line = " ".join(words)
        found = [printed for start, printed in self.prints.items() if line.startswith(start)]
        if not found:
            raise FileNotFoundError(words[0])
        return subprocess.CompletedProcess(list(words), 0, found[-1], "")


@dataclass
class FakeServer:
    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str | int, ...]] = field(default_factory=list)

    def command(self, *words: str | int) -> Any:
        self.sent.append(words)
        answer = self.answers.get(str(words[0]), "OK")
        if isinstance(answer, Exception):
            raise answer
        return answer() if callable(answer) else answer

    listed = command

    def close(self) -> None:
        self.sent.append(("closed",))


@dataclass
class Host:
    """Everything is in order until a test says otherwise. Names of users are those of the machine under the test."""

    root: Path
    unit: dict[str, str] = field(default_factory=lambda: dict(HEALTHY_UNIT))
    info: dict[str, str] = field(default_factory=lambda: dict(HEALTHY_INFO))
    settings: dict[str, str] = field(default_factory=dict)
    lines: str = ""
    programs: Programs = field(default_factory=Programs)
    server: FakeServer = field(default_factory=FakeServer)
    may_write: bool = True

    def __post_init__(self) -> None:
        for path, text in HEALTHY_FILES.items():
            self.write(path, text)
        self.programs.prints["systemd-analyze security"] = "-> Overall exposure level for x.service: 1.2 OK :-)\n"

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)
        return place

    def inside(self, path: str) -> str:
        """As the host itself calls it."""
        return path.replace(str(self.root), "", 1)

    def subject(self, **wanted: Any) -> Subject:
        path = self.write("/etc/redis/redis.conf", self.lines, mode=0o640)
        read = Configuration.read(str(path))
        lines = tuple(replace(line, path=self.inside(line.path)) for line in read.lines)
        configuration = replace(read, path=self.inside(read.path), lines=lines)
        return Subject(
            Wanted(**{"service": UNIT, "user": "root", "group": "root", **wanted}),
            Machine(self.root, self.programs),
            configuration,
            server=cast(LocalServer, self.server),
            settings=self.settings,
            info=self.info,
            unit=self.unit,
            may_write=self.may_write,
            clock=SteppedClock(),
        )


def by_name(rows: Iterator[Row]) -> dict[str, Row]:
    found = list(rows)
    named = {row.check: row for row in found}
    assert len(named) == len(found), "two rows have one name"
    assert all(bool(row.look_at) is (row.ok is False) for row in found)
    return named


def verdicts(rows: Iterator[Row]) -> dict[str, bool | None]:
    return {name: row.ok for name, row in by_name(rows).items()}
