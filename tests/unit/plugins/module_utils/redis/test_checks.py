# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.checks import (
    CHECKS,
    Check,
    Report,
    check_server,
    run_checks,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.context import CheckOptions, Context
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CAUSES, CheckError

from tests.unit.plugins.module_utils.redis.fakes import (
    PASSWORD,
    FakeSession,
    FakeSocket,
    SteppedClock,
    options,
    surroundings,
)

REFUSALS = {"refuse_unauthenticated": True, "refuse_wrong_password": True}


def outcomes(report: Report) -> dict[str, bool | None]:
    return {result.check: result.ok for result in report.checks}


def failing(code: str) -> FakeSession:
    return FakeSession({"PING": CheckError(code)})


class TestSequence:
    def test_everything_that_can_be_asked_for_in_order(self) -> None:
        given = options(
            {"tls": True, "client_cert_path": "client.pem"},
            cluster_mode=True,
            refuse_plaintext=True,
            refuse_no_certificate=True,
            refuse_commands=("CONFIG",),
            **REFUSALS,
        )
        assert [check.name for check in CHECKS if check.is_asked_for(given)] == [
            "dns",
            "tcp",
            "tls",
            "auth",
            "ping",
            "role",
            "cluster",
            "write",
            "latency",
            "refuse_unauthenticated",
            "refuse_wrong_password",
            "refuse_plaintext",
            "refuse_no_certificate",
            "refuse_commands",
        ]

    def test_where_nobody_may_get_in_nothing_else_is_tried(self) -> None:
        report = check_server(
            options(refuse_connection=True), surroundings(FakeSession({"ECHO": CheckError("DENIED")}))
        )
        assert outcomes(report) == {"dns": True, "refuse_connection": True}

    def test_what_is_not_asked_for_is_left_out(self) -> None:
        report = check_server(options(write_test=False, latency_samples=0), surroundings())
        assert outcomes(report) == dict.fromkeys(["dns", "tcp", "auth", "ping", "role"], True)

    def test_the_first_failure_skips_the_rest(self) -> None:
        report = check_server(options(), surroundings(failing("OOM")))
        assert outcomes(report) == {
            "dns": True,
            "tcp": True,
            "auth": True,
            "ping": False,
            "role": None,
            "write": None,
            "latency": None,
        }
        assert {result.detail for result in report.checks if result.ok is None} == {"skipped, since ping failed"}

    def test_without_permission_nothing_is_written_and_the_rest_is_checked(self) -> None:
        session = FakeSession()
        report = check_server(options(), surroundings(session), may_write=False)
        assert outcomes(report)["write"] is None
        assert outcomes(report)["latency"] is True
        assert not {"SET", "DEL", "GET"} & {sent[0] for sent in session.sent}
        assert "check mode" in report.message

    def test_a_further_check_finds_what_the_others_left(self) -> None:
        def count_keys(context: Context) -> str:
            return f"{context.session.command('DBSIZE')} keys on a {context.role}"

        session = FakeSession({"DBSIZE": 12})
        report = check_server(options(), surroundings(session), checks=[*CHECKS, Check("keys", count_keys)])
        assert report.checks[-1].detail == "12 keys on a master"


class TestEnds:
    @pytest.mark.parametrize("code", [None, "OOM"])
    def test_everything_is_closed(self, code: str | None) -> None:
        session = failing(code) if code else FakeSession()
        opened: list[FakeSocket] = []

        def dial(address: str, port: int, timeout: float) -> socket.socket:
            opened.append(FakeSocket())
            return opened[-1]

        check_server(options(), surroundings(session, dial=dial))
        assert session.closed
        assert all(sock.closed for sock in opened)

    def test_a_defect_in_a_check_is_no_finding(self) -> None:
        session = FakeSession({"PING": ZeroDivisionError()})
        with pytest.raises(ZeroDivisionError):
            run_checks(options(), surroundings(session), CHECKS, may_write=True)
        assert session.closed

    def test_a_check_before_what_it_needs_is_a_defect(self) -> None:
        with pytest.raises(RuntimeError, match="before the check that logs in"):
            run_checks(options(), surroundings(), CHECKS[4:], may_write=True)
        with pytest.raises(RuntimeError, match="before the check that opens it"):
            run_checks(options(), surroundings(), CHECKS[3:], may_write=True)


class TestWaiting:
    def test_starts_again_from_the_name_until_all_pass(self) -> None:
        addresses = iter([["192.0.2.1"], ["192.0.2.2"], ["192.0.2.3"]])
        dialed: list[str] = []

        def dial(address: str, port: int, timeout: float) -> socket.socket:
            dialed.append(address)
            if address != "192.0.2.3":
                raise ConnectionRefusedError
            return FakeSocket()

        clock = SteppedClock()
        network = surroundings(resolve=lambda host, port: next(addresses), dial=dial, clock=clock)
        report = check_server(options(wait_timeout=60), network)
        assert report.failure is None
        assert report.attempts == 3
        assert dialed == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        assert clock.pauses == [0.5, 1.0]

    def test_gives_up_with_the_last_failure(self) -> None:
        report = check_server(options(wait_timeout=2), surroundings(failing("LOADING")))
        assert report.attempts == 4
        assert "failed at ping (LOADING) after 4 attempts" in report.message

    @pytest.mark.parametrize("code", sorted(CAUSES))
    def test_only_what_may_pass_is_waited_for(self, code: str) -> None:
        clock = SteppedClock()
        check_server(options(wait_timeout=2), surroundings(failing(code), clock=clock))
        assert bool(clock.pauses) is CAUSES[code].transient

    @pytest.mark.parametrize(
        ("codes", "transient"),
        [
            (
                ["NAME_NOT_FOUND", "CONNECTION_REFUSED", "CONNECTION_TIMEOUT", "LOADING", "CLUSTERDOWN", "OTHER_ROLE"],
                True,
            ),
            (
                ["WRONGPASS", "NOAUTH", "CERTIFICATE_OTHER_HOST", "TLS_PORT", "PLAINTEXT_PORT", "NOPERM", "CA_FILE"],
                False,
            ),
            ([code for code in CAUSES if code.startswith("ACCEPTED_")], False),
        ],
    )
    def test_waiting_helps_against_time_not_against_mistakes(self, codes: list[str], transient: bool) -> None:
        assert {CAUSES[code].transient for code in codes} == {transient}


