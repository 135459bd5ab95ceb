# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not faster than allowed."""

from __future__ import annotations

from ..waiting import Clock


class Pace:
    """So many keys per second; 0 is as fast as it goes. What was slower than that earns no haste later on."""

    def __init__(self, keys_per_second: float, clock: Clock) -> None:
        self._rate = keys_per_second
        self._clock = clock
        self._next = clock.monotonic()

    def take(self, keys: int) -> None:
        """Waits until that many more keys may be looked at."""
        if not self._rate:
            return
        now = self._clock.monotonic()
        self._next = max(self._next, now)
        if self._next > now:
            self._clock.sleep(self._next - now)
        self._next += keys / self._rate

    def burst(self, keys: int) -> int:
        """How many of these keys at once: at most what a tenth of a second is allowed."""
        return max(1, min(keys, int(self._rate / 10))) if self._rate else keys
