# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.system import (
    read_kernel,
    read_memory,
    read_os,
)

MIB = 1024**2


def write(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("lines", "family"),
    [
        ('ID=debian\nVERSION_ID="12"', "debian"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"', "debian"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "redhat"),
    ],
)
def test_families(tmp_path: Path, lines: str, family: str) -> None:
    write(tmp_path, "etc/os-release", f"# comment\nNAME='Some Linux'\n{lines}\n")
    assert read_os(tmp_path)["family"] == family


class TestMemory:
    @pytest.mark.parametrize(
        ("limits", "limit"),
        [
            ({}, None),
            ({"sys/fs/cgroup/memory.max": "max"}, None),
            ({"sys/fs/cgroup/memory/memory.limit_in_bytes": str(2**63 - 4096)}, None),
            ({"sys/fs/cgroup/memory.max": str(512 * MIB)}, 512 * MIB),
            ({"sys/fs/cgroup/memory/memory.limit_in_bytes": str(256 * MIB)}, 256 * MIB),
            ({"sys/fs/cgroup/memory.max": "max", "sys/fs/cgroup/system.slice/memory.max": str(64 * MIB)}, 64 * MIB),
        ],
    )
    def test_the_least_limit_counts(self, tmp_path: Path, limits: dict[str, str], limit: int | None) -> None:
        """Trap 26: a share of the host's memory in a container of less would be killed."""
        write(tmp_path, "proc/meminfo", f"MemTotal:  {1024 * 1024} kB\nMemFree: 1 kB\n")
        for path, text in limits.items():
            write(tmp_path, path, f"{text}\n")
        found = read_memory(tmp_path)
        assert found == {"total": 1024 * MIB, "limit": limit, "effective": limit or 1024 * MIB}


class TestKernel:
    def test_settings_and_the_mode_in_force(self, tmp_path: Path) -> None:
        write(tmp_path, "proc/sys/vm/overcommit_memory", "1\n")
        write(tmp_path, "proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n")
        write(tmp_path, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
        found = read_kernel(tmp_path, ["vm.overcommit_memory", "net.ipv4.tcp_rmem", "vm.unknown"])
        assert found["sysctls"] == {
            "vm.overcommit_memory": "1",
            "net.ipv4.tcp_rmem": "4096 131072 6291456",
            "vm.unknown": None,
        }
        assert found["transparent_hugepage"] == "madvise"

    def test_what_cannot_be_set_is_told(self, tmp_path: Path) -> None:
        """Trap 25: in a container the kernel is somebody else's."""
        write(tmp_path, "proc/sys/vm/overcommit_memory", "0\n")
        found = read_kernel(tmp_path, ["vm.overcommit_memory", "net.core.somaxconn"])
        assert found["read_only"] == ["net.core.somaxconn", "transparent_hugepage"]
