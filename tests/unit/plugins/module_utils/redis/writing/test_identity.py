# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling primaries apart by what INFO says."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.writing.identity import identity_of

from tests.unit.plugins.module_utils.redis.writing.fake_server import FakeServer


def test_a_process_and_its_history() -> None:
    told = [
        identity_of(FakeServer(info=f"# Server\r\nrun_id:{run}\r\nrole:master\r\nmaster_replid:{history}\r\n"))
        for run, history in (("79a1", "c3d4"), ("79a1", "c3d4"), ("79a1", "0789"), ("5e6f", "c3d4"))
    ]
    assert told[0] == told[1]
    assert len(set(told)) == 3


@pytest.mark.parametrize("info", ["role:master\r\n", *(CheckError(code) for code in ("NOPERM", "SERVER_ERROR"))])
def test_one_who_does_not_tell(info: str | CheckError) -> None:
    assert identity_of(FakeServer(info=info)) is None


def test_one_who_cannot_be_asked_now() -> None:
    with pytest.raises(CheckError):
        identity_of(FakeServer(info=CheckError("CONNECTION_CLOSED")))
