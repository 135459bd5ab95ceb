# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each write. Times are those of one monotonic clock, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Acknowledgment:
    number: int
    at: float


@dataclass(frozen=True)
class Refusal:
    """A write without an acknowledgment, which may have been carried out all the same. `code`: see `failures`."""

    number: int
    began: float
    ended: float
    code: str


@dataclass
class Journal:
    """Numbers begin with 1 and are in order. One thread writes; what it has appended does not change.

    `confirmed`: first and last number of the writes that all replicas had, by the word of the primary (WAIT).
    """

    attempted: int = 0
    acknowledgments: list[Acknowledgment] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    confirmed: dict[int, int] = field(default_factory=dict)

    def is_confirmed(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.confirmed.items())
