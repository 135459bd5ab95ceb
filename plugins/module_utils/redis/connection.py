# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a name to a socket: resolution, TCP, TLS. Standard library alone."""

from __future__ import annotations

import dataclasses
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .failures import CheckError

SECRET_MARKER = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# Host and port to addresses; raises socket.gaierror as the system's resolver does.
Resolver = Callable[[str, int], Sequence[str]]
# Address, port and timeout in seconds to a connected socket that keeps the timeout; raises OSError.
Dialer = Callable[[str, int, float], socket.socket]

# Verification results of OpenSSL (x509_vfy.h) that ssl.SSLCertVerificationError carries.
_CERTIFICATE_CODES = {
    2: "CERTIFICATE_UNKNOWN_AUTHORITY",
    9: "CERTIFICATE_EXPIRED",  # not yet valid
    10: "CERTIFICATE_EXPIRED",
    18: "CERTIFICATE_UNKNOWN_AUTHORITY",  # self-signed
    19: "CERTIFICATE_UNKNOWN_AUTHORITY",  # self-signed authority in the chain
    20: "CERTIFICATE_UNKNOWN_AUTHORITY",
    21: "CERTIFICATE_UNKNOWN_AUTHORITY",
    62: "CERTIFICATE_OTHER_HOST",
    64: "CERTIFICATE_OTHER_HOST",  # asked for by address
}
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


@dataclass(frozen=True)
class Target:
    """Where to log in, and as whom. `timeout` in seconds holds for each single connect, handshake and answer."""

    host: str
    port: int = 6379
    tls: bool = True
    ca_path: str | None = None
    client_cert_path: str | None = None
    client_key_path: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    db: int = 0
    timeout: float = 5.0

    @property
    def label(self) -> str:
        return f"{self.host}:{self.port}"

    def at(self, host: str, port: int) -> Target:
        return dataclasses.replace(self, host=host or self.host, port=port)

    def with_password(self, password: str) -> Target:
        return dataclasses.replace(self, password=password)

    def without_login(self) -> Target:
        return dataclasses.replace(self, username=None, password=None, db=0)

    def without_client_certificate(self) -> Target:
        return dataclasses.replace(self, client_cert_path=None, client_key_path=None)

    def redact(self, text: str) -> str:
        """For the words of a server, which may quote what it did not understand."""
        return text.replace(self.password, SECRET_MARKER) if self.password else text


def resolve_by_system(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial_tcp(address: str, port: int, timeout: float) -> socket.socket:
    """Without Nagle's algorithm: the end of a pipeline would wait for an acknowledgment that the server delays."""
    dialed = socket.create_connection((address, port), timeout)
    dialed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return dialed


def find_addresses(target: Target, resolve: Resolver) -> list[str]:
    """Raises CheckError: NAME_NOT_FOUND, NAME_SERVER."""
    try:
        addresses = list(resolve(target.host, target.port))
    except socket.gaierror as error:
        code = "NAME_SERVER" if error.errno == socket.EAI_AGAIN else "NAME_NOT_FOUND"
        raise CheckError(code, f"{target.host} ({error.strerror})") from error
    except UnicodeError as error:  # not a host name at all: an empty or overlong label
        raise CheckError("NAME_NOT_FOUND", f"{target.host} ({error})") from error
    if not addresses:
        raise CheckError("NAME_NOT_FOUND", target.host)
    return addresses


def open_socket(target: Target, addresses: Sequence[str], dial: Dialer) -> socket.socket:
    """The first address that answers. Raises CheckError with the last address' code and what every address said."""
    seen = []
    code = "NETWORK_ERROR"
    for address in addresses:
        try:
            return dial(address, target.port, target.timeout)
        except OSError as error:
            code = _connect_code(error)
            seen.append(f"{address} port {target.port} ({error.strerror or error})")
    raise CheckError(code, ", ".join(seen))


def secure(target: Target, sock: socket.socket) -> ssl.SSLSocket:
    """Handshake, verifying chain and host name. Raises CheckError; the socket is then still the caller's to close."""
    try:
        return _trust(target).wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        code = _CERTIFICATE_CODES.get(error.verify_code, "CERTIFICATE_INVALID")
        raise CheckError(code, error.verify_message) from error
    except OSError as error:
        raise CheckError(_handshake_code(error), error.strerror or str(error)) from error


def speaks_tls(target: Target, addresses: Sequence[str], dial: Dialer) -> bool:
    """Whether a TLS server is at the other end. Its certificate is no matter: to refuse it, it was received."""
    try:
        with open_socket(target, addresses, dial) as sock:
            secure(dataclasses.replace(target.without_client_certificate(), ca_path=None), sock).close()
    except CheckError as error:
        return error.code.startswith("CERTIFICATE_")
    return True


def answer_in_plain_text(target: Target, addresses: Sequence[str], dial: Dialer) -> str:
    """The beginning of what the port says to a PING in plain text, if it is Redis' protocol; else empty.

    Silence until the timeout and a reset count as no answer. Raises CheckError when there is no connection.
    """
    with open_socket(target, addresses, dial) as sock:
        try:
            sock.sendall(b"PING\r\n")
            answer = sock.recv(256)
        except OSError:
            return ""
    return answer.decode(errors="replace").strip() if answer[:1] in (b"+", b"-") else ""


def _trust(target: Target) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=target.ca_path)
    except OSError as error:  # ssl.SSLError, for what is no certificate, is one too
        raise CheckError("CA_FILE", f"{target.ca_path} ({error.strerror or error})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if target.client_cert_path:
        _show_certificate(context, target)
    return context


def _show_certificate(context: ssl.SSLContext, target: Target) -> None:
    """A passphrase is not asked for, which would wait for somebody at a terminal: such a key cannot be used."""
    try:
        context.load_cert_chain(str(target.client_cert_path), target.client_key_path, password="")
    except OSError as error:
        files = " and ".join(filter(None, (target.client_cert_path, target.client_key_path)))
        raise CheckError("CLIENT_CERTIFICATE", f"{files} ({error.strerror or error})") from error


def _handshake_code(error: OSError) -> str:
    if isinstance(error, (ConnectionError, ssl.SSLEOFError)):
        return "CONNECTION_CLOSED"
    return "HANDSHAKE_TIMEOUT" if _is_timeout(error) else "HANDSHAKE_FAILED"


def _connect_code(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "CONNECTION_REFUSED"
    if _is_timeout(error):
        return "CONNECTION_TIMEOUT"
    return "UNREACHABLE" if error.errno in _UNREACHABLE else "NETWORK_ERROR"


def _is_timeout(error: OSError) -> bool:
    # Python 3.9's socket.timeout is no TimeoutError yet, which is what the kernel's own ETIMEDOUT becomes.
    return isinstance(error, (TimeoutError, socket.timeout))
