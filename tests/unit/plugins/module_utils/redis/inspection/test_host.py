# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.system import read_kernel
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection import host as checks
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.host import check_kernel, check_memory

from tests.unit.plugins.module_utils.redis.inspection.samples import PID, Host, by_name, verdicts

THP = "/sys/kernel/mm/transparent_hugepage/enabled"
SS = "LISTEN 0 {} 127.0.0.1:6379 0.0.0.0:*\nLISTEN 0 {} [::1]:6379 [::]:*\nLISTEN 0 5 0.0.0.0:22 0.0.0.0:*\n"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


class TestKernel:
    """Trap 25."""

    def test_in_order(self, host: Host) -> None:
        names = ["kernel.vm.overcommit_memory", "kernel.transparent_hugepage", "kernel.net.core.somaxconn"]
        assert verdicts(check_kernel(host.subject())) == dict.fromkeys(names, True)

    def test_overcommit(self, host: Host) -> None:
        """Trap 25."""
        host.write("/proc/sys/vm/overcommit_memory", "0\n")
        assert by_name(check_kernel(host.subject()))["kernel.vm.overcommit_memory"].ok is False

    def test_what_the_host_does_not_let_be_set_is_told_and_not_judged(
        self, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trap 25: it is the machine's own, in a container it is beyond reach."""
        host.write("/proc/sys/vm/overcommit_memory", "0\n")
        monkeypatch.setattr(
            checks, "read_kernel", lambda *given: {**read_kernel(*given), "read_only": ["vm.overcommit_memory"]}
        )
        row = by_name(check_kernel(host.subject()))["kernel.vm.overcommit_memory"]
        assert (row.ok, row.found) == (None, "0 (this host does not let it be set)")

    @pytest.mark.parametrize(
        ("mode", "own", "ok"),
        [
            ("[always] madvise never", "1", False),
            ("[always] madvise never", "0", True),
            ("always madvise [never]", "1", True),
        ],
    )
    def test_huge_pages_of_host_and_process(self, host: Host, mode: str, own: str, ok: bool) -> None:
        """Trap 25: the server switches them off for itself."""
        host.write(THP, mode)
        host.write(f"/proc/{PID}/status", f"THP_enabled:\t{own}\n")
        assert by_name(check_kernel(host.subject()))["kernel.transparent_hugepage"].ok is ok

    def test_a_kernel_without_huge_pages(self, host: Host) -> None:
        (host.root / THP.lstrip("/")).unlink()
        assert by_name(check_kernel(host.subject()))["kernel.transparent_hugepage"].ok

    @pytest.mark.parametrize(("backlogs", "ok"), [((511, 511), True), ((511, 128), False)])
    def test_the_queue_in_effect(self, host: Host, backlogs: tuple[int, int], ok: bool) -> None:
        """Trap 25: a later somaxconn does nothing for a listener that is there already."""
        host.programs.prints["ss "] = SS.format(*backlogs)
        row = by_name(check_kernel(host.subject()))["kernel.net.core.somaxconn"]
        assert (row.ok, row.found) == (ok, str(min(backlogs)))

    def test_without_ss_the_setting_has_to_do(self, host: Host) -> None:
        host.settings["tcp-backlog"] = "511"
        host.write("/proc/sys/net/core/somaxconn", "128\n")
        row = by_name(check_kernel(host.subject()))["kernel.net.core.somaxconn"]
        assert (row.ok, row.found) == (False, "128")


class TestMemory:
    """Trap 26. The host has 1 GiB."""

    @pytest.mark.parametrize(
        ("settings", "info", "mebibytes", "ok"),
        [
            ({"save": "3600 1"}, {}, 614, True),
            ({"save": "3600 1"}, {}, 615, False),
            ({"save": "", "appendonly": "yes"}, {}, 615, False),
            ({"save": "", "appendonly": "no"}, {}, 615, True),
            ({"save": "", "appendonly": "no"}, {}, 820, False),
            ({"save": "", "appendonly": "no"}, {"connected_slaves": "1"}, 615, False),
        ],
    )
    def test_room_for_a_fork(
        self, host: Host, settings: dict[str, str], info: dict[str, str], mebibytes: int, ok: bool
    ) -> None:
        """Trap 26."""
        host.settings |= {**settings, "maxmemory": str(mebibytes * 1024**2)}
        host.info |= info
        row = by_name(check_memory(host.subject()))["memory.maxmemory"]
        assert (row.ok, row.found) == (ok, f"{mebibytes} MiB")

    def test_the_limit_of_the_unit_counts(self, host: Host) -> None:
        """Trap 26."""
        host.settings |= {"save": "", "maxmemory": str(500 * 1024**2)}
        assert by_name(check_memory(host.subject()))["memory.maxmemory"].ok
        host.unit["MemoryMax"] = str(512 * 1024**2)
        assert by_name(check_memory(host.subject()))["memory.maxmemory"].ok is False

    def test_no_limit_is_told(self, host: Host) -> None:
        host.settings["maxmemory"] = "0"
        row = by_name(check_memory(host.subject()))["memory.maxmemory"]
        assert (row.ok, row.found) == (None, "no limit is set")
