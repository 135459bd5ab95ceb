# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run would do, as data: comparable, serializable, the same in check mode and in the run that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .secret import conceal


class Disruption(str, Enum):
    """What a change does to the clients of a resource, from harmless to final.

    `none`: clients notice nothing. `failover`: the primary moves; writes fail for seconds and clients reconnect.
    `connections`: some clients are cut off or must connect in another way. `data_movement`: data moves between
    nodes under load. `replacement`: only deleting and creating again would do it.
    """

    NONE = "none"
    FAILOVER = "failover"
    CONNECTIONS = "connections"
    DATA_MOVEMENT = "data_movement"
    REPLACEMENT = "replacement"

    @property
    def rank(self) -> int:
        return list(Disruption).index(self)


@dataclass(frozen=True)
class Change:
    """One option whose value differs. `observable` is false where the service never tells the value back (secrets)."""

    field: str
    before: Any
    after: Any
    disruption: Disruption = Disruption.NONE
    observable: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "before": conceal(self.before),
            "after": conceal(self.after),
            "disruption": self.disruption.value,
        }


@dataclass(frozen=True)
class Step:
    """One call: the client's method, its arguments, the options that ask for it, and what to wait for after it.

    `settles` is read by the resource's own waiter, for instance `{"status": "available", "members": 3}`;
    empty means that the call has taken effect when it returns.
    """

    operation: str
    arguments: Mapping[str, Any]
    because: tuple[str, ...] = ()
    settles: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"operation": self.operation, "arguments": conceal(self.arguments), "because": list(self.because)}


@dataclass(frozen=True)
class Plan:
    """`action` is `none`, `create`, `modify` or `delete`; `refusals` say why the plan cannot be carried out at all."""

    action: str = "none"
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.action == "none"

    @property
    def disruption(self) -> Disruption:
        """The highest disruption among the changes."""
        return max(
            (change.disruption for change in self.changes), key=lambda found: found.rank, default=Disruption.NONE
        )

    @property
    def unsettled(self) -> tuple[Change, ...]:
        """Changes that an observation can confirm, i.e. all but those of secrets."""
        return tuple(change for change in self.changes if change.observable)

    def change(self, name: str) -> Change | None:
        return next((change for change in self.changes if change.field == name), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "disruption": self.disruption.value,
            "changes": [change.to_dict() for change in self.changes],
            "steps": [step.to_dict() for step in self.steps],
            "warnings": list(self.warnings),
        }
