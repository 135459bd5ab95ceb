# SPDX-License-Identifier: GPL-3.0-or-later
"""A host, and what the role hands over about its servers."""

from __future__ import annotations

from typing import Any

import yaml
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import Instance, build_instances

from tests.unit.house.tree import ROOT

MIB = 1024**2
PASSWORD = "password-of-unit-tests-7351"

PLATFORMS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "roles/redis_server/vars/main.yml").read_text())[
    "__redis_server_platforms"
]
DEBIAN = PLATFORMS["debian"]["redis"]

WORDS: dict[str, Any] = {
    "port": 6379,
    "bind": ["127.0.0.1", "-::1"],
    "protected_mode": True,
    "auth": "acl",
    "password": PASSWORD,
    "users": [],
    "tls": False,
    "tls_auth_clients": "no",
    "tls_files_on": "controller",
    "tls_names": [],
    "host_names": ["cache1", "10.0.0.7"],
    "firewall_sources": [],
    "settings": {},
}

OPTIONS: dict[str, Any] = {
    "version": None,
    "kernel": True,
    "firewall": False,
    "sentinel": False,
    "exporter": False,
    "exporter_address": "127.0.0.1",
    "exporter_port": 9121,
    "backup": False,
    "backup_dir": "/var/backups/redisops",
    "tls_renew_days": 30,
    "allowed": [],
}

HOST: dict[str, Any] = {
    "os": {"id": "debian", "version_id": "12", "codename": "bookworm", "family": "debian"},
    "units": {},
    "packages": {},
}


def one(memory: int | None = 1024 * MIB, **words: Any) -> Instance:
    """A single server, of words that differ from WORDS."""
    return build_instances({**WORDS, **words}, [], DEBIAN, memory)[0]


def several(*given: dict[str, Any], **words: Any) -> list[Instance]:
    return build_instances({**WORDS, **words}, list(given), DEBIAN, 1024 * MIB)
