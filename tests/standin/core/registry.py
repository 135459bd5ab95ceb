# SPDX-License-Identifier: GPL-3.0-or-later
"""Where behavior makes itself known: operations, and what is to be set up in every new world."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.core.request import Request
    from tests.standin.core.world import World

Handler = Callable[["World", "Request"], dict[str, Any]]
Preparation = Callable[["World"], None]

OPERATIONS: dict[str, Handler] = {}
PREPARATIONS: list[Preparation] = []


def operation(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of one API operation.

    A handler runs under `World.lock`, raises ApiError to refuse, and answers in API shape with datetimes as
    datetime and members absent where the service leaves them out. A paginated Describe answers the whole list;
    paging is done behind it.
    """

    def register(handler: Handler) -> Handler:
        if name in OPERATIONS:
            raise ValueError(
                f"operation {name} has two handlers: {OPERATIONS[name].__qualname__}, {handler.__qualname__}"
            )
        OPERATIONS[name] = handler
        return handler

    return register


def each_world(preparation: Preparation) -> Preparation:
    """Run this once on every new world: default resources, hooks, tag targets. Order is that of module names."""
    PREPARATIONS.append(preparation)
    return preparation
