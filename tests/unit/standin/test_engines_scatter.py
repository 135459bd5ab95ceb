# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash slots of keys, as the Redis cluster specification has them."""

from __future__ import annotations

import pytest

from tests.standin.engines.scatter import key_slot


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        (b"", 0),
        (b"123456789", 12739),
        (b"foo", 12182),
        (b"{user1000}.following", 3443),
        (b"{user1000}.followers", 3443),
        # Only the first braces count, and only with something in them.
        (b"foo{}{bar}", 8363),
        (b"foo{{bar}}zap", 4015),
        (b"foo{bar}{zap}", 5061),
        (b"bar", 5061),
    ],
)
def test_slots_are_those_of_redis(key: bytes, slot: int) -> None:
    assert key_slot(key) == slot
