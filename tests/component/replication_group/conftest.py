# SPDX-License-Identifier: GPL-3.0-or-later
"""One stand-in for all tests of replication groups in a process: they use names of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.component.replication_group.cloud import Landscape
from tests.component.replication_group.survival import QUICK
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin


@pytest.fixture(scope="package")
def shared_cloud() -> Iterator[Landscape]:
    with Standin(Options(engines=False, clock=Clock.stepped())) as standin:
        yield Landscape(standin)


@pytest.fixture
def cloud(shared_cloud: Landscape) -> Iterator[Landscape]:
    """Without faults and without calls that other tests made."""
    shared_cloud.standin.control.clear_calls()
    yield shared_cloud
    shared_cloud.standin.control.clear_faults()
    shared_cloud.remove_groups()


@pytest.fixture
def quick(cloud: Landscape) -> Iterator[Landscape]:
    usual = cloud.standin.control.durations()
    cloud.standin.control.set_durations(**QUICK)
    yield cloud
    cloud.standin.control.set_durations(**usual)
