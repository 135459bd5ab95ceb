# SPDX-License-Identifier: GPL-3.0-or-later
"""coalition-host: what its server does after it was deployed, deployed again, and given what it had to refuse."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from testinfra.host import Host

from tests.hosts.effective import Server, modes, places_with

PASSWORD = (Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "coalition-host").read_text(encoding="utf-8").split()[0]


@pytest.fixture
def server(host: Host) -> Server:
    return Server(host)


def test_the_settings_in_force_are_those_of_the_inventory(server: Server) -> None:
    wanted = {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "auto-aof-rewrite-percentage": "100",
        "auto-aof-rewrite-min-size": str(64 * 1024**2),
        "save": "900 1 300 1000",
        "maxmemory": str(96 * 1024**2),
        "maxmemory-policy": "allkeys-lru",
        "tcp-keepalive": "60",
        "timeout": "0",
        "protected-mode": "yes",
        "bind": "127.0.0.1 -::1",
        "port": "6379",
        "aclfile": "/etc/redisops/default/users.acl",
    }
    assert server.settings(*wanted) == wanted


class TestAccess:
    def test_the_password_lets_in_and_nothing_else_does(self, server: Server) -> None:
        """Trap 13."""
        assert server.client("PING", PASSWORD) == "PONG"
        assert server.client("PING").startswith("NOAUTH")
        assert server.client("PING", "another-password-1187").startswith("NOAUTH")
        assert server.client("AUTH another-password-1187").startswith("WRONGPASS")

    def test_it_listens_on_loopback_alone(self, server: Server) -> None:
        listening = server.host.check_output("ss --no-header --listening --numeric --tcp 'sport = :6379'").splitlines()
        assert listening
        assert {line.split()[3] for line in listening} <= {"127.0.0.1:6379", "[::1]:6379"}

    @pytest.mark.parametrize("command", ["FLUSHALL", "FLUSHDB"])
    def test_removed_commands_do_not_exist(self, server: Server, command: str) -> None:
        assert "unknown command" in server.client(command, PASSWORD)
        assert "unknown command" in server.operator(command)

    def test_config_is_denied_to_clients(self, server: Server) -> None:
        """Traps 8, 9 and 16: those who need it have it, and nobody reads a password by it."""
        assert server.client("CONFIG GET requirepass", PASSWORD).startswith("NOPERM")

    def test_users_are_those_that_there_should_be(self, server: Server) -> None:
        """Traps 13 and 17."""
        backup, default, operator = sorted(server.operator("ACL LIST").splitlines())
        assert backup.startswith("user backup on ")
        assert "+config" not in backup
        assert default.startswith("user default on ")
        assert "nopass" not in default
        assert default.count("#") == 1
        assert operator.startswith("user redisops on ")

    def test_no_secret_can_be_seen(self, host: Host) -> None:
        """Traps 29 and 30."""
        operators = host.check_output("cat /etc/redisops/default/redisops.secret")
        assert places_with(host, {"the password": PASSWORD, "the operator's": operators}) == []


class TestFiles:
    def test_modes(self, host: Host) -> None:
        found = modes(host, "/etc/redisops/default")
        assert found == {
            "/etc/redisops/default": "root:redis 750",
            "/etc/redisops/default/backup.json": "root:root 600",
            "/etc/redisops/default/backup.secret": "root:root 600",
            "/etc/redisops/default/live.conf": "root:redis 640",
            "/etc/redisops/default/redisops.secret": "root:root 600",
            "/etc/redisops/default/restart.conf": "root:redis 640",
            "/etc/redisops/default/users.acl": "root:redis 640",
        } | {path: mode for path, mode in found.items() if path.startswith("/etc/redisops/default/tls")}

    def test_the_server_cannot_change_its_settings_on_disk(self, host: Host) -> None:
        command = "setpriv --reuid=redis --regid=redis --clear-groups test -w /etc/redisops/default/live.conf"
        assert host.run(command).rc != 0

    def test_the_main_file_is_the_packages_with_two_lines_more(self, server: Server) -> None:
        """Trap 24."""
        lines = server.host.file(server.main_file).content_string.splitlines()
        includes = [line for line in lines if line.startswith("include /etc/redisops/")]
        assert len(includes) == 2
        assert "tcp-keepalive 300" in lines  # the package's own, overruled by ours
        assert modes(server.host, server.main_file) == {server.main_file: "redis:redis 640"}

    def test_persistence_is_on_the_disk(self, server: Server) -> None:
        """Trap 3: a directory with a manifest, where the guide speaks of one file."""
        folder = "/var/lib/redis/appendonlydir"
        before = int(server.host.check_output(f"du --bytes --summarize {folder}").split()[0])
        for number in range(20):
            server.client(f"SET molecule:{number} {'x' * 1000}", PASSWORD)
        deadline = time.monotonic() + 10
        while int(server.host.check_output(f"du --bytes --summarize {folder}").split()[0]) < before + 20000:
            assert time.monotonic() < deadline, "20 writes have not reached the file"
        assert server.host.file(f"{folder}/appendonly.aof.manifest").exists


class TestUnit:
    def test_it_is_the_packages_own(self, server: Server) -> None:
        show = f"systemctl show --property=FragmentPath,DropInPaths,UnitFileState {server.unit}"
        found = dict(line.split("=", 1) for line in server.host.check_output(show).splitlines())
        assert found == {
            "FragmentPath": "/lib/systemd/system/redis-server.service",
            "DropInPaths": "",
            "UnitFileState": "enabled",
        }

    def test_its_sandbox_is_as_tight_as_the_package_has_it(self, server: Server) -> None:
        assert server.exposure <= server.packaged_exposure

    def test_it_is_given_the_time_to_save(self, server: Server) -> None:
        """Trap 5."""
        show = f"systemctl show --property=TimeoutStopUSec --value {server.unit}"
        assert server.host.check_output(show) == "infinity"

    def test_a_restart_keeps_the_data_and_the_settings(self, server: Server) -> None:
        """Traps 1 and 5."""
        server.client("SET molecule:kept yes", PASSWORD)
        server.host.check_output(f"systemctl restart {server.unit}")
        assert server.client("GET molecule:kept", PASSWORD) == "yes"
        assert server.settings("appendonly", "maxmemory-policy") == {
            "appendonly": "yes",
            "maxmemory-policy": "allkeys-lru",
        }


class TestKernel:
    def test_what_outlives_a_reboot(self, host: Host) -> None:
        """Trap 25. These hosts do not own their kernel, so its values cannot be had."""
        sysctls = host.file("/etc/sysctl.d/60-redisops.conf").content_string
        assert "vm.overcommit_memory = 1" in sysctls
        assert "madvise" in host.file("/etc/tmpfiles.d/redisops.conf").content_string

    def test_the_backlog_is_not_cut(self, server: Server) -> None:
        """Trap 25."""
        somaxconn = int(server.host.check_output("sysctl --values net.core.somaxconn"))
        assert somaxconn >= int(server.settings("tcp-backlog")["tcp-backlog"])
