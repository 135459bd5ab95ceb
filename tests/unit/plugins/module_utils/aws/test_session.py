# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients are made once; time and progress have defaults that suit a module."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import Mock

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.session import Session, SystemClock


def make_client(_service: str) -> Any:
    return Mock()


def test_a_client_is_made_once_per_service() -> None:
    made: list[str] = []

    def connect(service: str) -> Any:
        made.append(service)
        return make_client(service)

    session = Session(connect)
    assert session.client("ec2") is session.client("ec2")
    assert session.client("elasticache") is not session.client("ec2")
    assert made == ["ec2", "elasticache"]


def test_sessions_share_nothing() -> None:
    first, second = Session(make_client), Session(make_client)
    assert first.client("ec2") is not second.client("ec2")


def test_progress_may_be_told_to_nobody() -> None:
    Session(make_client).progress("waiting")


def test_the_clock_of_the_machine_sleeps_and_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    clock = SystemClock()
    before = clock.now()
    clock.sleep(15)
    assert slept == [15]
    assert clock.now() >= before
