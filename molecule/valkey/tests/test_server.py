# SPDX-License-Identifier: GPL-3.0-or-later
"""Valkey: the same variables, other names on the host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from testinfra.host import Host

from tests.hosts.effective import Server, modes, places_with

PASSWORD = (Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "valkey").read_text(encoding="utf-8").split()[0]
LEGACY = "-p 6380"


@pytest.fixture
def main(host: Host) -> Server:
    return Server(host, "valkey")


@pytest.fixture
def legacy(host: Host) -> Server:
    return Server(host, "valkey", "legacy")


def test_the_settings_in_force_are_those_of_the_inventory(main: Server) -> None:
    """Trap 4: an empty list of save points is none at all."""
    memory = int(main.host.check_output("awk '/MemTotal/ {print $2}' /proc/meminfo")) * 1024
    found = main.settings("save", "appendonly", "maxmemory", "maxmemory-policy", "port")
    assert 0.19 * memory < int(found.pop("maxmemory")) <= 0.2 * memory
    assert found == {"save": "", "appendonly": "no", "maxmemory-policy": "allkeys-lfu", "port": "6379"}


def test_the_password_lets_in_and_nothing_else_does(main: Server) -> None:
    """Trap 13."""
    assert main.client("PING", PASSWORD) == "PONG"
    assert main.client("PING").startswith("NOAUTH")


class TestLegacy:
    def test_one_password_for_everything(self, legacy: Server) -> None:
        """Trap 13: it counts, since there is no file of users beside it."""
        assert legacy.client("PING", PASSWORD, LEGACY) == "PONG"
        assert legacy.client("PING", options=LEGACY).startswith("NOAUTH")

    @pytest.mark.parametrize("command", ["CONFIG GET port", "FLUSHALL"])
    def test_removed_commands_do_not_exist(self, legacy: Server, command: str) -> None:
        assert "unknown command" in legacy.client(command, PASSWORD, LEGACY)

    def test_its_files_are_where_it_alone_looks(self, legacy: Server) -> None:
        assert modes(legacy.host, "/var/lib/valkey/legacy")["/var/lib/valkey/legacy"] == "valkey:valkey 750"
        assert legacy.host.file("/var/lib/valkey/legacy/appendonlydir").is_directory
        assert legacy.host.file("/var/log/valkey/valkey-server-legacy.log").exists
        assert modes(legacy.host, legacy.main_file) == {legacy.main_file: "valkey:valkey 640"}

    def test_a_restart_keeps_the_data(self, legacy: Server) -> None:
        """Traps 1 and 10."""
        assert legacy.client("SET molecule:kept yes", PASSWORD, LEGACY) == "OK"
        legacy.host.check_output(f"systemctl restart {legacy.unit}")
        assert legacy.client("GET molecule:kept", PASSWORD, LEGACY) == "yes"


@pytest.mark.parametrize("instance", ["default", "legacy"])
def test_the_sandbox_is_as_tight_as_the_package_has_it(host: Host, instance: str) -> None:
    server = Server(host, "valkey", instance)
    assert server.exposure <= server.packaged_exposure


def test_no_secret_can_be_seen(host: Host) -> None:
    """Traps 29 and 30."""
    assert places_with(host, {"the password": PASSWORD}) == []
