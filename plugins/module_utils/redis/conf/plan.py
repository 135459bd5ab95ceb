# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run would do to a server's configuration, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ...reconcile.problems import Refused
from ...reconcile.secret import conceal


class How(str, Enum):
    """`next_start`: only the files change now, since the server is stopped, may not be restarted, or is so already."""

    LIVE = "live"
    RESTART = "restart"
    NEXT_START = "next_start"
    REFUSED = "refused"


class Switch(str, Enum):
    """What is to be done for the AOF beside setting `appendonly`.

    `on`: the running server writes a whole AOF before the files say yes. `after_start`: it has to be started without
    AOF first, as it would load nothing else. `off`: the RDB file has to be as new as the AOF before that is given up.
    """

    NONE = "none"
    ON = "on"
    AFTER_START = "after_start"
    OFF = "off"


@dataclass(frozen=True)
class Change:
    """`directive` is a setting's name, or `rename-command NAME`, or the path of a file with another owner or mode."""

    directive: str
    before: Any
    after: Any
    how: How
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "directive": self.directive,
            "before": conceal(self.before),
            "after": conceal(self.after),
            "how": self.how.value,
            "why": self.why,
        }


@dataclass(frozen=True)
class Plan:
    """`settings` are what CONFIG SET is given, by name. `written` are the files that differ, by path.

    `rewrite_first`: names that sit in the AOF and are about to be lost. `pending`: something waits for a restart that
    this run may not do.
    """

    changes: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: Mapping[str, str] = field(default_factory=dict, repr=False)
    switch: Switch = Switch.NONE
    rewrite_first: frozenset[str] = frozenset()
    restart: bool = False
    pending: bool = False

    @property
    def diff(self) -> dict[str, dict[str, Any]]:
        shown = [change.to_dict() for change in self.changes]
        return {side: {change["directive"]: change[side] for change in shown} for side in ("before", "after")}


class PlanRefused(Refused):
    """Nothing was changed; `changes` says what would have been and what must not be."""

    def __init__(self, plan: Plan) -> None:
        self.changes = plan.changes
        self.diff = plan.diff
        super().__init__(plan.refusals)
