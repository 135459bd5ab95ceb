# SPDX-License-Identifier: GPL-3.0-or-later
"""The drop-in of the exporter in the role redis_server, as it is rendered for several servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.companions import build_exporters
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import build_instances

from tests.unit.plugins.module_utils.redis.host.samples import DEBIAN, WORDS

TEMPLATES = Path(__file__).resolve().parents[2] / "roles/redis_server/templates"
PASSWORD = "exporter-of-component-tests-2584"
TLS = {"tls": True, "port": 6380}
ONE_PASSWORD = {"auth": "requirepass"}


def render(name: str, variables: dict[str, Any]) -> str:
    templar = Templar(loader=DataLoader(), variables=variables)
    return str(templar.template(trust_as_template((TEMPLATES / name).read_text()), convert_data=False))


def drop_ins(*given: dict[str, Any]) -> list[str]:
    """Of servers with the words of an instance."""
    options = {"exporter_address": "127.0.0.1", "exporter_port": 9121}
    words = {**WORDS, "password": PASSWORD}
    servers = build_instances(words, [{"name": "default", **each} for each in given], DEBIAN)
    return [render("exporter.conf.j2", {"instance": exporter}) for exporter in build_exporters(servers, options)]


def environment(drop_in: str) -> dict[str, str]:
    lines = [line.removeprefix("Environment=") for line in drop_in.splitlines() if line.startswith("Environment=")]
    return dict(word.split("=", 1) for line in lines for word in line.split())


@pytest.mark.parametrize("server", [{}, ONE_PASSWORD, TLS], ids=["users", "one password", "TLS"])
def test_the_password_is_a_credential(server: dict[str, Any]) -> None:
    """Trap 30: a drop-in is readable by all, and so are the command line and the Environment= that it gives."""
    (drop_in,) = drop_ins(server)
    assert PASSWORD not in drop_in
    assert "LoadCredential=password:/etc/redisops/default/exporter.secret" in drop_in.splitlines()
    assert "REDIS_PASSWORD" not in environment(drop_in)
    start = next(line for line in drop_in.splitlines() if line.startswith("ExecStart=/"))
    assert 'REDIS_PASSWORD="$$(cat "$$CREDENTIALS_DIRECTORY/password")"' in start


def test_config_is_left_alone() -> None:
    """Traps 9 and 16: CONFIG may be renamed, and who may run CONFIG GET reads passwords."""
    (drop_in,) = drop_ins({})
    assert environment(drop_in)["REDIS_EXPORTER_CONFIG_COMMAND"] == "-"
    assert environment(drop_in)["REDIS_USER"] == "exporter"


def test_further_servers_have_further_ports() -> None:
    first, second = drop_ins({}, {"name": "second", "port": 6390, "bind": ["10.0.0.5"]})
    assert environment(first)["REDIS_EXPORTER_WEB_LISTEN_ADDRESS"] == "127.0.0.1:9121"
    assert environment(second)["REDIS_EXPORTER_WEB_LISTEN_ADDRESS"] == "127.0.0.1:9122"
    assert environment(second)["REDIS_ADDR"] == "redis://10.0.0.5:6390"


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ({}, "redis://127.0.0.1:6379"),
        ({"bind": ["*", "-::*"]}, "redis://127.0.0.1:6379"),
        ({"bind": ["::1"]}, "redis://[::1]:6379"),
        ({"tls": True, "tls_port": 6380}, "redis://127.0.0.1:6379"),
        (TLS, "rediss://127.0.0.1:6380"),
    ],
)
def test_address_of_the_server(server: dict[str, Any], address: str) -> None:
    (drop_in,) = drop_ins(server)
    assert environment(drop_in)["REDIS_ADDR"] == address


def test_certificates_come_as_credentials() -> None:
    """Trap 32: nobody but the server's group may read them."""
    (drop_in,) = drop_ins({**TLS, "tls_auth_clients": "yes"})
    files = [line.split(":")[0] for line in drop_in.splitlines() if line.startswith("LoadCredential=")]
    assert files == [f"LoadCredential={name}" for name in ("password", "ca.crt", "client.crt", "client.key")]
    assert environment(drop_in)["REDIS_EXPORTER_TLS_CA_CERT_FILE"] == "%d/ca.crt"
    assert environment(drop_in)["REDIS_EXPORTER_TLS_CLIENT_KEY_FILE"] == "%d/client.key"


def test_a_server_without_any_password() -> None:
    (drop_in,) = drop_ins({**ONE_PASSWORD, "password": ""})
    assert "LoadCredential" not in drop_in
    assert "ExecStart=/usr/bin/prometheus-redis-exporter $ARGS" in drop_in.splitlines()
