# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.access import check_acl, check_sockets

from tests.unit.plugins.module_utils.redis.inspection.samples import PID, Host, by_name, verdicts

CLOSED = "user default off resetchannels -@all"
OPEN = "user default on nopass sanitize-payload ~* &* +@all"
WITH_PASSWORD = "user default on #5e88 ~* &* +@all"
# As /proc/net/tcp prints them on a little-endian machine.
ADDRESSES = {"127.0.0.1": "0100007F", "0.0.0.0": "00000000", "192.0.2.5": "050200C0"}
ADDRESSES_6 = {"::1": "00000000000000000000000001000000", "::": "0" * 32}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def listen(host: Host, *endpoints: tuple[str, int], foreign: tuple[tuple[str, int], ...] = ()) -> None:
    """The sockets of the process, and those of others."""
    tables = {"tcp": ["header"], "tcp6": ["header"]}
    folder = host.root / f"proc/{PID}/fd"
    folder.mkdir(parents=True)
    for inode, (address, port) in enumerate((*endpoints, *foreign), 100):
        name, words = ("tcp6", ADDRESSES_6[address]) if ":" in address else ("tcp", ADDRESSES[address])
        tables[name].append(f"0: {words}:{port:04X} 0:0 0A 0:0 00:0 0 0 0 {inode} 1 0 100")
        if (address, port) in endpoints:
            (folder / str(inode)).symlink_to(f"socket:[{inode}]")
    tables["tcp"].append(f"1: {ADDRESSES['192.0.2.5']}:18EB 0:0 01 0:0 00:0 0 0 0 100 1 0 100")  # an established one
    for name, lines in tables.items():
        host.write(f"/proc/{PID}/net/{name}", "\n".join(lines))


class TestSockets:
    def test_in_order(self, host: Host) -> None:
        listen(host, ("127.0.0.1", 6379), ("::1", 6379), foreign=(("0.0.0.0", 22),))
        assert verdicts(check_sockets(host.subject(bind=("127.0.0.1", "-::1")))) == {"sockets.tcp": True}

    def test_an_address_with_a_dash_may_be_missing(self, host: Host) -> None:
        listen(host, ("127.0.0.1", 6379))
        assert by_name(check_sockets(host.subject(bind=("127.0.0.1", "-::1"))))["sockets.tcp"].ok
        row = by_name(check_sockets(host.subject(bind=("127.0.0.1", "::1"))))["sockets.tcp"]
        assert (row.ok, row.found) == (False, "not [::1]:6379")

    def test_more_than_it_should(self, host: Host) -> None:
        """Trap 13: what opens a server to others."""
        listen(host, ("0.0.0.0", 6379), ("0.0.0.0", 6380))
        row = by_name(check_sockets(host.subject(bind=("127.0.0.1",), ports=(6380,))))["sockets.tcp"]
        assert row.ok is False
        assert row.found == "also 0.0.0.0:6379, 0.0.0.0:6380; not 127.0.0.1:6380"

    @pytest.mark.parametrize("bind", ["*", "* -::*", "0.0.0.0"])
    def test_everywhere_as_configured(self, host: Host, bind: str) -> None:
        host.settings |= {"bind": bind, "port": "0", "tls-port": "6390"}
        listen(host, ("0.0.0.0", 6390))
        assert by_name(check_sockets(host.subject()))["sockets.tcp"].ok

    def test_the_bus_of_a_cluster(self, host: Host) -> None:
        host.settings |= {"bind": "127.0.0.1", "cluster-enabled": "yes"}
        listen(host, ("127.0.0.1", 6379), ("127.0.0.1", 16379))
        assert by_name(check_sockets(host.subject()))["sockets.tcp"].ok

    def test_without_a_process_there_is_nothing_to_say(self, host: Host) -> None:
        host.unit["MainPID"] = "0"
        assert list(check_sockets(host.subject())) == []


class TestAcl:
    @pytest.mark.parametrize(
        ("lines", "welcome", "default", "others"),
        [
            ([CLOSED], (), True, True),
            ([WITH_PASSWORD], (), True, True),
            ([OPEN], (), False, True),
            ([OPEN], ("default",), True, True),
            ([CLOSED, "user anyone on nopass ~* +@all"], (), True, False),
            ([CLOSED, "user anyone on nopass ~* +@all"], ("anyone",), True, True),
            ([CLOSED, "user anyone off nopass ~* +@all"], (), True, True),
        ],
    )
    def test_who_needs_no_password(
        self, host: Host, lines: list[str], welcome: tuple[str, ...], default: bool, others: bool
    ) -> None:
        """Trap 13: an ACL file without a line for default leaves it open."""
        host.server.answers["ACL"] = lines
        found = verdicts(check_acl(host.subject(nopass_users=welcome)))
        assert found == {"acl.default": default, "acl.nopass": others}

    def test_a_default_that_is_off_but_needs_no_password(self, host: Host) -> None:
        """Trap 17: it is out, and stays told as what it is when somebody switches it on."""
        host.server.answers["ACL"] = ["user default off nopass ~* +@all"]
        assert by_name(check_acl(host.subject()))["acl.default"].found == "off"
