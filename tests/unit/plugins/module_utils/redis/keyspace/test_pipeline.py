# SPDX-License-Identifier: GPL-3.0-or-later
"""Session.pipeline over a socket pair: bytes as they come, and errors where they belong."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError, RedirectError

from tests.unit.plugins.module_utils.redis.test_session import HANG_UP, ScriptedServer, conversation


def test_replies_are_bytes_numbers_nothing_and_lists() -> None:
    server = ScriptedServer(
        [b"+string\r\n", b"$3\r\n\xff\r\n\r\n", b":-1\r\n", b"$-1\r\n", b"*2\r\n$1\r\n\xfe\r\n:2\r\n"]
    )
    replies = conversation(server).pipeline([("TYPE", "k"), ("GET", "k"), ("PTTL", "k"), ("GET", "m"), ("HSCAN", "k")])
    assert replies == [b"string", b"\xff\r\n", -1, None, [b"\xfe", 2]]
    assert [words[0] for words in server.commands()] == ["TYPE", "GET", "PTTL", "GET", "HSCAN"]


def test_an_error_is_the_reply_to_its_command_alone() -> None:
    answers = [b"-WRONGTYPE Operation against a key\r\n", b"-MOVED 1 192.0.2.9:6381\r\n", b"-NOPERM no\r\n", b"+OK\r\n"]
    server = ScriptedServer(answers)
    wrong, moved, forbidden, fine = conversation(server).pipeline([("GET", "k")] * 4)
    assert isinstance(wrong, CheckError)
    assert wrong.evidence.startswith("WRONGTYPE")
    assert isinstance(moved, RedirectError)
    assert isinstance(forbidden, CheckError)
    assert (forbidden.code, fine) == ("NOPERM", b"OK")
    server.commands()


@pytest.mark.parametrize(
    ("answer", "code"), [(HANG_UP, "CONNECTION_CLOSED"), (b"-LOADING Redis is loading\r\n", "LOADING")]
)
def test_what_ends_the_answers_ends_the_session(answer: bytes, code: str) -> None:
    server = ScriptedServer([b"+OK\r\n", answer, b"+of another command\r\n"])
    session = conversation(server)
    with pytest.raises(CheckError, match=code):
        session.pipeline([("GET", "k")] * 3)
    with pytest.raises(CheckError, match="CONNECTION_CLOSED"):
        session.command("PING")
    server.commands()
