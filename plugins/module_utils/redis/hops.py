# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hops to a working server, each a function over the context that returns what it saw or raises CheckError."""

from __future__ import annotations

import math

from .connection import answer_in_plain_text, find_addresses, open_socket, secure, speaks_tls
from .context import Context
from .failures import CheckError
from .keys import read_only, write_read_delete
from .session import Commands, Reply

CLUSTER_SLOTS = 16384

# A server of the other kind shows itself only so: by hanging up, by silence, or by something that is no answer.
_NO_CONVERSATION = {"ANSWER_TIMEOUT", "CONNECTION_CLOSED", "NOT_REDIS"}
_NOT_TOLD = {"NOPERM", "SERVER_ERROR"}
_NO_HANDSHAKE = {"CONNECTION_CLOSED", "HANDSHAKE_FAILED", "HANDSHAKE_TIMEOUT"}


def resolve_name(context: Context) -> str:
    context.addresses = find_addresses(context.target, context.surroundings.resolve)
    return f"{context.target.host} is {', '.join(context.addresses)}"


def open_connection(context: Context) -> str:
    context.connection = open_socket(context.target, context.addresses, context.surroundings.dial)
    return f"port {context.target.port} accepts connections"


def secure_connection(context: Context) -> str:
    target = context.target
    try:
        secured = secure(target, context.connection)
    except CheckError as error:
        if error.code in _NO_HANDSHAKE and (
            answer := answer_in_plain_text(target, context.addresses, context.surroundings.dial)
        ):
            raise CheckError("PLAINTEXT_PORT", answer) from error
        raise
    context.connection = secured
    certificate = secured.getpeercert() or {}
    return f"{secured.version()}, certificate verified, valid until {certificate.get('notAfter')}"


def authenticate(context: Context) -> str:
    target = context.target
    try:
        context.session = context.surroundings.log_in(target, context.connection)
        prove_login(context.session)
    except CheckError as error:
        if error.code in _NO_CONVERSATION and not target.tls:
            if speaks_tls(target, context.addresses, context.surroundings.dial):
                raise CheckError("TLS_PORT") from error
        elif error.code == "CONNECTION_CLOSED":
            raise CheckError("CLOSED_AFTER_HANDSHAKE", error.evidence) from error
        raise
    name = target.username or "default"
    return f"logged in as {name}" if target.password or target.username else "no password asked for"


def prove_login(session: Commands) -> None:
    """ECHO is answered to whoever is logged in, also while the server loads; a user without the right to it is in."""
    try:
        session.command("ECHO", "redisops")
    except CheckError as error:
        if error.code != "NOPERM":
            raise


def ping(context: Context) -> str:
    answer = context.session.command("PING")
    if answer != "PONG":
        raise CheckError("NOT_REDIS", f"PING was answered with {answer}")
    return "PONG"


def determine_role(context: Context) -> str:
    context.server, context.role = _identity(context.session)
    expected = context.options.role
    if expected != "any" and context.role is None:
        raise CheckError("ROLE_UNKNOWN", f"expected {expected}")
    if expected not in ("any", context.role):
        raise CheckError("OTHER_ROLE", f"expected {expected}, found {context.role}")
    name = " ".join(value for value in (context.server["engine"], context.server["version"]) if value)
    return f"{context.role or 'role not known'} ({name or 'server not known'}, mode {context.server['mode']})"


def _identity(session: Commands) -> tuple[dict[str, str | None], str | None]:
    """HELLO, which needs no permission; INFO where it is not known: servers before 6.0, or renamed away."""
    try:
        hello = session.command("HELLO", 2)
    except CheckError as error:
        if error.code not in _NOT_TOLD:
            raise
        return _identity_from_info(session)
    words = hello if isinstance(hello, list) else []
    told = dict(zip(words[::2], words[1::2]))
    server = {"engine": told.get("server"), "version": told.get("version"), "mode": told.get("mode")}
    return server, told.get("role")


def _identity_from_info(session: Commands) -> tuple[dict[str, str | None], str | None]:
    try:
        told = {**_fields(session.command("INFO", "server")), **_fields(session.command("INFO", "replication"))}
    except CheckError as error:
        if error.code not in _NOT_TOLD:
            raise
        told = {}
    engine = "valkey" if "valkey_version" in told else "redis" if "redis_version" in told else None
    version = told.get("valkey_version") or told.get("redis_version")
    role = told.get("role")
    server = {"engine": engine, "version": version, "mode": told.get("redis_mode")}
    return server, "replica" if role == "slave" else role


def check_cluster(context: Context) -> str:
    info = _fields(context.session.command("CLUSTER", "INFO"))
    if info.get("cluster_state") != "ok":
        raise CheckError("CLUSTERDOWN", f"cluster_state is {info.get('cluster_state')}")
    served = int(info.get("cluster_slots_ok", 0))
    if served != CLUSTER_SLOTS:
        raise CheckError("SLOTS_NOT_SERVED", f"{served} of {CLUSTER_SLOTS}")
    shards, nodes = info.get("cluster_size"), info.get("cluster_known_nodes")
    return f"all {CLUSTER_SLOTS} slots served, {shards} shards, {nodes} nodes"


def try_a_key(context: Context) -> str:
    """A replica is read from. In cluster mode, unless a replica was asked for, the write finds the slot's master."""
    options = context.options
    on_replica = options.role == "replica" or (context.role == "replica" and not options.cluster_mode)
    return read_only(context) if on_replica else write_read_delete(context)


def measure_latency(context: Context) -> str:
    clock = context.surroundings.clock
    samples = []
    for _sample in range(context.options.latency_samples):
        started = clock.monotonic()
        context.session.command("PING")
        samples.append((clock.monotonic() - started) * 1000)
    context.latency = {
        "samples": len(samples),
        **{f"p{percent}_ms": round(percentile(samples, percent), 3) for percent in (50, 95, 99)},
    }
    return ", ".join(f"p{percent} {context.latency[f'p{percent}_ms']} ms" for percent in (50, 95, 99))


def percentile(samples: list[float], percent: int) -> float:
    """The nearest rank: the smallest sample that at least so many percent of all do not exceed."""
    return sorted(samples)[math.ceil(len(samples) * percent / 100) - 1]


def _fields(info: Reply) -> dict[str, str]:
    """`name:value` lines as INFO and CLUSTER INFO answer them."""
    return dict(line.split(":", 1) for line in str(info).splitlines() if ":" in line)
