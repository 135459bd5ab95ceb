# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host import memory
from hypothesis import given
from hypothesis import strategies as st

MIB = 1024**2


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("2k", 2000), ("2KB", 2048), ("512mb", 512 * MIB), ("1g", 10**9), ("1GB", 1024 * MIB)]
)
def test_sizes_of_the_server(text: str, size: int) -> None:
    assert memory.size_in_bytes(text) == size


@pytest.mark.parametrize(("text", "size"), [("1024", 1024), ("2K", 2048), ("2G", 2048 * MIB)])
def test_sizes_of_systemd(text: str, size: int) -> None:
    assert memory.systemd_size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "mb", "1.5gb", "1tb", "-1", "1 gb"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write one as"):
        memory.size_in_bytes(text)


@given(st.floats(1, 100), st.integers(1024 * MIB, 2**44))
def test_a_share_is_never_more_than_asked_for(percent: float, total: int) -> None:
    share = memory.share_in_bytes(f"{percent}%", total)
    assert 0 < share <= max(total * percent / 100, 16 * MIB)
    assert share % (16 * MIB) == 0


def test_a_few_pages_more_are_no_change() -> None:
    assert memory.share_in_bytes("50%", 1024 * MIB + 4096) == memory.share_in_bytes("50%", 1024 * MIB)


def test_less_is_safe_with_forks() -> None:
    """Trap 26."""
    assert memory.safe_share(forks=True) < memory.safe_share(forks=False) < 100
