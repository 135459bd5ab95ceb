# SPDX-License-Identifier: GPL-3.0-or-later
"""With programs of systemd's names in place of systemd, whose real ones the scenarios on hosts start."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import SystemdUnit, UnitFailed

SYSTEMCTL = """#!/bin/sh
echo "$@" >> {folder}/calls
case "$1" in
  {failing}) echo "Job for $2 failed." >&2; exit 1;;
esac
"""
UNIT = SystemdUnit("redis-server.service")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def install(folder: Path, failing: str, log: str = "") -> None:
    programs = {
        "systemctl": SYSTEMCTL.format(folder=folder, failing=failing),
        "journalctl": f"#!/bin/sh\nprintf '{log}'\n",
    }
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


@pytest.mark.parametrize("verb", ["start", "restart", "stop"])
def test_a_unit_is_controlled(folder: Path, verb: str) -> None:
    """What failed before is forgotten first, or systemd would not start it."""
    install(folder, "nothing")
    getattr(UNIT, verb)()
    assert (folder / "calls").read_text() == f"reset-failed redis-server.service\n{verb} redis-server.service\n"


def test_whether_it_is_active(folder: Path) -> None:
    install(folder, "nothing")
    assert UNIT.is_active()
    install(folder, "is-active")
    assert not UNIT.is_active()


@pytest.mark.parametrize(
    ("log", "told"), [("Fatal error\n", "Fatal error"), ("", "Job for redis-server.service failed.")]
)
def test_a_failure_tells_the_units_log(folder: Path, log: str, told: str) -> None:
    install(folder, "restart", log)
    with pytest.raises(UnitFailed) as failed:
        UNIT.restart()
    assert str(failed.value) == f"systemctl restart redis-server.service failed:\n{told}"
