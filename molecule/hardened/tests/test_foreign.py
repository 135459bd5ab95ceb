# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine sees that has no business with the servers."""

from __future__ import annotations

import pytest
from testinfra.host import Host

testinfra_hosts = ["ansible://foreign"]

TIMED_OUT = 124


@pytest.mark.parametrize("port", [6379, 6380])
def test_the_ports_do_not_answer(host: Host, port: int) -> None:
    assert host.run(f"timeout 2 bash -c '</dev/tcp/10.213.0.20/{port}'").rc == TIMED_OUT


def test_the_host_itself_does(host: Host) -> None:
    assert host.run("timeout 2 bash -c '</dev/tcp/10.213.0.20/22'").rc == 0
