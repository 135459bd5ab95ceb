# SPDX-License-Identifier: GPL-3.0-or-later
"""Real redis-server processes on loopback, and a certificate authority for those that speak TLS."""

from __future__ import annotations

import datetime
import inspect
import ipaddress
import socket
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.standin.engines.waiting import wait_until


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


class Servers:
    """Starts redis-server processes on loopback, each in a directory of its own, and ends them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, *settings: str, folder: Path | None = None) -> int:
        """The port at which the server listens; secrets go by way of the configuration file."""
        port = free_port()
        home = folder or self.directory / str(port)
        home.mkdir(exist_ok=True)
        listen = [] if any(setting.startswith("tls-port") for setting in settings) else [f"port {port}"]
        lines = ["bind 127.0.0.1 127.0.0.2", f"dir {home}", 'save ""', *listen, *settings]
        configuration = home / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines).replace("@PORT@", str(port)) + "\n")
        with (home / "log").open("wb") as log:
            self.processes[port] = subprocess.Popen(["redis-server", str(configuration)], stdout=log)
        wait_until(f"redis-server listens at {port}, see {home}/log", lambda: self.accepts(port), within=20)
        return port

    def stop(self, port: int) -> None:
        process = self.processes.pop(port)
        process.terminate()
        process.wait()

    def accepts(self, port: int) -> bool:
        assert self.processes[port].poll() is None, "redis-server ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0


class Authority:
    """A certificate authority for the tests, and certificates for 127.0.0.1 and localhost by it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests of redis_check")])
        usages = list(inspect.signature(x509.KeyUsage).parameters)
        usage = x509.KeyUsage(**{name: name == "key_cert_sign" for name in usages})
        own = self._builder(self._name, self._key, days=30)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = own.add_extension(usage, critical=True)
        self.path.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def settings(self, name: str, days: int = 30) -> list[str]:
        """redis.conf lines of a server with a certificate that ends in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = self._builder(subject, key, days).add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        certificate = builder.add_extension(issuer, critical=False).sign(self._key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        (self.directory / f"{name}.crt").write_bytes(certificate.public_bytes(pem))
        key_path = self.directory / f"{name}.key"
        key_path.touch(mode=0o600)
        clear = serialization.NoEncryption()
        key_path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, clear))
        files = [
            f"tls-cert-file {self.directory}/{name}.crt",
            f"tls-key-file {key_path}",
            f"tls-ca-cert-file {self.path}",
        ]
        return ["port 0", "tls-port @PORT@", *files]

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=90))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days))
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return builder.add_extension(identifier, critical=False)
