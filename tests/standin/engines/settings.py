# SPDX-License-Identifier: GPL-3.0-or-later
"""What every engine is configured with: start configuration, parameters, access rules, refused commands. Pure."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

SERVICE_USER = "standin"
"""The user that replication and the driver log in as; `default` belongs to the clients."""

# Refused to clients and unused by the driver: gone altogether.
REMOVED_COMMANDS = ("BGREWRITEAOF", "BGSAVE", "DEBUG", "FAILOVER", "SLAVEOF")
# Refused to clients, needed by the driver: known under a secret name only.
RENAMED_COMMANDS = ("CONFIG", "MIGRATE", "REPLICAOF", "SAVE", "SHUTDOWN")
# Refused to clients by the access rules of `default`, because Redis can rename neither a subcommand nor what
# replicas send literally. The answer is NOPERM where the service says that it does not know the command.
DENIED_COMMANDS = (
    "psync",
    "sync",
    *(f"acl|{name}" for name in ("deluser", "load", "save", "setuser")),
    *(
        f"cluster|{name}"
        for name in (
            "addslots",
            "addslotsrange",
            "bumpepoch",
            "delslots",
            "delslotsrange",
            "failover",
            "flushslots",
            "forget",
            "meet",
            "replicate",
            "reset",
            "saveconfig",
            "set-config-epoch",
            "setslot",
        )
    ),
)

STARTUP_PARAMETERS = ("databases", "maxclients")
"""Taken when a process starts and not changed in a running one, as in the service."""

_NOT_IN_REDIS_7_0 = "a setting of the service or of newer engines; Redis 7.0 has none"
_DRIVER_DECIDES = "set by the driver: engines keep nothing on disk"
SKIPPED_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "activedefrag": "Debian's build cannot defragment",
        "appendfsync": _DRIVER_DECIDES,
        "appendonly": _DRIVER_DECIDES,
        "close-on-replica-write": _NOT_IN_REDIS_7_0,
        "cluster-databases": _NOT_IN_REDIS_7_0,
        "cluster-enabled": "told by GroupPlan.cluster_mode",
        "cluster-preferred-endpoint-type": "nodes are known by their addresses alone",
        "commandlog-large-reply-max-len": _NOT_IN_REDIS_7_0,
        "commandlog-large-request-max-len": _NOT_IN_REDIS_7_0,
        "commandlog-reply-larger-than": _NOT_IN_REDIS_7_0,
        "commandlog-request-larger-than": _NOT_IN_REDIS_7_0,
        "extended-redis-compatibility": _NOT_IN_REDIS_7_0,
        "lua-replicate-commands": _NOT_IN_REDIS_7_0,
        "maxmemory": "told by GroupPlan.maxmemory",
        "rename-commands": "the driver renames commands itself",
        "replica-allow-chaining": _NOT_IN_REDIS_7_0,
        "reserved-memory": "the caller deducts it from GroupPlan.maxmemory",
        "reserved-memory-percent": "the caller deducts it from GroupPlan.maxmemory",
        "search-default-timeout-ms": _NOT_IN_REDIS_7_0,
        "search-enable-partial-results": _NOT_IN_REDIS_7_0,
        "search-fanout-target-mode": _NOT_IN_REDIS_7_0,
    }
)

_OUTPUT_BUFFER_PREFIX = "client-output-buffer-limit-"
# Redis' own defaults, for the parts that a plan does not name.
_OUTPUT_BUFFER_DEFAULTS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "normal": ("0", "0", "0"),
        "replica": ("268435456", "67108864", "60"),
        "pubsub": ("33554432", "8388608", "60"),
    }
)
_OUTPUT_BUFFER_PARTS = ("hard-limit", "soft-limit", "soft-seconds")

_CLUSTER_SETTINGS = (
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    # Roles and replicas move when a plan says so, never by the engines' own decision.
    "cluster-replica-no-failover yes",
    "cluster-allow-replica-migration no",
    "cluster-require-full-coverage no",
    # Half of it is the longest time without news between two nodes.
    "cluster-node-timeout 5000",
)


@dataclass(frozen=True)
class Seat:
    """Where one engine listens: clients come to `address`:`port` (a front), which forwards to `service_port`."""

    node_id: str
    address: str
    port: int
    service_port: int
    bus_port: int
    cluster_mode: bool

    @classmethod
    def at(cls, node_id: str, address: str, port: int, cluster_mode: bool) -> Seat:
        """Choose private ports that leave the clients' port free."""
        base = 21000 if port not in (21000, 21001) else 22000
        return cls(node_id, address, port, base, base + 1, cluster_mode)

    def scratch(self) -> Seat:
        """A place at the same address for an engine that no client comes to; without cluster mode."""
        return replace(
            self, node_id=f"scratch of {self.node_id}", service_port=self.service_port + 2, cluster_mode=False
        )


