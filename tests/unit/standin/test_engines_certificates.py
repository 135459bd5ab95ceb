# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority and its certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.standin.engines.certificates import CertificateAuthority


def handshake(server: ssl.SSLContext, trusted: Path, name: str) -> None:
    """A handshake in memory, verified as strictly as Python does by default. Raises ssl.SSLError."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context(cafile=trusted).wrap_bio(to_client, to_server, server_hostname=name)
    peer = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, peer]
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue


def test_certificate_is_valid_for_its_addresses_only(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    server = authority.server_context("group", ["127.77.0.1", "127.77.0.2"], tmp_path / "server.pem")
    handshake(server, authority.certificate_path, "127.77.0.2")
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(server, authority.certificate_path, "127.77.0.3")


def test_authority_outlives_its_owner(tmp_path: Path) -> None:
    first = CertificateAuthority(tmp_path)
    server = first.server_context("group", ["127.77.0.1"], tmp_path / "server.pem")
    again = CertificateAuthority(tmp_path)
    handshake(server, again.certificate_path, "127.77.0.1")


def test_another_authority_is_not_trusted(tmp_path: Path) -> None:
    server = CertificateAuthority(tmp_path / "a").server_context("group", ["127.77.0.1"], tmp_path / "server.pem")
    stranger = CertificateAuthority(tmp_path / "b")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        handshake(server, stranger.certificate_path, "127.77.0.1")


def test_only_the_authoritys_certificate_is_public(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.server_context("x" * 80, ["127.77.0.1"], tmp_path / "server.pem")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "server.pem": 0o600}
    assert "PRIVATE" not in authority.certificate_path.read_text()
