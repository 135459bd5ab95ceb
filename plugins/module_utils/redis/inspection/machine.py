# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host as its kernel and systemd tell of it: processes, their sockets and limits, units and files."""

from __future__ import annotations

import grp
import os
import pwd
import re
import socket
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..processes import Run, run

UNIT_PROPERTIES = (
    *("ActiveState", "SubState", "UnitFileState", "FragmentPath", "DropInPaths", "NeedDaemonReload", "NRestarts"),
    *("MainPID", "LimitNOFILE", "MemoryMax", "EnvironmentFiles"),
)
_LISTENING = "0A"
_SECURITY = ("systemd-analyze", "security", "--no-pager", "--offline=true")
_EXPOSURE = re.compile(r"Overall exposure level for \S+: (\d+\.\d+)")

Endpoint = tuple[str, int]
"""Address and port."""


@dataclass(frozen=True)
class Machine:
    """`root` is where /proc, /sys and /etc are; `call` runs a program and never fails for its exit status."""

    root: Path = Path("/")
    call: Run = run

    def unit(self, name: str) -> dict[str, str]:
        """Properties as systemctl shows them. One that is not known to this version of systemd is missing."""
        shown = self.call(["systemctl", "show", f"--property={','.join(UNIT_PROPERTIES)}", name]).stdout
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def exposure(self, unit: str) -> float | None:
        """Of the unit with its drop-ins, 0 (sandboxed) to 10. None when systemd does not tell, as before version 250.

        From the files alone: for one and the same unit, some versions tell another figure while it runs.
        """
        return _exposure(self.call([*_SECURITY, unit]).stdout)

    def packaged_exposure(self, unit: str, fragment: str) -> float | None:
        """Of the unit without its drop-ins, which are looked for by its name: so it is given another one."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, unit.replace(".service", "-as-packaged.service"))
            copy.write_bytes(self._path(fragment).read_bytes())
            return _exposure(self.call([*_SECURITY, str(copy)]).stdout)

    def user_id(self, name: str) -> int | None:
        return _identify(lambda: pwd.getpwnam(name).pw_uid)

    def group_id(self, name: str) -> int | None:
        return _identify(lambda: grp.getgrnam(name).gr_gid)

    def status(self, pid: int) -> dict[str, str]:
        """/proc/PID/status, proc(5). Empty when there is no such process."""
        lines = self.text(f"/proc/{pid}/status").splitlines()
        return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}

    def open_files_limit(self, pid: int) -> int | None:
        """The soft limit, which is the one in effect. None for no limit, and for no process."""
        found = re.search(r"^Max open files\s+(\d+)", self.text(f"/proc/{pid}/limits"), re.MULTILINE)
        return int(found[1]) if found else None

    def runs_replaced_program(self, pid: int) -> bool:
        """Whether the program was replaced on disk since it started, as by an upgrade of its package."""
        return _link(self._path(f"/proc/{pid}/exe")).endswith(" (deleted)")

    def command_lines(self) -> Iterator[tuple[int, str, list[str]]]:
        """Number, name and arguments of every process; what ends meanwhile is left out."""
        for folder in self._path("/proc").iterdir():
            if folder.name.isdigit():
                name = self.text(f"/proc/{folder.name}/comm").strip()
                yield int(folder.name), name, self.text(f"/proc/{folder.name}/cmdline").split("\0")

    def listening(self, pid: int) -> set[Endpoint]:
        """Where the process takes TCP connections."""
        own = {_link(entry) for entry in self._entries(f"/proc/{pid}/fd")}
        found = set()
        for family, name in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
            for line in self.text(f"/proc/{pid}/net/{name}").splitlines()[1:]:
                words = line.split()
                if words[3] == _LISTENING and f"socket:[{words[9]}]" in own:
                    address, port = words[1].split(":")
                    found.add((_address(family, address), int(port, 16)))
        return found

    def backlogs(self, ports: Sequence[int]) -> dict[int, int]:
        """By port, the queue that a listener has in effect: only the netlink interface of ss tells it.

        Empty without ss.
        """
        try:
            shown = self.call(["ss", "--listening", "--tcp", "--numeric", "--no-header"]).stdout
        except FileNotFoundError:
            return {}
        rows = (line.split() for line in shown.splitlines())
        found = [(int(row[3].rpartition(":")[2]), int(row[2])) for row in rows if len(row) > 3]
        return {port: min(backlog for each, backlog in found if each == port) for port in ports if port in dict(found)}

    def text(self, path: str) -> str:
        """Empty for what is not there, or goes away while it is read."""
        try:
            return self._path(path).read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
            return ""

    def stat(self, path: str) -> os.stat_result | None:
        try:
            return self._path(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def matches(self, folder: str, pattern: str) -> list[str]:
        found = self._path(folder).glob(pattern)
        return sorted(f"/{path.relative_to(self.root)}" for path in found)

    def _entries(self, path: str) -> list[Path]:
        try:
            return list(self._path(path).iterdir())
        except (FileNotFoundError, ProcessLookupError):
            return []

    def _path(self, path: str) -> Path:
        return self.root / path.lstrip("/")


def _exposure(shown: str) -> float | None:
    found = _EXPOSURE.search(shown)
    return float(found[1]) if found else None


def _identify(look_up: Callable[[], int]) -> int | None:
    """None when nobody is called so."""
    try:
        return look_up()
    except KeyError:
        return None


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _address(family: socket.AddressFamily, words: str) -> str:
    """The kernel prints the address as 32-bit numbers in the machine's own byte order."""
    numbers = [int(words[start : start + 8], 16) for start in range(0, len(words), 8)]
    return socket.inet_ntop(family, struct.pack(f"={len(numbers)}I", *numbers))