@dataclass(frozen=True)
class Access:
    """The secrets of one group's engines: the service user's password and the names of renamed commands."""

    password: str = field(repr=False, default_factory=lambda: secrets.token_hex(32))
    names: Mapping[str, str] = field(
        repr=False, default_factory=lambda: {command: secrets.token_hex(16) for command in RENAMED_COMMANDS}
    )


def render_configuration(seat: Seat, access: Access, parameters: Mapping[str, str]) -> str:
    """Render what a process reads from its standard input. `default` stays off until access rules are set live."""
    lines = [
        f"bind {seat.address}",
        # Tells fronts that a connection is an engine's.
        f"bind-source-addr {seat.address}",
        f"port {seat.service_port}",
        "protected-mode no",
        'save ""',
        "appendonly no",
        "dbfilename dump.rdb",
        "repl-diskless-sync yes",
        "repl-diskless-sync-delay 0",
        "repl-diskless-load on-empty-db",
        # Without a byte of replication a replica is not shown to cluster clients.
        "repl-ping-replica-period 1",
        f"replica-announce-ip {seat.address}",
        f"replica-announce-port {seat.port}",
        f"masteruser {SERVICE_USER}",
        f"masterauth {access.password}",
        "user default off",
        f"user {SERVICE_USER} on #{_digest(access.password)} ~* &* +@all",
        *(f'rename-command {command} ""' for command in REMOVED_COMMANDS),
        *(f"rename-command {command} {name}" for command, name in access.names.items()),
        *(f"{name} {parameters[name]}" for name in STARTUP_PARAMETERS if name in parameters),
    ]
    if seat.cluster_mode:
        lines += [
            *_CLUSTER_SETTINGS,
            f"cluster-port {seat.bus_port}",
            f"cluster-announce-ip {seat.address}",
            f"cluster-announce-port {seat.port}",
            f"cluster-announce-bus-port {seat.bus_port}",
        ]
    return "\n".join(lines) + "\n"


def live_settings(parameters: Mapping[str, str], maxmemory: int) -> dict[str, str]:
    """Translate a plan's parameters to what CONFIG SET takes."""
    # What redis4.0 calls slaves.
    parameters = {name.replace("slave", "replica"): value for name, value in parameters.items()}
    settings = {
        name: value
        for name, value in parameters.items()
        if name not in SKIPPED_PARAMETERS
        and name not in STARTUP_PARAMETERS
        and not name.startswith(_OUTPUT_BUFFER_PREFIX)
    }
    settings["maxmemory"] = str(maxmemory)
    settings["client-output-buffer-limit"] = _output_buffer_limits(parameters)
    return settings


def _output_buffer_limits(parameters: Mapping[str, str]) -> str:
    words = []
    for kind, defaults in _OUTPUT_BUFFER_DEFAULTS.items():
        names = [f"{_OUTPUT_BUFFER_PREFIX}{kind}-{part}" for part in _OUTPUT_BUFFER_PARTS]
        words += [kind, *(parameters.get(name, default) for name, default in zip(names, defaults, strict=True))]
    return " ".join(words)


def access_rules(tokens: Iterable[str]) -> list[str]:
    """Build the ACL SETUSER rules of `default`: these passwords, or none needed."""
    passwords = [f"#{_digest(token)}" for token in tokens] or ["nopass"]
    return ["reset", "on", *passwords, "~*", "&*", "+@all", *(f"-{command}" for command in DENIED_COMMANDS)]


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
