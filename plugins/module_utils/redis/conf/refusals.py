# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configurations that the server would take and that must not be: open doors, lost data, no way to start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .facts import Facts, Spoken, State
from .files import Configuration
from .plan import Change, Switch

OLDEST = 7
"""The oldest major version of Redis; every Valkey is newer."""

DATA_PLACES = {"appenddirname", "appendfilename", "dbfilename", "dir"}

DOORS = {"bind", "port", "protected-mode", "tls-auth-clients", "tls-port"}
"""Settings that decide who can reach the server, as opposed to who can log in."""

_DOORS = {*DOORS, "aclfile", "requirepass"}
_LOOPBACK = ("127.", "::1", "localhost")

_SENTINEL_NEEDS = {"CLIENT", "CONFIG", "EXEC", "INFO", "MULTI", "PING", "PUBLISH", "SLAVEOF", "SUBSCRIBE"}

_WRITTEN_BY_SERVERS = {
    *("DEL", "EXEC", "HDEL", "HMSET", "HSET", "LMOVE", "LPOP", "LPUSH", "MULTI", "PERSIST", "PEXPIREAT", "RPOP"),
    *("RPOPLPUSH", "RPUSH", "SADD", "SELECT", "SET", "SPOP", "SREM", "UNLINK", "XADD", "XCLAIM", "XGROUP", "XSETID"),
    *("ZADD", "ZREM"),
}
"""What a server writes into its AOF and to its replicas by the command's own name, whatever a client called it."""


@dataclass(frozen=True)
class Refusal:
    directive: str
    why: str


def find_refusals(facts: Facts, changes: Mapping[str, Change], switch: Switch, restarts: bool) -> list[Refusal]:
    """`changes` by directive."""
    return [
        *_release(facts),
        *_access(facts),
        *_names(facts, restarts),
        *_places(facts, changes),
        *_persistence(facts, switch),
        *(_restart(facts) if restarts else ()),
    ]


def keeps_nothing(settings: Mapping[str, str]) -> bool:
    return settings.get("appendonly") == "no" and not settings.get("save")


def _release(facts: Facts) -> Iterator[Refusal]:
    """CONFIG SET takes several settings at once, all or none, since 7.0."""
    version = facts.candidate.observed.version
    if version and int(version.partition(".")[0]) < OLDEST:
        yield Refusal("version", f"the server is of release {version}: install Redis {OLDEST}.0 or newer, or Valkey")


def _access(facts: Facts) -> Iterator[Refusal]:
    settings = facts.candidate.observed.settings
    if "requirepass" in facts.wanted.names and settings.get("aclfile"):
        why = f"with an ACL file ({settings['aclfile']}) the server ignores this password"
        yield Refusal("requirepass", f"{why}: give the user default one in that file")
    if not (facts.candidate.is_open and facts.claim.names & _DOORS and _has_port(settings)):
        return
    remedy = "give requirepass in secret_directives, or an aclfile whose user default has a password or is off"
    if settings.get("protected-mode") == "no":
        yield Refusal("protected-mode", f"nobody would have to log in, so protected-mode must stay on: {remedy}")
    if not all(address.lstrip("-").startswith(_LOOPBACK) for address in settings.get("bind", "").split()):
        yield Refusal("bind", f"nobody would have to log in, so only loopback addresses will do: {remedy}")


def _has_port(settings: Mapping[str, str]) -> bool:
    """Whether a client without a certificate can come in over the network."""
    plain = settings.get("port", "0") != "0"
    return plain or (settings.get("tls-port", "0") != "0" and settings.get("tls-auth-clients") != "yes")


def _names(facts: Facts, restarts: bool) -> Iterator[Refusal]:
    settings, present = facts.candidate.observed.settings, facts.present
    lost = vanishing(present.names, facts.candidate.configuration)
    replicates = present.info.get("role") == "slave" or present.info.get("connected_slaves", "0") != "0"
    for own, spoken in lost.items():
        directive = f"rename-command {own}"
        if own in _WRITTEN_BY_SERVERS and (replicates or settings.get("appendonly") == "yes"):
            why = "the server itself writes this command, by this name, into its AOF and to its replicas"
            yield Refusal(directive, f"{why}, which then could not be read: take it from users by ACL rules instead")
        elif spoken in facts.disk.dirty and present.state is not State.RUNNING:
            why = f"the AOF has {spoken} in it, so the server would not start"
            yield Refusal(directive, f"{why}: start it as it is, and it can be renamed after a BGREWRITEAOF")
        elif _can_still_get_in(facts, own) and not restarts:
            why = f"clients could put {spoken} into the AOF until the restart, which would then fail"
            yield Refusal(directive, f"{why}: it can only be renamed together with a restart")
        if (
            own in _SENTINEL_NEEDS
            and present.is_watched
            and not facts.candidate.configuration.renamed_commands.get(own)
        ):
            why = "a Sentinel watches this server and needs the command"
            yield Refusal(directive, f"{why}: give it another name, and Sentinel the same (sentinel rename-command)")


