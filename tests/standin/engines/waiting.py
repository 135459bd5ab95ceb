# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where engines are polled."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.standin.engines.plan import EngineError

SHORTEST_PAUSE = 0.005
LONGEST_PAUSE = 0.05


def wait_until(condition: str, holds: Callable[[], bool], within: float) -> None:
    """Poll until `holds()`; raises EngineError naming `condition` after `within` seconds."""
    deadline = time.monotonic() + within
    pause = SHORTEST_PAUSE
    while not holds():
        if time.monotonic() > deadline:
            raise EngineError(f"{condition}: not so after {within:g} seconds")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
