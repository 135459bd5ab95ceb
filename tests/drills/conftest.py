# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills use the landscape and the fixtures of the component tests."""

from __future__ import annotations

from tests.component.conftest import pauses
from tests.component.replication_group.conftest import cloud, quick, shared_cloud

__all__ = ("cloud", "pauses", "quick", "shared_cloud")
