# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operating system as its own files describe it: /etc/os-release, /proc and /sys below `root`."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_DEBIAN = {"debian", "ubuntu"}
_THP = "sys/kernel/mm/transparent_hugepage/enabled"
# Without a limit, cgroup v1 shows the largest multiple of a page that fits into 64 bits.
_NO_LIMIT = 1 << 60


def read_os(root: Path) -> dict[str, str]:
    """`family` is debian or redhat; anything else is taken for the latter, whose package tool is rpm."""
    lines = (root / "etc/os-release").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    found = {name: " ".join(shlex.split(value)) for name, value in pairs}
    related = {found.get("ID", ""), *found.get("ID_LIKE", "").split()}
    return {
        "id": found.get("ID", ""),
        "version_id": found.get("VERSION_ID", ""),
        "codename": found.get("VERSION_CODENAME", ""),
        "family": "debian" if related & _DEBIAN else "redhat",
    }


def read_memory(root: Path) -> dict[str, int | None]:
    """Bytes. `limit` is the least that the control groups of the host's services allow, or None."""
    first = (root / "proc/meminfo").read_text(encoding="ascii").splitlines()[0]
    total = int(first.split()[1]) * 1024
    limit = min(_limits(root), default=None)
    return {"total": total, "limit": limit, "effective": min(total, limit or total)}


def _limits(root: Path) -> Iterator[int]:
    """Services are in system.slice; in a container the topmost group is the container's own."""
    names = {"sys/fs/cgroup": "memory.max", "sys/fs/cgroup/memory": "memory.limit_in_bytes"}
    for folder, name in names.items():
        for below in ("", "system.slice"):
            try:
                text = (root / folder / below / name).read_text(encoding="ascii").strip()
            except OSError:
                continue  # this version of cgroups is not there, or the group has no limits of its own
            if text.isdigit() and int(text) < _NO_LIMIT:
                yield int(text)


def read_kernel(root: Path, sysctls: Iterable[str]) -> dict[str, Any]:
    """`read_only` has the names, "transparent_hugepage" among them, that root cannot set here, as in a container."""
    files = {name: root / "proc/sys" / name.replace(".", "/") for name in sysctls}
    thp = root / _THP
    modes = _text(thp) or ""
    return {
        "release": platform.release(),
        "sysctls": {name: _text(path) for name, path in files.items()},
        "transparent_hugepage": modes.partition("[")[2].partition("]")[0] or None,
        "read_only": [
            name for name, path in {**files, "transparent_hugepage": thp}.items() if not os.access(path, os.W_OK)
        ],
    }


def _text(path: Path) -> str | None:
    try:
        return " ".join(path.read_text(encoding="ascii").split())
    except OSError:
        return None
