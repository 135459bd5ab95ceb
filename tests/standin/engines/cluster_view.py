# SPDX-License-Identifier: GPL-3.0-or-later
"""What one node of a Redis cluster says about all of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.standin.engines.plan import SlotRange

_UNSETTLED_FLAGS = frozenset({"fail", "fail?", "handshake", "noaddr"})


@dataclass(frozen=True)
class Seen:
    """One line of CLUSTER NODES. `primary` is the id of a replica's primary; `is_settled`: reached and trusted."""

    primary: str | None
    slots: tuple[SlotRange, ...]
    is_settled: bool = True


@dataclass(frozen=True)
class View:
    own_id: str
    nodes: Mapping[str, Seen]

    @property
    def own(self) -> Seen:
        return self.nodes[self.own_id]


def parse_view(text: str) -> View:
    """Parse the answer to CLUSTER NODES."""
    own_id = ""
    nodes: dict[str, Seen] = {}
    for line in text.splitlines():
        node_id, _other1, flags, primary, _other2, _other3, _other4, link, *slots = line.split()
        flag_set = set(flags.split(","))
        if "myself" in flag_set:
            own_id = node_id
        nodes[node_id] = Seen(
            primary=None if primary == "-" else primary,
            # In brackets: slots on their way, which still belong to whoever lists them plainly.
            slots=tuple(_parse_range(word) for word in slots if not word.startswith("[")),
            is_settled="myself" in flag_set or (link == "connected" and not flag_set & _UNSETTLED_FLAGS),
        )
    return View(own_id, nodes)


def _parse_range(word: str) -> SlotRange:
    first, _other, last = word.partition("-")
    return int(first), int(last or first)
