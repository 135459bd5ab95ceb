# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that hangs up in the middle of a look at it."""

from __future__ import annotations

import time
from unittest.mock import Mock

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.local import Login
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication import run
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.planner import Spec

HUNG_UP = CheckError("CONNECTION_CLOSED", "Connection closed by server.")


def outcome_of(monkeypatch: pytest.MonkeyPatch, *looks: object) -> object:
    monkeypatch.setattr(run, "connect", Mock())
    monkeypatch.setattr(run, "observe_member", Mock(side_effect=[*looks, AssertionError("one look too many")]))
    monkeypatch.setattr(run, "plan_member", Mock(return_value=Mock(refusals=(), steps=())))
    spec = Mock(spec=Spec, sentinels=(), sentinel_name="shop", credentials=None, hand_over=False)
    return run.run_replication("redis.conf", Login(), spec, time, check=True)


def test_it_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    member = Mock()
    outcome = outcome_of(monkeypatch, HUNG_UP, HUNG_UP, member)
    assert isinstance(outcome, run.Outcome)
    assert outcome.member is member


def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failure, match=r"redis\.conf: the connection was closed"):
        outcome_of(monkeypatch, *[HUNG_UP] * (run.HANG_UPS_AT_MOST + 1))


def test_what_no_second_look_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failure, match="may not run INFO"):
        outcome_of(monkeypatch, CheckError("NOPERM", "this user may not run INFO"))
