# SPDX-License-Identifier: GPL-3.0-or-later
"""The host itself is as sound after the role as it was before."""

from __future__ import annotations

from testinfra.host import Host


def test_systemd_is_running(host: Host) -> None:
    assert host.check_output("systemctl is-system-running") == "running"
