# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.files import read_certificates, read_paths
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def certificate(days: int, names: list[str]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
    )
    if names:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_file_is_described_by_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"secret of the tests")
    file.chmod(0o640)
    found = read_paths([str(file)])[str(file)]
    assert found["sha256"] == hashlib.sha256(b"secret of the tests").hexdigest()
    assert (found["kind"], found["mode"], found["size"]) == ("file", "0640", 19)
    assert "secret" not in str({**found, "sha256": ""})


def test_what_is_not_there_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    paths = [str(tmp_path / "missing"), str(tmp_path / "a/below")]
    assert read_paths(paths) == {path: {"exists": False} for path in paths}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    found = read_paths([str(tmp_path / "link")])[str(tmp_path / "link")]
    assert (found["kind"], found["sha256"]) == ("link", None)


def test_a_directory_has_no_hash(tmp_path: Path) -> None:
    found = read_paths([str(tmp_path)])[str(tmp_path)]
    assert (found["kind"], found["sha256"]) == ("directory", None)


@pytest.mark.parametrize("names", [[], ["b.example.com", "a.example.com"]])
def test_a_certificate(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "a.crt"
    path.write_bytes(certificate(30, names))
    found = read_certificates([str(path)])[str(path)]
    assert found is not None
    assert (found["days_left"], found["names"]) == (30, sorted(names))


def test_what_is_no_certificate(tmp_path: Path) -> None:
    path = tmp_path / "a.crt"
    path.write_text("-----BEGIN CERTIFICATE-----\n")
    assert read_certificates([str(path), "/missing"]) == {str(path): None, "/missing": None}
