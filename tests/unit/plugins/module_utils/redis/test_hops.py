# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis import hops
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import Target
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import Context
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError

from tests.unit.plugins.module_utils.redis.fakes import ADDRESS, PASSWORD, FakeSession, FakeSocket, context, options

INFO_SERVER = "# Server\r\nredis_version:5.0.6\r\nredis_mode:standalone\r\n"
UNKNOWN_COMMAND = CheckError("SERVER_ERROR", "unknown command 'HELLO'")


def code_of(check: Callable[[Context], str], session: FakeSession, **changed: Any) -> str:
    with pytest.raises(CheckError) as failure:
        check(context(session, options(**changed)))
    return failure.value.code


def test_the_name_is_asked_of_the_resolver() -> None:
    found = context(resolve=lambda host, port: [f"{host} at {port}", "192.0.2.16"])
    assert "192.0.2.16" in hops.resolve_name(found)
    assert found.addresses == ["cache.example at 6379", "192.0.2.16"]


def test_the_connection_goes_to_the_address_that_was_found() -> None:
    dialed = []

    def dial(address: str, port: int, timeout: float) -> socket.socket:
        dialed.append((address, port, timeout))
        return FakeSocket()

    hops.open_connection(context(dial=dial))
    assert dialed == [(ADDRESS, 6379, 5.0)]


class TestTls:
    @pytest.mark.parametrize("code", ["HANDSHAKE_TIMEOUT", "HANDSHAKE_FAILED", "CONNECTION_CLOSED"])
    @pytest.mark.parametrize("answer", ["-NOAUTH Authentication required.", ""])
    def test_a_port_in_plain_text_is_recognized(self, monkeypatch: pytest.MonkeyPatch, code: str, answer: str) -> None:
        monkeypatch.setattr(hops, "secure", raising(CheckError(code)))
        monkeypatch.setattr(hops, "answer_in_plain_text", lambda *_other: answer)
        assert code_of(hops.secure_connection, FakeSession(), target={"tls": True}) == (
            "PLAINTEXT_PORT" if answer else code
        )

    def test_a_certificate_is_not_asked_about_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hops, "secure", raising(CheckError("CERTIFICATE_OTHER_HOST")))
        monkeypatch.setattr(hops, "answer_in_plain_text", raising(AssertionError("the port was tried in plain text")))
        assert code_of(hops.secure_connection, FakeSession(), target={"tls": True}) == "CERTIFICATE_OTHER_HOST"


class TestAuth:
    @pytest.mark.parametrize("code", ["NOAUTH", "LOADING", "DENIED"])
    def test_refusals_are_told(self, code: str) -> None:
        assert code_of(hops.authenticate, FakeSession({"ECHO": CheckError(code)})) == code

    def test_a_user_who_may_not_echo_is_logged_in(self) -> None:
        assert hops.authenticate(context(FakeSession({"ECHO": CheckError("NOPERM")}))) == "logged in as default"

    @pytest.mark.parametrize(
        ("target", "detail"),
        [({"username": "app"}, "logged in as app"), ({"password": None}, "no password asked for")],
    )
    def test_says_as_whom(self, target: dict[str, Any], detail: str) -> None:
        assert hops.authenticate(context(given=options(target))) == detail

    def test_the_login_uses_the_connection_that_was_opened(self) -> None:
        used: list[tuple[Target, socket.socket]] = []

        def log_in(target: Target, sock: socket.socket) -> FakeSession:
            used.append((target, sock))
            return FakeSession()

        found = context(log_in=log_in)
        hops.authenticate(found)
        assert used == [(found.target, found.connection)]

    @pytest.mark.parametrize("code", ["ANSWER_TIMEOUT", "CONNECTION_CLOSED", "NOT_REDIS"])
    @pytest.mark.parametrize("is_tls", [True, False])
    def test_a_tls_port_is_recognized(self, monkeypatch: pytest.MonkeyPatch, code: str, is_tls: bool) -> None:
        monkeypatch.setattr(hops, "speaks_tls", lambda *_other: is_tls)
        assert code_of(hops.authenticate, FakeSession({"ECHO": CheckError(code)})) == ("TLS_PORT" if is_tls else code)

    @pytest.mark.parametrize(
        ("code", "told"), [("CONNECTION_CLOSED", "CLOSED_AFTER_HANDSHAKE"), ("ANSWER_TIMEOUT", "ANSWER_TIMEOUT")]
    )
    def test_hanging_up_after_the_handshake(self, code: str, told: str) -> None:
        session = FakeSession({"ECHO": CheckError(code)})
        assert code_of(hops.authenticate, session, target={"tls": True}) == told


def test_ping() -> None:
    assert hops.ping(context()) == "PONG"
    assert code_of(hops.ping, FakeSession({"PING": "HELLO"})) == "NOT_REDIS"
    assert code_of(hops.ping, FakeSession({"PING": CheckError("LOADING")})) == "LOADING"


