# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with real engines on a stepped clock, for tests of data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.component.standin.snapshot_subject import Caches
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin


@pytest.fixture(scope="module")
def stepped_standin() -> Iterator[Standin]:
    with Standin(Options(clock=Clock.stepped())) as running:
        yield running


@pytest.fixture
def caches(stepped_standin: Standin) -> Iterator[Caches]:
    """An account that is empty again afterwards."""
    caches = Caches(stepped_standin)
    yield caches
    for group in caches.api.describe_replication_groups()["ReplicationGroups"]:
        caches.delete(group["ReplicationGroupId"])
    for snapshot in caches.api.describe_snapshots()["Snapshots"]:
        caches.api.delete_snapshot(SnapshotName=snapshot["SnapshotName"])
    caches.settle()