class TestReport:
    def report(self, session: FakeSession | None = None, **changed: Any) -> Report:
        return check_server(options(**changed), surroundings(session))

    @pytest.mark.parametrize("code", sorted(CAUSES))
    def test_a_failure_says_which_hop_what_and_where_to_look(self, code: str) -> None:
        report = self.report(FakeSession({"PING": CheckError(code, "the server's words")}))
        failure = report.failure
        assert failure is not None
        assert (failure.check, failure.code, failure.hint) == ("ping", code, CAUSES[code].look_at)
        assert report.message == (
            f"cache.example:6379 failed at ping ({code}): {CAUSES[code].meaning}: the server's words. "
            f"Look at: {CAUSES[code].look_at}."
        )

    def test_success_names_what_was_passed(self) -> None:
        assert self.report().message == "cache.example:6379 passed dns, tcp, auth, ping, role, write, latency"

    def test_shape(self) -> None:
        told = self.report().as_dict()
        assert {name: told[name] for name in ("attempts", "failed_hop", "role", "server")} == {
            "attempts": 1,
            "failed_hop": None,
            "role": "master",
            "server": {"engine": "redis", "version": "7.0.15", "mode": "standalone"},
        }
        assert told["latency"].keys() == {"samples", "p50_ms", "p95_ms", "p99_ms"}
        assert told["checks"][0] == {
            "check": "dns",
            "ok": True,
            "detail": "cache.example is 192.0.2.15",
            "code": None,
            "hint": None,
            "milliseconds": 0.0,
        }

    def test_shape_of_a_failure(self) -> None:
        told = self.report(failing("LOADING")).as_dict()
        assert told["failed_hop"] == "ping"
        assert (told["role"], told["server"], told["latency"]) == (None, {}, {})
        assert told["checks"][-1]["milliseconds"] is None

    def test_time_is_taken_of_each_check(self) -> None:
        clock = SteppedClock()

        def slow_name_server(host: str, port: int) -> list[str]:
            clock.sleep(0.25)
            return ["192.0.2.15"]

        report = check_server(options(), surroundings(resolve=slow_name_server, clock=clock))
        assert [result.milliseconds for result in report.checks[:2]] == [250.0, 0.0]

    @pytest.mark.parametrize("session", [FakeSession(), failing("WRONGPASS")])
    def test_the_password_is_nowhere(self, session: FakeSession) -> None:
        report = self.report(session, **REFUSALS)
        assert PASSWORD not in f"{report!r} {report.message} {json.dumps(report.as_dict())}"


class TestOptions:
    def test_all_contradictions_at_once(self) -> None:
        with pytest.raises(ValueError, match="port") as error:
            options(
                {"port": 0, "timeout": 0, "db": 3, "password": None},
                cluster_mode=True,
                key_prefix="",
                latency_samples=-1,
                refuse_plaintext=True,
                refuse_no_certificate=True,
                role="slave",
                wait_timeout=-1,
                **REFUSALS,
            )
        problems = str(error.value).split("; ")
        assert len(problems) == 11
        assert {problem.partition(":")[0] for problem in problems} == {
            "port",
            "timeout",
            "wait_timeout",
            "latency_samples",
            "db",
            "key_prefix",
            "role",
            "refuse_unauthenticated",
            "refuse_wrong_password",
            "refuse_plaintext",
            "refuse_no_certificate",
        }

    @pytest.mark.parametrize(
        ("target", "changed", "problem"),
        [
            ({"tls": True}, {"refuse_no_certificate": True}, "refuse_no_certificate"),
            ({"client_cert_path": "client.pem"}, {}, "client_cert_path: needs tls"),
            ({"tls": True, "client_key_path": "client.key"}, {}, "client_key_path: needs client_cert_path"),
            ({}, {"refuse_commands": ("CONFIG", " ")}, "refuse_commands: an empty one"),
            ({}, {"refuse_commands": ("CONFIG",), "refuse_connection": True}, "refuse_connection"),
            ({}, {"wait_timeout": 1.0, "refuse_connection": True}, "refuse_connection"),
        ],
    )
    def test_contradictions(self, target: dict[str, Any], changed: dict[str, Any], problem: str) -> None:
        with pytest.raises(ValueError, match=f"^{problem}[^;]*$"):
            options(target, **changed)

    def test_no_database_below_zero(self) -> None:
        with pytest.raises(ValueError, match=r"^db: 0 or more$"):
            options({"db": -1})

    def test_representation_hides_the_password(self) -> None:
        given: CheckOptions = options()
        assert PASSWORD not in repr(given)
