# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.connection import (
    SECRET_MARKER,
    Target,
    answer_in_plain_text,
    dial_tcp,
    find_addresses,
    open_socket,
    resolve_by_system,
    secure,
    speaks_tls,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError

from tests.unit.plugins.module_utils.redis.fakes import PASSWORD, FakeSocket

TARGET = Target("cache.example", password=PASSWORD, timeout=0.2)


def failing_handshake(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def wrap_socket(context: ssl.SSLContext, sock: socket.socket, server_hostname: str) -> ssl.SSLSocket:
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert server_hostname == TARGET.host
        raise error

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap_socket)


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = f"result {code}"
    return error


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the client's, with a timeout, and the server's."""
    client, server = socket.socketpair()
    client.settimeout(0.2)
    with client, server:
        yield client, server


class TestTarget:
    def test_representation_hides_the_password(self) -> None:
        assert PASSWORD not in repr(TARGET)

    def test_redacts_its_password_alone(self) -> None:
        assert TARGET.redact(f"AUTH {PASSWORD}!") == f"AUTH {SECRET_MARKER}!"
        assert TARGET.without_login().redact("AUTH") == "AUTH"

    def test_another_node_without_a_name_is_on_the_same_host(self) -> None:
        assert TARGET.at("", 6380).label == "cache.example:6380"
        assert TARGET.at("192.0.2.9", 6380).label == "192.0.2.9:6380"

    def test_a_stranger_has_no_login_and_no_database(self) -> None:
        stranger = Target("h", username="app", password=PASSWORD, db=3).without_login()
        assert (stranger.username, stranger.password, stranger.db) == (None, None, 0)


class TestFindAddresses:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "NAME_NOT_FOUND"),
            (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "NAME_SERVER"),
            (UnicodeError("label empty or too long"), "NAME_NOT_FOUND"),
        ],
    )
    def test_failures(self, error: Exception, code: str) -> None:
        def resolve(host: str, port: int) -> list[str]:
            raise error

        with pytest.raises(CheckError) as failure:
            find_addresses(TARGET, resolve)
        assert failure.value.code == code
        assert "cache.example" in failure.value.detail

    def test_a_name_without_addresses(self) -> None:
        with pytest.raises(CheckError, match="NAME_NOT_FOUND"):
            find_addresses(TARGET, lambda host, port: [])

    def test_a_name_that_cannot_be_one(self) -> None:
        with pytest.raises(CheckError, match="NAME_NOT_FOUND"):
            find_addresses(Target("a..b"), resolve_by_system)

    def test_the_system_knows_an_address_once(self) -> None:
        assert find_addresses(Target("127.0.0.1"), resolve_by_system) == ["127.0.0.1"]


class TestOpenSocket:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "CONNECTION_REFUSED"),
            (TimeoutError("timed out"), "CONNECTION_TIMEOUT"),
            (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "CONNECTION_TIMEOUT"),
            (OSError(errno.EHOSTUNREACH, "No route to host"), "UNREACHABLE"),
            (OSError(errno.ENETUNREACH, "Network is unreachable"), "UNREACHABLE"),
            (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "NETWORK_ERROR"),
        ],
    )
    def test_failures(self, error: OSError, code: str) -> None:
        def dial(address: str, port: int, timeout: float) -> socket.socket:
            raise error

        with pytest.raises(CheckError) as failure:
            open_socket(TARGET, ["192.0.2.1", "192.0.2.2"], dial)
        assert failure.value.code == code
        assert "192.0.2.1 port 6379" in failure.value.detail
        assert "192.0.2.2 port 6379" in failure.value.detail

    def test_an_address_that_answers_is_enough(self) -> None:
        answering = FakeSocket()

        def dial(address: str, port: int, timeout: float) -> socket.socket:
            assert (port, timeout) == (6379, 0.2)
            if address == "192.0.2.1":
                raise ConnectionRefusedError
            return answering

        assert open_socket(TARGET, ["192.0.2.1", "192.0.2.2"], dial) is answering

    def test_nothing_listens(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            target = Target("127.0.0.1", port=unused.getsockname()[1])
            with pytest.raises(CheckError, match="CONNECTION_REFUSED"):
                open_socket(target, ["127.0.0.1"], dial_tcp)

    def test_what_is_sent_is_not_held_back(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as listening,
            dial_tcp("127.0.0.1", listening.getsockname()[1], 5.0) as dialed,
        ):
            assert dialed.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class TestSecure:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (unverified(10), "CERTIFICATE_EXPIRED"),
            (unverified(18), "CERTIFICATE_UNKNOWN_AUTHORITY"),
            (unverified(19), "CERTIFICATE_UNKNOWN_AUTHORITY"),
            (unverified(20), "CERTIFICATE_UNKNOWN_AUTHORITY"),
            (unverified(62), "CERTIFICATE_OTHER_HOST"),
            (unverified(64), "CERTIFICATE_OTHER_HOST"),
            (unverified(85), "CERTIFICATE_INVALID"),
            (TimeoutError("The handshake operation timed out"), "HANDSHAKE_TIMEOUT"),
            (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "CONNECTION_CLOSED"),
            (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "CONNECTION_CLOSED"),
            (ssl.SSLError(1, "wrong version number"), "HANDSHAKE_FAILED"),
        ],
    )
    def test_failures(self, monkeypatch: pytest.MonkeyPatch, error: OSError, code: str) -> None:
        failing_handshake(monkeypatch, error)
        with pytest.raises(CheckError) as failure:
            secure(TARGET, FakeSocket())
        assert failure.value.code == code
        assert failure.value.evidence

    @pytest.mark.parametrize("text", [None, "no certificate at all\n"], ids=["missing", "not a certificate"])
    def test_ca_file(self, tmp_path: Path, text: str | None) -> None:
        ca_path = tmp_path / "ca.pem"
        if text:
            ca_path.write_text(text)
        with pytest.raises(CheckError) as failure:
            secure(Target("cache.example", ca_path=str(ca_path)), FakeSocket())
        assert failure.value.code == "CA_FILE"
        assert str(ca_path) in failure.value.detail

    @pytest.mark.parametrize(
        ("error", "is_tls"),
        [
            (unverified(18), True),
            (ssl.SSLError(1, "wrong version number"), False),
            (TimeoutError("timed out"), False),
        ],
    )
    def test_a_certificate_is_proof_of_tls(self, monkeypatch: pytest.MonkeyPatch, error: OSError, is_tls: bool) -> None:
        failing_handshake(monkeypatch, error)
        sock = FakeSocket()
        assert speaks_tls(TARGET, ["192.0.2.1"], lambda *_other: sock) is is_tls
        assert sock.closed


class TestAnswerInPlainText:
    @pytest.mark.parametrize(
        ("said", "heard"),
        [
            (b"+PONG\r\n", "+PONG"),
            (b"-NOAUTH Authentication required.\r\n", "-NOAUTH Authentication required."),
            (b"\x15\x03\x01\x00\x02\x02\x46", ""),
            (b"HTTP/1.1 400 Bad Request\r\n", ""),
            (b"", ""),
        ],
        ids=["redis", "redis with a password", "TLS alert", "HTTP", "silence"],
    )
    def test_only_redis_protocol_is_an_answer(
        self, pair: tuple[socket.socket, socket.socket], said: bytes, heard: str
    ) -> None:
        client, server = pair
        server.sendall(said)
        assert answer_in_plain_text(TARGET, ["192.0.2.1"], lambda *_other: client) == heard
        assert server.recv(64) == b"PING\r\n"

    def test_hanging_up_is_no_answer(self, pair: tuple[socket.socket, socket.socket]) -> None:
        client, server = pair
        server.close()
        assert answer_in_plain_text(TARGET, ["192.0.2.1"], lambda *_other: client) == ""

    def test_no_connection_is_not_taken_for_a_refusal(self) -> None:
        def dial(address: str, port: int, timeout: float) -> socket.socket:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

        with pytest.raises(CheckError, match="CONNECTION_REFUSED"):
            answer_in_plain_text(TARGET, ["192.0.2.1"], dial)
