# SPDX-License-Identifier: GPL-3.0-or-later
"""Earlier states of a world, so that a read can be answered stale. Kept only while a fault rule asks for it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.standin.core.faults import Faults

if TYPE_CHECKING:
    from tests.standin.core.world import World

LONGEST = 200
SERVICE = "elasticache"


@dataclass(frozen=True)
class Earlier:
    """How the world was until `until`; `asked` when a request ended that state, not the passing of time."""

    until: datetime
    asked: bool
    world: World


class History:
    """States before each change of one world, oldest first."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._earlier: deque[Earlier] = deque(maxlen=LONGEST)
        world.clock.before_action.append(self.keep)

    def keep(self, asked: bool = False) -> None:
        """Remember the state that is about to be changed."""
        if self._faults.has("stale"):
            self._earlier.append(Earlier(self._world.clock.now(), asked, self._world.frozen()))
        else:
            self._earlier.clear()

    def close(self) -> None:
        """The world is gone."""
        self._world.clock.before_action.remove(self.keep)

    def world_for(self, operation: str) -> World:
        """The world that a read is to be answered from."""
        rule = self._faults.find(SERVICE, operation, ["stale"])
        if rule is None:
            return self._world
        earlier = self._before_latest_request() if rule.seconds is None else self._at(rule.seconds)
        if earlier is None:
            return self._world
        self._faults.count(rule)
        return earlier

    def _before_latest_request(self) -> World | None:
        return next((state.world for state in reversed(self._earlier) if state.asked), None)

    def _at(self, seconds_ago: float) -> World | None:
        moment = self._world.clock.now() - timedelta(seconds=seconds_ago)
        return next((state.world for state in self._earlier if state.until > moment), None)
