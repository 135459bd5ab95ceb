# SPDX-License-Identifier: GPL-3.0-or-later
"""Every member runs the new version, and replicates."""

from __future__ import annotations

from typing import Any

import pytest

NEW = "5:7.0.15-1~deb12u10"

Host = Any


@pytest.mark.parametrize("package", ["redis-server", "redis-sentinel", "redis-tools"])
def test_the_new_version_is_installed(host: Host, package: str) -> None:
    assert host.package(package).version == NEW


@pytest.mark.parametrize("unit", ["redis-server", "redis-sentinel"])
def test_it_is_the_one_that_runs(host: Host, unit: str) -> None:
    pid = host.run(f"systemctl show --property=MainPID --value {unit}").stdout.strip()
    assert "(deleted)" not in host.run(f"readlink /proc/{pid}/exe").stdout


def test_it_replicates(host: Host) -> None:
    secret = "$(cat /etc/redisops/default/redisops.secret)"
    cli = f'REDISCLI_AUTH="{secret}" redis-cli --no-auth-warning --user redisops -s /run/redis/redis-server.sock'
    told = host.run(f"{cli} INFO replication").stdout
    assert "master_link_status:up" in told or "connected_slaves:2" in told
