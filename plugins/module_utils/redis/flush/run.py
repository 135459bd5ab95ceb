# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flushing what was examined, primary by primary."""

from __future__ import annotations

from collections.abc import Sequence

from ...reconcile.problems import Failure
from ..failures import CheckError
from .examine import Examined, Keys, Wish, count_keys, sum_of
from .nodes import sentence_of

_OUTCOME_UNKNOWN = ("ANSWER_TIMEOUT", "CONNECTION_CLOSED")
"""The command was sent, and then no answer came."""


class FlushFailed(Failure):
    """`flushed` are the labels of the primaries that were flushed."""

    def __init__(self, message: str, flushed: Sequence[str]) -> None:
        self.flushed = tuple(flushed)
        super().__init__(message)


def flush_all(examined: Sequence[Examined], wish: Wish) -> None:
    """Raises FlushFailed, which stops at the first primary that fails."""
    labels = [each.node.label for each in examined]
    for position, each in enumerate(examined):
        try:
            _flush(each, wish)
        except CheckError as error:
            done, rest = labels[:position], labels[position + 1 :]
            raise FlushFailed(_story(labels[position], error, done, rest), done) from error


def count_left(examined: Sequence[Examined], wish: Wish) -> Keys:
    """What was written since the flush. Raises FlushFailed."""
    try:
        return sum_of([count_keys(each.node.session, wish.database) for each in examined])
    except CheckError as error:
        labels = [each.node.label for each in examined]
        raise FlushFailed(
            f"All was flushed, but what is there now could not be counted: {error.detail}.", labels
        ) from error


def _flush(each: Examined, wish: Wish) -> None:
    if wish.database is not None:
        each.node.session.command("SELECT", wish.database)
    each.node.session.command(*each.words)


def _story(label: str, error: CheckError, done: Sequence[str], rest: Sequence[str]) -> str:
    what = "no answer to the flush came, so whether it took effect is not known"
    told = [what if error.code in _OUTCOME_UNKNOWN else "it was not flushed"]
    if done:
        told.append(f"flushed before it: {', '.join(done)}")
    if rest:
        told.append(f"not flushed: {', '.join(rest)}")
    return f"{sentence_of(label, error)} That is: {'; '.join(told)}. Run again to go on."
