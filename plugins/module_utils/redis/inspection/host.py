# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the server needs of the kernel and of the host's memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..host.memory import safe_share, systemd_size_in_bytes
from ..host.system import read_kernel, read_memory
from .rows import Row, judge
from .subject import Subject

OVERCOMMIT, SOMAXCONN, HUGE_PAGES = "vm.overcommit_memory", "net.core.somaxconn", "transparent_hugepage"


def check_kernel(subject: Subject) -> Iterator[Row]:
    kernel = read_kernel(subject.machine.root, [OVERCOMMIT, SOMAXCONN])
    found = kernel["sysctls"][OVERCOMMIT]
    yield _kernel_row(
        kernel,
        OVERCOMMIT,
        ("1", found, found == "1"),
        "sysctl vm.overcommit_memory=1: without it a fork can fail, and after it all writes",
    )
    yield _kernel_row(
        kernel,
        HUGE_PAGES,
        _huge_pages(subject, kernel[HUGE_PAGES]),
        "/sys/kernel/mm/transparent_hugepage/enabled, and disable-thp of the server",
    )
    backlog = int(subject.setting("tcp-backlog", "511"))
    backlogs = subject.machine.backlogs(subject.ports)
    effective = min(backlogs.values()) if backlogs else min(backlog, int(kernel["sysctls"][SOMAXCONN] or 0))
    yield _kernel_row(
        kernel,
        SOMAXCONN,
        (f"a queue of {backlog}, the tcp-backlog", effective, effective >= backlog),
        "sysctl net.core.somaxconn, after which the server has to be restarted",
    )


def _kernel_row(kernel: dict[str, Any], name: str, compared: tuple[str, object, bool], look_at: str) -> Row:
    """`compared`: what is expected, what was found, and whether it is enough."""
    expected, found, ok = compared
    if not ok and name in kernel["read_only"]:
        return judge(f"kernel.{name}", expected, f"{found} (this host does not let it be set)", None, "")
    return judge(f"kernel.{name}", expected, found, ok, look_at)


def _huge_pages(subject: Subject, mode: str | None) -> tuple[str, object, bool]:
    expected = "never or madvise, or off for the process"
    if mode is None:
        return expected, "a kernel without them", True
    own = subject.machine.status(subject.pid).get("THP_enabled") if subject.pid else None
    found = f"{mode}, off for the process" if own == "0" else mode
    return expected, found, mode != "always" or own == "0"


def check_memory(subject: Subject) -> Iterator[Row]:
    """Writes during a save or a rewrite copy pages (trap 26), so data may not fill the memory."""
    limit = subject.unit.get("MemoryMax", "infinity")
    memory = read_memory(subject.machine.root)["effective"] or 0
    if limit.isdigit():
        memory = min(memory, systemd_size_in_bytes(limit))
    forks = subject.is_saving or int(subject.info.get("connected_slaves", "0")) > 0
    share = safe_share(forks)
    expected = f"at most {_in_mib(memory * share // 100)} ({share} % of {_in_mib(memory)})"
    maxmemory = int(subject.settings.get("maxmemory", "0"))
    if not maxmemory:
        yield judge("memory.maxmemory", expected, "no limit is set", None, "")
        return
    yield judge(
        "memory.maxmemory",
        expected,
        _in_mib(maxmemory),
        maxmemory <= memory * share // 100,
        "maxmemory, the host's memory, and MemoryMax of the unit",
    )


def _in_mib(size: int) -> str:
    return f"{size // 1024**2} MiB"
