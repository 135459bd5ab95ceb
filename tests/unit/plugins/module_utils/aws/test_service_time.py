# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's time of day: what its answers say, and what passes until the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws import service_time
from botocore.exceptions import ClientError

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession

MACHINE = datetime(2026, 1, 1, tzinfo=UTC)
TOLD = datetime(2031, 5, 9, 7, 4, 30, tzinfo=UTC)


class MachineTime(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> MachineTime:
        return cls(2026, 1, 1, tzinfo=tz)


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> StubbedSession:
    monkeypatch.setattr(service_time, "datetime", MachineTime)
    return StubbedSession()


def answer(stubbed: StubbedSession, **headers: str) -> None:
    stubbed.answers("elasticache").add_response("describe_events", {"ResponseMetadata": {"HTTPHeaders": headers}})
    stubbed.session.client("elasticache").describe_events()


def test_before_any_answer_it_is_the_time_of_the_machine(stubbed: StubbedSession) -> None:
    stubbed.session.client("elasticache")
    assert stubbed.session.service_now() == MACHINE


def test_an_answer_tells_it_and_the_clock_goes_on_from_there(stubbed: StubbedSession) -> None:
    stubbed.clock.sleep(1000)
    answer(stubbed, date="Fri, 09 May 2031 07:04:30 GMT")
    assert stubbed.session.service_now() == TOLD
    stubbed.clock.sleep(12.5)
    assert stubbed.session.service_now() == TOLD + timedelta(seconds=12.5)
    answer(stubbed, date="Fri, 09 May 2031 07:04:40 GMT")
    assert stubbed.session.service_now() == TOLD + timedelta(seconds=10)


def test_a_refusal_tells_it_too(stubbed: StubbedSession) -> None:
    told = {"HTTPHeaders": {"date": "Fri, 09 May 2031 07:04:30 GMT"}}
    stubbed.answers("kms").add_client_error("list_keys", "AccessDenied", response_meta=told)
    with pytest.raises(ClientError):
        stubbed.session.client("kms").list_keys()
    assert stubbed.session.service_now() == TOLD


@pytest.mark.parametrize("header", ["", "soon", "Fri, 99 May 2031 07:04:30 GMT", "Fri, 09 May 2031 07:04:30 -0000"])
def test_what_is_no_date_says_nothing(stubbed: StubbedSession, header: str) -> None:
    answer(stubbed, date=header)
    assert stubbed.session.service_now() == MACHINE


def test_nor_does_an_answer_without_one(stubbed: StubbedSession) -> None:
    answer(stubbed)
    assert stubbed.session.service_now() == MACHINE
    answer(stubbed, date="Fri, 09 May 2031 07:04:30 GMT")
    answer(stubbed)
    assert stubbed.session.service_now() == TOLD
