# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a host: everything that a role has to know about it, for the price of one task."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from ..processes import Run, run
from .files import read_certificates, read_paths
from .services import read_packages, read_units
from .system import read_kernel, read_memory, read_os


@dataclass(frozen=True)
class Questions:
    """`packages` has the wanted version of each, or None."""

    packages: dict[str, str | None] = field(default_factory=dict)
    units: list[str] = field(default_factory=list)
    sysctls: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)


def observe_host(questions: Questions, root: Path = Path("/"), call: Run = run) -> dict[str, Any]:
    system = read_os(root)
    return {
        "os": system,
        "memory": read_memory(root),
        "kernel": read_kernel(root, questions.sysctls),
        "packages": read_packages(system["family"], questions.packages, call),
        "units": read_units(questions.units, root, call),
        "paths": read_paths(questions.paths),
        "certificates": read_certificates(questions.certificates),
        "python": {"version": platform.python_version(), "redis": _redis_version()},
    }


def _redis_version() -> str | None:
    """By its metadata: to import it takes longer than everything else here."""
    try:
        return metadata.version("redis")
    except metadata.PackageNotFoundError:
        return None
