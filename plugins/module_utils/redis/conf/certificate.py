# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificate the server's port shows, and which one is in the file. A renewed file takes effect when told to."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from collections.abc import Mapping

from ..local import local_address
from .facts import Certificates
from .files import read_text

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def compare_certificates(settings: Mapping[str, str], path: str, timeout: float) -> Certificates | None:
    """None without a TLS port, or without a certificate in the file at `path`. `settings` are those that run."""
    port = int(settings.get("tls-port", "0"))
    found = _PEM.search(read_text(path)) if port and path else None
    if not found:
        return None
    served = _served(local_address(settings.get("bind", "")), port, settings, timeout)
    in_file = ssl.PEM_cert_to_DER_cert(found.group())
    return Certificates(path, _fingerprint(served) if served else None, _fingerprint(in_file))


def _served(host: str, port: int, settings: Mapping[str, str], timeout: float) -> bytes | None:
    """What the handshake shows, whoever signed it. None when the server wants a client it does not accept here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        if settings.get("tls-auth-clients", "yes") == "yes" and not settings.get("tls-key-file-pass"):
            context.load_cert_chain(settings["tls-cert-file"], settings["tls-key-file"])
        with socket.create_connection((host, port), timeout) as plain, context.wrap_socket(plain) as secured:
            return secured.getpeercert(binary_form=True)
    except OSError:
        return None


def _fingerprint(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()
