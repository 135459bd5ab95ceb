# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a writing client went through: the longest time without an acknowledged write, and what is lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ..failures import CAUSES
from .journal import Acknowledgment, Journal, Refusal


@dataclass(frozen=True)
class Gap:
    """From the last acknowledged write before it to the first one after it. `is_over`: there is such a one."""

    began: float
    ended: float
    is_over: bool = True

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Judgment:
    """Counts of writes, and moments of the journal's clock. Lost ones are None where nobody could read them back.

    `interruption` is None when nothing was acknowledged. `first_refused` is when the first write that failed in it was
    begun, None when writes were late and none failed. `longest_error`: what stood in the way for the longest time.
    """

    attempted: int
    acknowledged: int
    refused: int
    lost: int | None
    confirmed: int
    lost_confirmed: int | None
    acknowledged_before_failover: int
    lost_before_failover: int | None
    interruption: Gap | None
    first_refused: float | None
    longest_error: str | None


def judge(journal: Journal, since: float, found: Collection[int] | None) -> Judgment:
    """`since`: when the failover was asked for; `found`: the numbers that the new primary has, if that is known."""
    gap = longest_gap(journal, since)
    acknowledged = [each.number for each in journal.acknowledgments]
    before = {each.number for each in journal.acknowledgments if gap and each.at <= gap.began}
    lost = None if found is None else [number for number in acknowledged if number not in found]
    refusals = refusals_in(journal.refusals, gap)
    return Judgment(
        attempted=journal.attempted,
        acknowledged=len(acknowledged),
        refused=len(journal.refusals),
        lost=count(lost, lambda _number: True),
        confirmed=sum(1 for number in acknowledged if journal.is_confirmed(number)),
        lost_confirmed=count(lost, journal.is_confirmed),
        acknowledged_before_failover=len(before),
        lost_before_failover=count(lost, before.__contains__),
        interruption=gap,
        first_refused=refusals[0].began if refusals else None,
        longest_error=longest_error(refusals),
    )


def count(numbers: Sequence[int] | None, counts: Callable[[int], bool]) -> int | None:
    return None if numbers is None else sum(1 for number in numbers if counts(number))


def longest_gap(journal: Journal, since: float) -> Gap | None:
    """Among those that had not ended at `since`; also one that has not ended yet, up to the last write that failed."""
    seen: Sequence[Acknowledgment] = journal.acknowledgments
    gaps = [Gap(first.at, second.at) for first, second in zip(seen, seen[1:]) if second.at >= since]
    if seen and journal.refusals and journal.refusals[-1].ended > seen[-1].at:
        gaps.append(Gap(seen[-1].at, journal.refusals[-1].ended, is_over=False))
    return max(gaps, key=lambda gap: gap.seconds, default=None)


def refusals_in(refusals: Sequence[Refusal], gap: Gap | None) -> list[Refusal]:
    return [each for each in refusals if gap and gap.began <= each.began and each.ended <= gap.ended]


def longest_error(refusals: Sequence[Refusal]) -> str | None:
    """In words, with the seconds from the first to the last write in a row that it met."""
    longest = 0.0
    told: str | None = None
    began = 0.0
    for previous, each in zip([None, *refusals], refusals):
        if previous is None or previous.code != each.code:
            began = each.began
        if told is None or each.ended - began > longest:
            longest = each.ended - began
            told = f"{CAUSES[each.code].meaning} ({each.code}), for {longest:.1f} seconds"
    return told
