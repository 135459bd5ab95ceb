# SPDX-License-Identifier: GPL-3.0-or-later
"""What ElastiCache does: one file per resource family, each `(world, request) -> answer | ApiError`."""

from __future__ import annotations

import importlib
import pkgutil

from tests.standin.core.registry import PREPARATIONS
from tests.standin.core.world import World


def load() -> None:
    """Import every file of this package, so that its operations are registered."""
    for name in sorted(module.name for module in pkgutil.walk_packages(__path__, f"{__name__}.")):
        importlib.import_module(name)


def prepare(world: World) -> World:
    """Make a new world what an account is before anybody created anything in it."""
    load()
    with world.lock:
        for preparation in PREPARATIONS:
            preparation(world)
    return world
