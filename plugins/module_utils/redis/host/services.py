# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the package tool and systemd know: packages with their versions, units with what changed since they started."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..processes import Run, run

_PROPERTIES = {
    "LoadState": "load",
    "ActiveState": "active",
    "UnitFileState": "enabled",
    "NeedDaemonReload": "needs_reload",
    "DropInPaths": "drop_ins",
    "LimitNOFILE": "limit_nofile",
    "MemoryMax": "memory_max",
    "MainPID": "pid",
    "ExecMainStartTimestampMonotonic": "started",
}
_COMPARISONS = ("older", "same", "newer")


def read_packages(family: str, wanted: Mapping[str, str | None], call: Run = run) -> dict[str, dict[str, Any]]:
    """By name: the installed version or None, the wanted one, and how the former compares: older, same, newer."""
    if not wanted:
        return {}
    if family == "debian":
        words = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status} ${Version}\n", *wanted]
    else:
        words = ["rpm", "-q", "--qf", "%{NAME} installed %{EPOCHNUM}:%{VERSION}-%{RELEASE}\n", *wanted]
    lines = (line.split() for line in call(words).stdout.splitlines())
    installed = {line[0]: line[2] for line in lines if len(line) == 3 and line[1] == "installed"}
    return {
        name: {
            "installed": installed.get(name),
            "wanted": version,
            "comparison": _compare(family, installed[name], version, call) if version and name in installed else None,
        }
        for name, version in wanted.items()
    }


def _compare(family: str, installed: str, wanted: str, call: Run) -> str:
    if installed == wanted:
        return "same"
    if family == "debian":
        is_newer = call(["dpkg", "--compare-versions", installed, "gt", wanted]).returncode == 0
        return "newer" if is_newer else "older"
    expression = f"%{{lua:print(rpm.vercmp('{installed}', '{wanted}'))}}"
    return _COMPARISONS[int(call(["rpm", "--eval", expression]).stdout.strip() or 0) + 1]


def read_units(names: Sequence[str], root: Path, call: Run = run) -> dict[str, dict[str, Any]]:
    """`load` is "not-found" for a unit that does not exist."""
    if not names:
        return {}
    shown = call(["systemctl", "show", f"--property={','.join(_PROPERTIES)}", *names]).stdout
    blocks = [dict(_pairs(block.splitlines())) for block in shown.strip().split("\n\n")]
    return {name: _unit(block, root) for name, block in zip(names, blocks)}


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _equals, value = line.partition("=")
        yield _PROPERTIES.get(name, name), value


def _unit(shown: Mapping[str, str], root: Path) -> dict[str, Any]:
    pid = int(shown.get("pid") or 0)
    drop_ins = shown.get("drop_ins", "").split()
    started = int(shown.get("started") or 0) / 1e6
    return {
        "load": shown.get("load", "not-found"),
        "active": shown.get("active", "inactive"),
        "enabled": shown.get("enabled", ""),
        "needs_reload": shown.get("needs_reload") == "yes",
        "drop_ins": drop_ins,
        "limit_nofile": shown.get("limit_nofile"),
        "memory_max": shown.get("memory_max"),
        "binary_replaced": bool(pid) and _is_replaced(root / f"proc/{pid}/exe"),
        "newer_drop_ins": [path for path in drop_ins if pid and _is_newer(root / path.lstrip("/"), started)],
    }


def _is_replaced(executable: Path) -> bool:
    """Whether the program that runs is no longer the one on disk, as after an upgrade of its package."""
    try:
        return os.readlink(executable).endswith(" (deleted)")
    except OSError:
        return False  # it has just ended


def _is_newer(path: Path, started: float) -> bool:
    """`started` by the monotonic clock, in seconds."""
    try:
        age = time.time() - path.stat().st_mtime
    except OSError:
        return False  # removed, and systemd not yet told: needs_reload says so
    return age < time.monotonic() - started
