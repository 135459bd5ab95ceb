# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands on a host beside its servers, as far as it follows from them: packages, exporters, names of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .instances import Instance

FIREWALL_UNIT = "redisops-firewall.service"
FIREWALL_PATHS = (
    "/etc/redisops/firewall.nft",
    f"/etc/systemd/system/{FIREWALL_UNIT}",
    "/etc/systemd/system/nftables.service.d/redisops.conf",
)
KERNEL_PATHS = ("/etc/sysctl.d/60-redisops.conf", "/etc/tmpfiles.d/redisops.conf")
SYSCTLS = ("net.core.somaxconn", "vm.overcommit_memory")
HEALTH_CHECK = "/usr/local/bin/redis-health"
PACKAGED_EXPORTER = "prometheus-redis-exporter.service"
EXPORTER_TEMPLATE = "/etc/systemd/system/prometheus-redis-exporter@.service"
BACKUP_UNITS = tuple(f"/etc/systemd/system/redisops-backup@.{kind}" for kind in ("service", "timer"))

Options = Mapping[str, Any]
"""Of the role's variables those that are about the host: version, kernel, firewall, sentinel, exporter with
exporter_address and exporter_port, backup with backup_dir, tls_renew_days, and `allowed` (what was allowed by name)."""


def wanted_packages(instances: Sequence[Instance], options: Options) -> dict[str, str | None]:
    """With the version that each is held to, or None: those of the server are of one source."""
    platform = instances[0].platform
    pinned = [*platform["packages"], *(platform["sentinel_packages"] if options["sentinel"] else [])]
    companions = {
        "python3-redis": True,
        "python3-cryptography": any(instance.words["tls"] for instance in instances),
        "nftables": options["firewall"],
        "prometheus-redis-exporter": options["exporter"],
    }
    found: dict[str, str | None] = dict.fromkeys(pinned, options["version"])
    return {**found, **dict.fromkeys(name for name, is_due in companions.items() if is_due)}


def exporter_unit(instance: Instance) -> str:
    return PACKAGED_EXPORTER if instance.is_main else f"prometheus-redis-exporter@{instance.name}.service"


def drop_in_of(unit: str) -> str:
    return f"/etc/systemd/system/{unit}.d/redisops.conf"


def backup_timer(name: str) -> str:
    return f"redisops-backup@{name}.timer"


def self_made_certificates(instances: Sequence[Instance]) -> dict[str, str]:
    """Path by instance, of those whose certificate is not given and so is made on the host."""
    made = (each for each in instances if each.words["tls"] and not each.words.get("tls_certificate"))
    return {instance.name: f"{instance.include_dir}/tls/server.crt" for instance in made}


def build_exporters(instances: Sequence[Instance], options: Options) -> list[dict[str, Any]]:
    """What each server's exporter is made of: where it listens, and how it gets at the server."""
    return [_exporter(instance, options, number) for number, instance in enumerate(instances)]


def _exporter(instance: Instance, options: Options, number: int) -> dict[str, Any]:
    words = instance.words
    scheme = "redis" if instance.plain_port else "rediss"
    has_secret = instance.acl_file or words.get("password")
    return {
        "name": instance.name,
        "unit": instance.unit,
        "include_dir": instance.include_dir,
        "acl_file": instance.acl_file,
        "secret": f"{instance.include_dir}/exporter.secret" if has_secret else None,
        "plain_port": instance.plain_port,
        "tls_port": instance.tls_port,
        "tls_auth_clients": words["tls_auth_clients"],
        "directives": list(instance.directives()),
        "address": f"{scheme}://{_local_host(words['bind'])}:{instance.plain_port or instance.tls_port}",
        "listen": f"{options['exporter_address']}:{int(options['exporter_port']) + number}",
        "exporter_unit": exporter_unit(instance),
    }


def _local_host(bind: Sequence[str]) -> str:
    """Where the host itself reaches a server that is bound to these addresses, as part of a URL."""
    first = bind[0].lstrip("-") if bind else "*"
    host = "127.0.0.1" if first in ("*", "0.0.0.0", "::", "::*") else first
    return f"[{host}]" if ":" in host else host
