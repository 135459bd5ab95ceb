# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's unit and process, as systemd and the kernel see them."""

from __future__ import annotations

from collections.abc import Iterator

from .rows import Row, judge
from .subject import Subject

RESERVED_FILES = 32
"""Descriptors that a server keeps for itself beside those of its clients: CONFIG_MIN_RESERVED_FDS in its server.h."""

_PACKAGED = ("/lib/systemd/", "/usr/lib/systemd/")


def check_units(subject: Subject) -> Iterator[Row]:
    wanted = subject.wanted
    for name in filter(None, (wanted.service, *wanted.units)):
        shown = subject.unit if name == wanted.service else subject.machine.unit(name)
        active = f"{shown.get('ActiveState')} ({shown.get('SubState')})"
        yield judge(
            f"unit.active {name}", "active (running)", active, active == "active (running)", f"journalctl -u {name}"
        )
        enabled = shown.get("UnitFileState", "")
        yield judge(
            f"unit.enabled {name}", "enabled", enabled or "unknown", enabled == "enabled", f"systemctl enable {name}"
        )
        reload = shown.get("NeedDaemonReload")
        yield judge(
            f"unit.loaded {name}",
            "as on disk",
            "as on disk" if reload == "no" else "older",
            reload == "no",
            "systemctl daemon-reload, and a restart of what changed",
        )
        restarts = shown.get("NRestarts", "0")
        yield judge(
            f"unit.restarts {name}",
            "0",
            restarts,
            restarts == "0",
            f"journalctl -u {name}: it ended by itself; systemctl reset-failed {name} sets the count back",
        )
        yield from _sandbox(subject, name, shown.get("FragmentPath", ""))
    missing = [path for path in wanted.drop_ins if path not in subject.unit.get("DropInPaths", "").split()]
    if wanted.drop_ins:
        yield judge(
            "unit.drop_ins",
            ", ".join(wanted.drop_ins),
            f"without {', '.join(missing)}" if missing else "loaded",
            not missing,
            "the drop-ins, and systemctl daemon-reload",
        )


def _sandbox(subject: Subject, name: str, fragment: str) -> Iterator[Row]:
    """The packaged unit stays, and drop-ins take nothing from its sandbox."""
    own = fragment.startswith(_PACKAGED)
    yield judge(
        f"unit.packaged {name}", "the package's unit", fragment or "no unit", own, f"{fragment}, which replaces it"
    )
    if not own:
        return
    packaged, effective = subject.machine.packaged_exposure(name, fragment), subject.machine.exposure(name)
    if packaged is None or effective is None:
        yield judge(f"unit.sandbox {name}", "a score", "systemd-analyze tells none", None, "")
        return
    yield judge(
        f"unit.sandbox {name}",
        f"at most {packaged}, the package's score",
        effective,
        effective <= packaged,
        f"systemd-analyze security {name}, and its drop-ins",
    )


def check_process(subject: Subject) -> Iterator[Row]:
    pid, machine = subject.pid, subject.machine
    if pid is None:
        yield judge("process", "a running server", "none", False, "the unit's status")
        return
    replaced = machine.runs_replaced_program(pid)
    yield judge(
        "process.program",
        "the one on disk",
        "one that was replaced since" if replaced else "the one on disk",
        not replaced,
        "a restart, which an upgrade of the package leaves to others",
    )
    status = machine.status(pid)
    for word, identify, wanted in (
        ("Uid", machine.user_id, subject.wanted.user),
        ("Gid", machine.group_id, subject.wanted.group),
    ):
        found, expected = status.get(word, "").split()[:1], identify(wanted)
        yield judge(
            f"process.{word.lower()}",
            f"{wanted} ({expected})",
            " ".join(found),
            found == [str(expected)],
            "User= and Group= of the unit",
        )
    yield from _open_files(subject, pid)


def _open_files(subject: Subject, pid: int) -> Iterator[Row]:
    clients = int(subject.configuration.last("maxclients", "10000"))
    limit = subject.machine.open_files_limit(pid)
    yield judge(
        "process.open_files",
        f"at least {clients + RESERVED_FILES}",
        limit or "no limit",
        limit is None or limit >= clients + RESERVED_FILES,
        "LimitNOFILE of the unit, and the host's own limit",
    )
    if "maxclients" in subject.settings:
        found = int(subject.settings["maxclients"])
        yield judge(
            "process.maxclients",
            f"{clients}, as configured",
            found,
            found == clients,
            "the server's log: it lowers maxclients to what LimitNOFILE allows",
        )
