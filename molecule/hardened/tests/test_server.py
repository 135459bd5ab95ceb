# SPDX-License-Identifier: GPL-3.0-or-later
"""The hardened host: encrypted, named users, new names for commands, two servers with what each needs from the host."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path

import pytest
from testinfra.host import Host

from tests.hosts.effective import Server, modes, places_with

testinfra_hosts = ["ansible://hardened"]

ADDRESS = "10.213.0.20"
SECRETS = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
TLS = "--tls --cacert /etc/redisops/default/tls/ca.crt"


def secret(name: str) -> str:
    return (SECRETS / name).read_text(encoding="utf-8").split()[0]


@pytest.fixture(params=["default", "sessions"])
def server(request: pytest.FixtureRequest, host: Host) -> Server:
    return Server(host, instance=request.param)


@pytest.fixture
def main(host: Host) -> Server:
    return Server(host)


@pytest.fixture
def sessions(host: Host) -> Server:
    return Server(host, instance="sessions")


def served_certificate(host: Host, port: int) -> bytes:
    """Checked against the host's authority and name, as a client on another machine would."""
    context = ssl.create_default_context(cadata=host.file("/etc/redisops/ca/ca.crt").content_string)
    with (
        socket.create_connection((ADDRESS, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=ADDRESS) as encrypted,
    ):
        return encrypted.getpeercert(binary_form=True) or b""


class TestEncryption:
    @pytest.mark.parametrize(("port", "instance"), [(6379, "default"), (6380, "sessions")])
    def test_the_certificate_on_the_disk_is_served(self, host: Host, port: int, instance: str) -> None:
        """Trap 32: it was renewed after the server had started."""
        on_disk = host.file(f"/etc/redisops/{instance}/tls/server.crt").content_string
        assert served_certificate(host, port) == ssl.PEM_cert_to_DER_cert(on_disk)

    def test_the_server_can_read_the_key_and_others_cannot(self, server: Server) -> None:
        """Trap 32."""
        folder = f"/etc/redisops/{server.instance}/tls"
        assert modes(server.host, folder) == {
            folder: "root:redis 750",
            f"{folder}/ca.crt": "root:redis 644",
            f"{folder}/server.crt": "root:redis 640",
            f"{folder}/server.key": "root:redis 640",
        }

    def test_plain_text_is_refused(self, main: Server) -> None:
        assert main.client("PING", secret("default"), f"{TLS} -p 6379") == "PONG"
        assert "PONG" not in main.client("PING", secret("default"))


class TestAccess:
    @pytest.mark.parametrize("name", ["shop-old", "shop-new"])
    def test_two_passwords_at_a_time(self, main: Server, name: str) -> None:
        options = f"{TLS} -p 6379 --user shop"
        assert main.client("SET shop:cart 1", secret(name), options) == "OK"
        assert main.client("SET other 1", secret(name), options).startswith("NOPERM")

    def test_a_renamed_command_is_known_by_its_new_name_only(self, main: Server) -> None:
        """Traps 8 and 9."""
        assert "unknown command" in main.operator("CONFIG GET port")
        assert main.operator("hardened-config GET tls-port").splitlines() == ["tls-port", "6379"]
        denied = main.client("hardened-config GET port", secret("default"), f"{TLS} -p 6379")
        assert denied.startswith("NOPERM")

    @pytest.mark.parametrize("command", ["FLUSHALL", "DEBUG SLEEP 0"])
    def test_removed_commands_do_not_exist(self, server: Server, command: str) -> None:
        assert "unknown command" in server.operator(command)

    def test_what_this_hosts_tools_need_is_denied_to_others(self, main: Server) -> None:
        assert main.client("SHUTDOWN", secret("default"), f"{TLS} -p 6379").startswith("NOPERM")

    def test_no_secret_can_be_seen(self, host: Host) -> None:
        """Traps 29 and 30."""
        names = ["default", "shop-old", "shop-new"]
        assert places_with(host, {name: secret(name) for name in names}) == []


class TestInstance:
    def test_each_has_its_own_data(self, main: Server, sessions: Server) -> None:
        sessions.operator("SET molecule:mine yes")
        assert main.operator("GET molecule:mine") == ""
        assert sessions.host.file("/srv/sessions/appendonlydir").is_directory

    def test_a_directory_elsewhere_can_be_written_to(self, sessions: Server) -> None:
        """Trap 27."""
        assert modes(sessions.host, "/srv/sessions")["/srv/sessions"] == "redis:redis 750"
        show = f"systemctl show --property=ReadWritePaths --value {sessions.unit}"
        assert "/srv/sessions" in sessions.host.check_output(show).split()

    def test_the_drop_in_is_in_force(self, sessions: Server) -> None:
        show = f"systemctl show --property=LimitNOFILE,MemoryMax,TimeoutStartUSec {sessions.unit}"
        assert sessions.host.check_output(show).splitlines() == [
            "TimeoutStartUSec=15min",
            "MemoryMax=536870912",
            "LimitNOFILE=12000",
        ]
        limits = sessions.host.file(f"/proc/{sessions.process}/limits").content_string
        assert "Max open files            12000" in limits

    def test_its_share_is_one_of_the_units_limit(self, sessions: Server) -> None:
        """Trap 26."""
        answer = sessions.operator("hardened-config GET maxmemory").splitlines()
        assert answer == ["maxmemory", str(256 * 1024**2)]

    def test_its_sandbox_is_as_tight_as_the_package_has_it(self, server: Server) -> None:
        assert server.exposure <= server.packaged_exposure


class TestFirewall:
    def test_its_table_is_its_own(self, host: Host) -> None:
        assert host.check_output("nft list tables").splitlines() == ["table inet redisops"]

    def test_it_comes_back_at_boot_and_after_the_hosts_own(self, host: Host) -> None:
        assert host.service("redisops-firewall").is_enabled
        host.check_output("systemctl start nftables && systemctl reload nftables")
        assert "table inet redisops" in host.check_output("nft list tables").splitlines()
        host.check_output("systemctl stop nftables && systemctl restart redisops-firewall")
