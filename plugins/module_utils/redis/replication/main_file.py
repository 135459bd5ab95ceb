# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing a server's part down, and nothing else.

CONFIG REWRITE also copies what included files say to the end of the main file, where it wins over them, and it
makes permanent whatever somebody has set for a moment. Of what it writes, the line with the part is kept.
"""

from __future__ import annotations

from ..conf.lines import parse
from ..conf.store import Snapshot, write
from ..local import LocalServer

_PART = {"replicaof", "slaveof"}


def write_down_part(server: LocalServer) -> None:
    """Raises CheckError when the server cannot write its main file, and OSError."""
    path = server.configuration.path
    before = Snapshot.take(path)
    server.command("CONFIG", "REWRITE")
    after = Snapshot.take(path)
    if before.text is not None and after.text is not None and before.owner is not None:
        write(path, with_part_of(before.text, after.text), before.owner)


def with_part_of(text: str, rewritten: str) -> str:
    """`text` with the part that `rewritten` has, ahead of what is included."""
    part = [line.text for line in parse("", rewritten) if line.name in _PART]
    own = {line.number for line in parse("", text) if line.name in _PART}
    includes = [line.number for line in parse("", text) if line.name == "include"]
    lines = text.rstrip("\n").split("\n")
    place = min(includes, default=len(lines) + 1) - 1
    kept = [(number, line) for number, line in enumerate(lines, 1) if number not in own]
    head = [line for number, line in kept if number <= place]
    tail = [line for number, line in kept if number > place]
    return "\n".join([*head, *part, *tail]) + "\n"
