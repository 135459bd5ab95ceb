# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for tests of modules: one per test, so that every test finds an account in which nothing is."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path

import botocore.endpoint
import pytest
from ansible_collections.amazon.aws.plugins.module_utils import cloud as amazon_cloud

from tests.component.playbooks import Playbooks
from tests.component.runs import Cloud
from tests.standin.core.clock import Clock
from tests.standin.server import Options, Standin

SERVICE_RATE = 200
"""Service time runs so much faster for modules that run as processes, and sleep in earnest."""


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An account on a clock that stands still until somebody sleeps."""
    with Standin(Options(engines=False, clock=Clock.stepped())) as standin:
        yield Cloud(standin)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that botocore and amazon.aws make before they repeat a call; they are not slept."""
    paused: list[float] = []
    unhurried = types.SimpleNamespace(sleep=paused.append)
    monkeypatch.setattr(botocore.endpoint, "time", unhurried)
    monkeypatch.setattr(amazon_cloud, "time", unhurried)
    return paused


@pytest.fixture
def playbooks(tmp_path: Path) -> Iterator[Playbooks]:
    """An account on an accelerated clock, and ansible-playbook to change it with."""
    with Standin(Options(engines=False, clock=Clock.accelerated(SERVICE_RATE))) as standin:
        yield Playbooks(standin, tmp_path)
