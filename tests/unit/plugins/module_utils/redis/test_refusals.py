# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis import refusals
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import Context
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError

from tests.unit.plugins.module_utils.redis.fakes import PASSWORD, FakeSession, context, options

LOGINS = [
    (refusals.refuse_unauthenticated, "ACCEPTED_UNAUTHENTICATED"),
    (refusals.refuse_wrong_password, "ACCEPTED_WRONG_PASSWORD"),
]
both_logins = pytest.mark.parametrize(("check", "accepted"), LOGINS)


@both_logins
@pytest.mark.parametrize("code", ["NOAUTH", "WRONGPASS", "DENIED"])
def test_a_refusal_passes(check: Callable[[Context], str], accepted: str, code: str) -> None:
    assert (
        check(context(FakeSession({"ECHO": CheckError(code, "the server's words")}))) == "refused: the server's words"
    )


@both_logins
@pytest.mark.parametrize("answer", ["redisops", CheckError("NOPERM")], ids=["everything", "not ECHO"])
def test_a_login_that_gets_in_fails(check: Callable[[Context], str], accepted: str, answer: object) -> None:
    with pytest.raises(CheckError, match=accepted):
        check(context(FakeSession({"ECHO": answer})))


@both_logins
@pytest.mark.parametrize("code", ["ANSWER_TIMEOUT", "CONNECTION_CLOSED", "MAX_CLIENTS"])
def test_trouble_is_not_taken_for_a_refusal(check: Callable[[Context], str], accepted: str, code: str) -> None:
    with pytest.raises(CheckError, match=code):
        check(context(FakeSession({"ECHO": CheckError(code)})))


def test_strangers_use_the_same_way_in() -> None:
    tried: list[Target] = []

    def log_in(target: Target, sock: socket.socket) -> FakeSession:
        tried.append(target)
        return FakeSession({"ECHO": CheckError("WRONGPASS")})

    found = context(given=options({"username": "app", "port": 6390}), log_in=log_in)
    for check, _accepted in (*LOGINS, LOGINS[1]):
        check(found)
    assert {target.label for target in tried} == {"cache.example:6390"}
    assert [target.username for target in tried] == [None, "app", "app"]
    nobody, wrong, other = (target.password for target in tried)
    assert nobody is None
    assert len({wrong, other, PASSWORD}) == 3


@pytest.mark.parametrize("answer", ["+PONG", "-NOAUTH Authentication required.", ""])
def test_plain_text(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(refusals, "answer_in_plain_text", lambda *_other: answer)
    if answer:
        with pytest.raises(CheckError, match="ACCEPTED_PLAINTEXT"):
            refusals.refuse_plaintext(context())
    else:
        assert refusals.refuse_plaintext(context()) == "no answer in plain text"
