# SPDX-License-Identifier: GPL-3.0-or-later
"""Places for servers: short paths, since that of a Unix socket may have no more than 107 bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.component.redis_config.place import BINARY, Place

MakePlace = Callable[..., Place]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skipif(not Path(BINARY).exists(), reason=f"needs {BINARY}"))


@pytest.fixture
def make_place() -> Iterator[MakePlace]:
    """A place with these lines in its main file; not started."""
    made: list[Place] = []

    def make(*settings: str) -> Place:
        made.append(Place(Path(tempfile.mkdtemp(prefix="redis-")), settings))
        return made[-1]

    yield make
    for place in made:
        if place.service.is_active():
            place.service.kill()
        shutil.rmtree(place.directory)


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    """A server that runs."""
    found = make_place()
    found.service.start()
    return found
