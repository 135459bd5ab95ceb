# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Afterwards: which of the written keys are there, and away with them. In batches, whose keys are in one slot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..failures import CheckError
from ..keyspace.nodes import ClosableSession
from .names import KeyNames

BATCH = 500


def find_written(session: ClosableSession, names: KeyNames, numbers: Sequence[int]) -> set[int]:
    """Those of `numbers` whose key holds the number. Raises CheckError."""
    found: set[int] = set()
    for batch in _batches(numbers):
        answers = session.pipeline([("GET", names.of(number)) for number in batch])
        for number, answer in zip(batch, answers):
            if isinstance(answer, CheckError):
                raise answer
            if answer == str(number).encode():
                found.add(number)
    return found


def remove_written(session: ClosableSession, names: KeyNames, attempted: int) -> None:
    """Those too whose writing was never acknowledged, and number 0 with which writing was tried. Raises CheckError."""
    for batch in _batches(range(attempted + 1)):
        session.command("DEL", *(names.of(number) for number in batch))


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
