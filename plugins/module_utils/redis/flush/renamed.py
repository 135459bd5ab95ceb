# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands by their own names, on a server that somebody else configured to know them by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..failures import CheckError
from ..keyspace.nodes import ClosableSession
from ..session import RawReply, Reply, Words

UNKNOWN = "unknown command"


class Renamed:
    """A session with such a server. `names`: by its own name in upper case, what a command is called; "" if removed."""

    def __init__(self, session: ClosableSession, names: Mapping[str, str]) -> None:
        self._session = session
        self._names = names

    def command(self, *words: str | int) -> Reply:
        """Raises CheckError, with code COMMAND_REMOVED for one that the server does not know."""
        try:
            return self._session.command(self._spoken(words[0]), *words[1:])
        except CheckError as error:
            if error.code == "SERVER_ERROR" and error.evidence.lower().startswith(UNKNOWN):
                raise CheckError("COMMAND_REMOVED", str(words[0]).upper()) from error
            raise

    def pipeline(self, commands: Sequence[Words]) -> list[RawReply | CheckError]:
        return self._session.pipeline([(self._spoken(words[0]), *words[1:]) for words in commands])

    def close(self) -> None:
        self._session.close()

    def _spoken(self, word: bytes | int | str) -> str:
        name = str(word).upper()
        spoken = self._names.get(name, name)
        if not spoken:
            raise CheckError("COMMAND_REMOVED", name)
        return spoken