class TestRole:
    @pytest.mark.parametrize(
        ("answers", "server", "role"),
        [
            ({}, ("redis", "7.0.15", "standalone"), "master"),
            (
                {
                    "HELLO": [
                        "server",
                        "valkey",
                        "version",
                        "8.0.1",
                        "mode",
                        "cluster",
                        "role",
                        "replica",
                        "modules",
                        [],
                    ]
                },
                ("valkey", "8.0.1", "cluster"),
                "replica",
            ),
            (
                {"HELLO": UNKNOWN_COMMAND, "INFO": iter([INFO_SERVER, "# Replication\r\nrole:slave\r\n"])},
                ("redis", "5.0.6", "standalone"),
                "replica",
            ),
            (
                {
                    "HELLO": CheckError("NOPERM"),
                    "INFO": iter([f"{INFO_SERVER}server_name:valkey\r\nvalkey_version:8.0.1\r\n", "role:master\r\n"]),
                },
                ("valkey", "8.0.1", "standalone"),
                "master",
            ),
            ({"HELLO": CheckError("NOPERM"), "INFO": CheckError("NOPERM")}, (None, None, None), None),
        ],
        ids=["redis", "valkey", "before HELLO", "HELLO not permitted", "neither permitted"],
    )
    def test_the_server_describes_itself(
        self, answers: dict[str, Any], server: tuple[str | None, ...], role: str | None
    ) -> None:
        found = context(FakeSession(answers))
        hops.determine_role(found)
        assert tuple(found.server[name] for name in ("engine", "version", "mode")) == server
        assert found.role == role

    @pytest.mark.parametrize(
        ("answers", "expected", "code"),
        [
            ({}, "replica", "OTHER_ROLE"),
            ({"HELLO": CheckError("NOPERM"), "INFO": CheckError("NOPERM")}, "master", "ROLE_UNKNOWN"),
            ({"HELLO": CheckError("CONNECTION_CLOSED")}, "any", "CONNECTION_CLOSED"),
            ({"HELLO": UNKNOWN_COMMAND, "INFO": CheckError("ANSWER_TIMEOUT")}, "any", "ANSWER_TIMEOUT"),
        ],
    )
    def test_failures(self, answers: dict[str, Any], expected: str, code: str) -> None:
        assert code_of(hops.determine_role, FakeSession(answers), role=expected) == code

    def test_the_role_that_was_found_is_told_also_when_another_was_expected(self) -> None:
        found = context(given=options(role="replica"))
        with pytest.raises(CheckError, match="expected replica, found master"):
            hops.determine_role(found)
        assert found.role == "master"


class TestCluster:
    def test_all_slots(self) -> None:
        assert hops.check_cluster(context()) == "all 16384 slots served, 3 shards, 6 nodes"

    @pytest.mark.parametrize(
        ("info", "code"),
        [
            ("cluster_state:fail\r\ncluster_slots_ok:16384\r\n", "CLUSTERDOWN"),
            ("cluster_state:ok\r\ncluster_slots_ok:16383\r\n", "SLOTS_NOT_SERVED"),
            (CheckError("NOT_A_CLUSTER"), "NOT_A_CLUSTER"),
        ],
    )
    def test_failures(self, info: str | CheckError, code: str) -> None:
        assert code_of(hops.check_cluster, FakeSession({"CLUSTER": info})) == code


class TestTryAKey:
    @pytest.mark.parametrize(
        ("role", "changed", "words"),
        [
            ("master", {}, ["SET", "GET", "DEL"]),
            (None, {}, ["SET", "GET", "DEL"]),
            ("replica", {}, ["GET"]),
            ("replica", {"cluster_mode": True}, ["SET", "GET", "DEL"]),
            ("replica", {"cluster_mode": True, "role": "replica"}, ["READONLY", "GET"]),
        ],
    )
    def test_a_replica_is_only_read_from(self, role: str | None, changed: dict[str, Any], words: list[str]) -> None:
        session = FakeSession()
        found = context(session, options(**changed))
        found.role = role
        hops.try_a_key(found)
        assert [sent[0] for sent in session.sent] == words


class TestLatency:
    @pytest.mark.parametrize(("percent", "value"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (1, 1.0)])
    def test_nearest_rank(self, percent: int, value: float) -> None:
        assert hops.percentile([float(number) for number in range(100, 0, -1)], percent) == value

    def test_one_sample_is_every_percentile(self) -> None:
        assert {hops.percentile([7.0], percent) for percent in (50, 95, 99)} == {7.0}

    def test_milliseconds_of_as_many_pings_as_asked_for(self) -> None:
        class SlowSession(FakeSession):
            def command(self, *words: str | int) -> Any:
                clock.sleep(0.002)
                return super().command(*words)

        session = SlowSession()
        found = context(session, options(latency_samples=4))
        clock = found.surroundings.clock
        hops.measure_latency(found)
        assert found.latency == {"samples": 4, "p50_ms": 2.0, "p95_ms": 2.0, "p99_ms": 2.0}
        assert session.sent == [("PING",)] * 4


def raising(error: Exception) -> Any:
    def fail(*_other: object) -> None:
        raise error

    return fail


def test_no_hop_tells_the_password() -> None:
    found = context(given=options({"username": "app"}))
    for hop in (hops.resolve_name, hops.open_connection, hops.authenticate, hops.ping, hops.determine_role):
        assert PASSWORD not in hop(found)