def vanishing(names: Mapping[str, Spoken], configuration: Configuration) -> dict[str, str]:
    """From commands to the names by which they are known now and will not be."""
    renamed = configuration.renamed_commands
    spoken = {own: now.name for own, now in names.items()}
    return {own: name for own, name in spoken.items() if name and name != renamed.get(own, own)}


def _can_still_get_in(facts: Facts, own: str) -> bool:
    running = facts.present.observed.settings.get("appendonly") == "yes" and facts.present.state is State.RUNNING
    return running and facts.present.names[own].writes


def _places(facts: Facts, changes: Mapping[str, Change]) -> Iterator[Refusal]:
    disk, present = facts.disk, facts.present
    has_data = present.has_keys or (
        present.state is not State.RUNNING and (disk.rdb_has_data or disk.aof_has_data) and not disk.moved_has_data
    )
    for name in sorted(DATA_PLACES & changes.keys()):
        if has_data and changes[name].before != changes[name].after:
            why = "the data lie in the old place, and the server would start without them"
            yield Refusal(name, f"{why}: stop it, move them, and run this again while it is stopped")


def _persistence(facts: Facts, switch: Switch) -> Iterator[Refusal]:
    present, settings = facts.present, facts.candidate.observed.settings
    stops_config = facts.candidate.configuration.renamed_commands.get("CONFIG") == ""
    if switch is Switch.AFTER_START and not facts.terms.may_restart:
        why = (
            "the server is stopped and has an RDB file; started with an AOF it would be empty, and overwrite that file"
        )
        yield Refusal("appendonly", f"{why}: let this task start it (service, restart), or start it before")
    elif switch is Switch.AFTER_START and stops_config:
        why = "the server has to be started without AOF and then told to switch, for which it needs CONFIG"
        yield Refusal("appendonly", f"{why}: remove that command in a later run, or give it another name")
    elif switch is Switch.ON and (not present.has_config or present.state is State.UNREACHABLE):
        why = "the server has data and cannot be told to switch by CONFIG SET; restarted with an AOF it would be empty"
        yield Refusal("appendonly", f"{why}: start it with CONFIG, under another name if need be, and run this again")
    gives_up_aof = present.observed.settings.get("appendonly") == "yes" and settings.get("appendonly") == "no"
    if gives_up_aof and facts.disk.aof_has_data and (present.state is not State.RUNNING or not present.has_config):
        why = "the data are in the AOF, and the server would start without them"
        yield Refusal("appendonly", f"{why}: start it with the AOF and run this again")


def _restart(facts: Facts) -> Iterator[Refusal]:
    present, settings = facts.present, facts.candidate.observed.settings
    if present.state is not State.RUNNING:
        return
    before_stop = settings if present.has_config else present.observed.settings
    if before_stop.get("save") and present.info.get("rdb_last_bgsave_status", "ok") != "ok":
        why = "the server's last snapshot failed, and it does not stop before it has made one"
        yield Refusal("restart", f"{why}: see its log, the free space on {present.observed.settings.get('dir')}")
    yield from _other_data(facts)
    replicas = present.info.get("role") == "master" and present.info.get("connected_slaves", "0") != "0"
    if keeps_nothing(before_stop) and replicas and present.has_keys:
        why = (
            "this primary keeps nothing on disk: it would come back empty, and its replicas would empty themselves too"
        )
        yield Refusal("restart", f"{why}: fail over first, or give it save points or an AOF")


def _other_data(facts: Facts) -> Iterator[Refusal]:
    """What somebody wrote to the files without telling the server, and is not managed here."""
    now, then = facts.present.observed.settings, facts.candidate.observed.settings
    for name in sorted((DATA_PLACES | {"appendonly"}) - facts.claim.names):
        if facts.present.has_keys and now.get(name) != then.get(name):
            why = f"the files say {name} {then.get(name)} and the server runs with {now.get(name)}"
            yield Refusal("restart", f"{why}, so it would start without its data: give {name} in directives")


def warn(facts: Facts, restarts: bool) -> Iterator[str]:
    settings = facts.candidate.observed.settings
    if restarts and keeps_nothing(settings) and facts.present.has_keys:
        yield "this server keeps nothing on disk: with the restart its keys are gone"
    if facts.certificates and facts.certificates.served is None:
        yield "the TLS port did not show its certificate, so whether it serves the one in the file is not known"
