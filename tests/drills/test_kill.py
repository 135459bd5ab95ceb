# SPDX-License-Identifier: GPL-3.0-or-later
"""A change in five steps, killed after each of its calls to AWS, reads included."""

from __future__ import annotations

import pytest

from tests.component.replication_group.cloud import Landscape
from tests.component.replication_group.survival import CREATION, FIVE_STEPS, count_calls, survive_kill

PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_a_change_in_five_steps_killed_after_each_call(quick: Landscape, part: int) -> None:
    """In parts, for the sake of parallel workers: together they are all calls."""
    calls = count_calls(quick, CREATION, FIVE_STEPS)
    assert calls >= 30
    for last_call in range(part + 1, calls + 1, PARTS):
        survive_kill(quick, CREATION, FIVE_STEPS, last_call)
