# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
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


def queueing(**answers: object) -> FakeSession:
    return FakeSession({"MULTI": "OK", "DISCARD": "OK", **answers})


UNKNOWN = CheckError("SERVER_ERROR", "unknown command 'CONFIG'")
WRONG_COUNT = CheckError("SERVER_ERROR", "wrong number of arguments for 'config' command")
NOT_QUEUED = CheckError("SERVER_ERROR", "Command not allowed inside a transaction")


class TestCommands:
    @pytest.mark.parametrize("answer", [UNKNOWN, CheckError("NOPERM", "this user has no permissions")])
    def test_a_refusal_passes_and_nothing_is_run(self, answer: CheckError) -> None:
        session = queueing(CONFIG=answer, FLUSHALL=answer)
        found = context(session, options(refuse_commands=("CONFIG", "FLUSHALL ASYNC")))
        assert refusals.refuse_commands(found) == "refused: CONFIG, FLUSHALL ASYNC"
        queued = [("CONFIG",), ("FLUSHALL", "ASYNC")]
        assert session.sent == [word for words in queued for word in (("MULTI",), words, ("DISCARD",))]

    def test_all_that_are_accepted_are_told(self) -> None:
        session = queueing(CONFIG="QUEUED", FLUSHALL="QUEUED", KEYS=UNKNOWN)
        with pytest.raises(CheckError) as failure:
            refusals.refuse_commands(context(session, options(refuse_commands=("CONFIG", "KEYS", "FLUSHALL"))))
        assert (failure.value.code, failure.value.evidence) == ("ACCEPTED_COMMAND", "CONFIG, FLUSHALL")

    def test_a_name_gets_the_arguments_that_it_takes(self) -> None:
        session = queueing(CONFIG=iter([WRONG_COUNT, WRONG_COUNT, CheckError("NOPERM")]))
        assert refusals.refuse_commands(context(session, options(refuse_commands=("CONFIG",))))
        assert [len(sent) for sent in session.sent if sent[0] == "CONFIG"] == [1, 2, 3]

    @pytest.mark.parametrize(
        ("command", "answer"),
        [("CONFIG GET", WRONG_COUNT), ("CONFIG", WRONG_COUNT), ("SAVE", NOT_QUEUED)],
        ids=["arguments that were given", "endless", "no transaction takes it"],
    )
    def test_what_stays_open_is_no_refusal(self, command: str, answer: CheckError) -> None:
        session = queueing(**{command.split()[0]: answer})
        with pytest.raises(CheckError, match="COMMAND_NOT_JUDGED"):
            refusals.refuse_commands(context(session, options(refuse_commands=(command,))))
        assert session.sent[-1] == ("DISCARD",)

    @pytest.mark.parametrize(
        ("answer", "refused"), [(CheckError("NOPERM"), True), (CheckError("SERVER_ERROR", "syntax error"), False)]
    )
    def test_a_shutdown_is_asked_for_in_a_way_that_is_none(self, answer: CheckError, refused: bool) -> None:
        session = queueing(SHUTDOWN=iter([NOT_QUEUED, answer]))
        found = context(session, options(refuse_commands=("SHUTDOWN",)))
        if refused:
            assert refusals.refuse_commands(found)
        else:
            with pytest.raises(CheckError, match="ACCEPTED_COMMAND"):
                refusals.refuse_commands(found)
        assert session.sent[-2:] == [("DISCARD",), ("SHUTDOWN", "HELP")]

    @pytest.mark.parametrize("code", ["CONNECTION_CLOSED", "LOADING"])
    def test_trouble_is_not_taken_for_a_refusal(self, code: str) -> None:
        with pytest.raises(CheckError, match=code):
            refusals.refuse_commands(context(queueing(CONFIG=CheckError(code)), options(refuse_commands=("CONFIG",))))


class TestNoCertificate:
    OPTIONS = options({"tls": True, "client_cert_path": "client.pem"}, refuse_no_certificate=True)

    @pytest.mark.parametrize("code", ["CLOSED_AFTER_HANDSHAKE", "CONNECTION_CLOSED", "HANDSHAKE_FAILED"])
    def test_a_refusal_passes(self, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
        tried: list[Target] = []

        def open_session(_context: Context, target: Target) -> FakeSession:
            tried.append(target)
            return FakeSession({"ECHO": CheckError(code, "certificate required")})

        monkeypatch.setattr(Context, "open_session", open_session)
        assert refusals.refuse_no_certificate(context(given=self.OPTIONS)) == "refused: certificate required"
        assert [(target.client_cert_path, target.password) for target in tried] == [(None, PASSWORD)]

    @pytest.mark.parametrize(
        ("answer", "code"),
        [("redisops", "ACCEPTED_NO_CERTIFICATE"), (CheckError("WRONGPASS"), "WRONGPASS")],
    )
    def test_anything_else_fails(self, monkeypatch: pytest.MonkeyPatch, answer: object, code: str) -> None:
        monkeypatch.setattr(Context, "open_session", lambda *_other: FakeSession({"ECHO": answer}))
        with pytest.raises(CheckError, match=code):
            refusals.refuse_no_certificate(context(given=self.OPTIONS))


class TestConnection:
    @pytest.mark.parametrize(
        "error",
        [
            ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
            TimeoutError("timed out"),
            OSError(errno.EHOSTUNREACH, "No route to host"),
        ],
    )
    def test_no_way_in_passes(self, error: OSError) -> None:
        def dial(address: str, port: int, timeout: float) -> socket.socket:
            raise error

        assert refusals.refuse_connection(context(dial=dial)).startswith("no connection: ")

    def test_protected_mode_passes(self) -> None:
        """Trap 13: with it on, a stranger gets DENIED."""
        session = FakeSession({"ECHO": CheckError("DENIED", "DENIED Redis is running in protected mode")})
        assert refusals.refuse_connection(context(session)) == "refused: DENIED Redis is running in protected mode"

    @pytest.mark.parametrize("answer", ["redisops", CheckError("NOAUTH"), CheckError("CONNECTION_CLOSED")])
    def test_a_server_that_was_reached_fails(self, answer: object) -> None:
        """Trap 13: with it off, a stranger gets PONG."""
        with pytest.raises(CheckError, match="ACCEPTED_CONNECTION"):
            refusals.refuse_connection(context(FakeSession({"ECHO": answer})))

    def test_trouble_of_ones_own_proves_nothing(self) -> None:
        def dial(address: str, port: int, timeout: float) -> socket.socket:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")

        with pytest.raises(CheckError, match="NETWORK_ERROR"):
            refusals.refuse_connection(context(dial=dial))
