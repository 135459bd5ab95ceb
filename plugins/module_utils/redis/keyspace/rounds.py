# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many readings at once: each round sends the next commands of all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from ..failures import CheckError
from ..session import RawReply, Reply, Words
from .keys import Outcome, read_key
from .pace import Pace
from .reading import ROUND_BYTES, Reading, Replies, Terms

_FIRST_WIDTH = 8

# TYPE is the first round of a key, a small value the second. Each further one is a piece of a large value, and counts
# as a key to whoever asked for a pace; the keys themselves are counted where their names come from.
_ROUNDS_OF_A_SMALL_KEY = 2


class KeyspaceSession(Protocol):
    """Session and LocalServer are."""

    def command(self, *words: str | int) -> Reply: ...

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]: ...


class _Conversation:
    """One reading and the commands that it waits for; `outcome` once it has ended."""

    def __init__(self, reading: Reading[Outcome]) -> None:
        self._reading = reading
        self.commands = next(reading)
        self.rounds = 0
        self.outcome: Outcome | None = None

    def hear(self, replies: Replies) -> None:
        self.rounds += 1
        try:
            self.commands = self._reading.send(replies)
        except StopIteration as end:
            self.outcome = end.value


class Rounds:
    """Reads keys through one session. As many at once as `widest`, and fewer while they are large."""

    def __init__(self, session: KeyspaceSession, terms: Terms, pace: Pace, widest: int) -> None:
        self._session = session
        self._terms = terms
        self._pace = pace
        self._widest = pace.burst(widest)
        self._width = min(_FIRST_WIDTH, self._widest)

    def read(self, names: Iterable[bytes]) -> Iterator[Outcome]:
        """In the order in which they end. `names` is taken from between rounds, so it may use the session as well."""
        waiting = iter(names)
        open_ones: list[_Conversation] = []
        while True:
            room = max(0, self._width - len(open_ones))
            open_ones += [_Conversation(read_key(name, self._terms)) for name in islice(waiting, room)]
            if not open_ones:
                return
            self._pace.take(sum(each.rounds >= _ROUNDS_OF_A_SMALL_KEY for each in open_ones))
            self._advance(open_ones)
            yield from (each.outcome for each in open_ones if each.outcome is not None)
            open_ones = [each for each in open_ones if each.outcome is None]

    def _advance(self, open_ones: list[_Conversation]) -> None:
        flow = self._terms.flow
        flow.divide(len(open_ones))
        before = flow.bytes_read
        replies = iter(self._session.pipeline([words for each in open_ones for words in each.commands]))
        for each in open_ones:
            each.hear(list(islice(replies, len(each.commands))))
        self._adapt(flow.bytes_read - before)

    def _adapt(self, came: int) -> None:
        """Quickly down and slowly up: a round of TYPEs brings nothing, whatever the values after it will be."""
        if came > ROUND_BYTES:
            self._width = max(1, self._width // 2)
        elif came < ROUND_BYTES // 4:
            self._width = min(self._widest, self._width + self._width // 4 + 1)
