# SPDX-License-Identifier: GPL-3.0-or-later
"""coalition-host: backups that its timer and backup.yml have made, and the server after they were restored."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from testinfra.host import Host

from tests.hosts.effective import Server

FOLDER = "/var/backups/redisops"
EXPOSURE_OF_THE_PACKAGED_UNITS = 1.2
SERVICE = "redisops-backup@default.service"


@pytest.fixture
def server(host: Host) -> Server:
    return Server(host)


@pytest.fixture
def manifests(host: Host) -> dict[str, dict[str, Any]]:
    paths = host.check_output(f"ls {FOLDER}/default/*/manifest.json").split()
    return {path.split("/")[-2]: json.loads(host.check_output(f"cat {path}")) for path in paths}


def test_each_backup_tells_what_is_in_it(manifests: dict[str, dict[str, Any]]) -> None:
    assert {"append-only", "by-hand"} < manifests.keys()
    by_timer = manifests.keys() - {"append-only", "by-hand"}
    assert len(by_timer) == 1
    assert {manifests[name]["kind"] for name in ("append-only", *by_timer)} == {"aof"}
    assert manifests["by-hand"]["kind"] == "rdb"
    for manifest in manifests.values():
        assert manifest["contents"]["databases"]["1"]["keys"] >= 1
        assert manifest["contents"]["databases"]["0"]["keys"] >= 1000
        assert len(manifest["contents"]["samples"]) >= 90


def test_the_engines_own_tools_take_them(host: Host) -> None:
    assert "RDB looks OK" in host.check_output(f"redis-check-rdb {FOLDER}/default/by-hand/dump.rdb")
    path = f"{FOLDER}/default/append-only/appendonlydir/appendonly.aof.manifest"
    assert "All AOF files and manifest are valid" in host.check_output(f"redis-check-aof {path}")


def test_nobody_but_root_reads_them(host: Host) -> None:
    listed = host.check_output(f"find {FOLDER} -printf '%y %m %u\\n' | sort -u").splitlines()
    assert listed == ["d 700 root", "f 600 root"]
    assert host.run(f"runuser -u redis -- cat {FOLDER}/default/by-hand/dump.rdb").rc != 0


def test_the_timer_waits_for_its_time(host: Host) -> None:
    timer = host.service("redisops-backup@default.timer")
    assert timer.is_enabled
    assert timer.is_running
    shown = host.check_output(f"systemctl show --property=Result,ExecMainStatus {SERVICE}").split()
    assert sorted(shown) == ["ExecMainStatus=0", "Result=success"]


def test_its_unit_is_no_less_confined_than_the_packaged_ones(host: Host) -> None:
    line = host.check_output(f"systemd-analyze security --no-pager {SERVICE}").splitlines()[-1]
    assert float(line.split(": ")[1].split()[0]) <= EXPOSURE_OF_THE_PACKAGED_UNITS


def test_the_password_is_in_its_file_alone(host: Host) -> None:
    """Trap 29 and 30: neither in arguments nor in the environment, the unit's text or the journal."""
    path = json.loads(host.check_output("cat /etc/redisops/default/backup.json"))["login_secret_file"]
    secret = host.file(path)
    assert (secret.mode, secret.user) == (0o600, "root")
    elsewhere = (
        f"systemctl show {SERVICE}; systemctl cat {SERVICE}; journalctl -u {SERVICE}; cat /etc/redisops/default/*.json"
    )
    assert secret.content_string.strip() not in host.check_output(elsewhere)


def test_what_was_replaced_is_still_there(host: Host) -> None:
    aside = host.check_output(
        "find /var/lib/redis -maxdepth 1 -name 'redisops-replaced-*' -printf '%m %u\\n'"
    ).splitlines()
    assert aside == ["700 root"] * 2
    assert host.run("ls -d /var/lib/redis/.redisops-*").rc != 0


def test_the_restored_server_appends(server: Server) -> None:
    """Traps 1 and 2: had it looked for its data elsewhere, it would be empty after one more start."""
    told = server.operator("INFO persistence")
    assert "aof_enabled:1" in told
    assert "aof_last_write_status:ok" in told
    before = server.operator("DBSIZE")
    assert int(before.split()[-1]) >= 1000
    server.host.check_output(f"systemctl restart {server.unit}")
    assert server.operator("DBSIZE") == before


def test_a_stop_waits_for_the_save(server: Server) -> None:
    """Trap 5: the unit gives the server all the time that it needs to save, and it has saved when it is stopped."""
    stop_timeout = server.host.check_output(f"systemctl show --property=TimeoutStopUSec --value {server.unit}")
    assert stop_timeout == "infinity"
    keys = sum(map(int, re.findall(r"keys=(\d+)", server.operator("INFO keyspace"))))
    server.host.check_output(f"rm -f /var/lib/redis/dump.rdb && systemctl stop {server.unit}")
    try:
        read = server.host.check_output("redis-check-rdb /var/lib/redis/dump.rdb")
    finally:
        server.host.check_output(f"systemctl start {server.unit}")
    assert f"[info] {keys} keys read" in read
