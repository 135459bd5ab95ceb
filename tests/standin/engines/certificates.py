# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's certificate authority, and certificates that carry loopback addresses."""

from __future__ import annotations

import contextlib
import datetime
import os
import ssl
import tempfile
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = datetime.timedelta(days=3650)
# A clock that is stepped back a little must not make a fresh certificate invalid.
BACKDATING = datetime.timedelta(days=1)


class CertificateAuthority:
    """Reads `directory`/ca.key, or makes it; `certificate_path` (ca.pem) is what clients trust.

    Stand-ins may share a directory, at the same time too.
    """

    def __init__(self, directory: Path) -> None:
        self.certificate_path = directory / "ca.pem"
        directory.mkdir(parents=True, exist_ok=True)
        bundle = _read_or_create(directory / "ca.key")
        self._key = _private_key(bundle)
        self._certificate = x509.load_pem_x509_certificate(bundle)
        _write_whole(self.certificate_path, self._certificate.public_bytes(Encoding.PEM), mode=0o644)

    def server_context(self, name: str, addresses: Iterable[str], bundle: Path) -> ssl.SSLContext:
        """Issue a certificate that is valid for `addresses`; key and certificate are kept in `bundle` (0600)."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address)) for address in addresses])
        issuer_key = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _builder(name, self._certificate.subject, key)
            .add_extension(alternatives, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        _write_whole(bundle, _pem(key) + certificate.public_bytes(Encoding.PEM), mode=0o600)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # ElastiCache refuses older ones since 2026-04-28 (user guide, "In-transit encryption").
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(bundle)
        return context


def _read_or_create(path: Path) -> bytes:
    """Whoever links first decides; the others read what it made."""
    if not path.exists():
        draft = _write_draft(path.parent, _new_authority())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_bytes()


def _new_authority() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = "redisops.cache stand-in"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key) + certificate.public_bytes(Encoding.PEM)


def _builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        # X.520 allows a common name 64 characters.
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATING)
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private_key(bundle: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(bundle, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the authority's key is not one that the stand-in made")
    return key


def _write_whole(path: Path, content: bytes, mode: int) -> None:
    """Replace `path` at once, never wider readable than `mode`."""
    draft = _write_draft(path.parent, content)
    draft.chmod(mode)
    draft.replace(path)


def _write_draft(directory: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=directory)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return Path(name)
