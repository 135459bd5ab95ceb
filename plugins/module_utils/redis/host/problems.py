# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be, or should not be, found before anything is changed."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..conf.names import canonical, is_secret
from .instances import Instance, is_below
from .memory import is_share, safe_share, share_in_bytes, size_in_bytes, systemd_size_in_bytes

# It becomes part of a unit's name and of paths.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_WORDS_OF_SECRETS = {
    "masterauth": "replication_password",
    "requirepass": "password (with auth: requirepass, or as the password of the user default)",
    "user": "users",
}
# The packaged unit has ProtectHome, PrivateTmp and PrivateDevices.
_HIDDEN_FROM_THE_UNIT = tuple(f"/{name}" for name in ("home", "root", "run/user", "tmp", "var/tmp", "dev"))


def find_problems(instances: Sequence[Instance], host: Mapping[str, Any], allowed: Iterable[str] = ()) -> list[str]:
    """`host` is what redis_host_info returned, `allowed` the names of the `allow_...` variables that are true."""
    problems = [problem for instance in instances for problem in _of_one(instance)]
    problems += _of_all(instances)
    problems += _of_platform(instances, host)
    if "unsafe_memory" not in allowed:
        problems += _of_memory(instances)
    if "downgrade" not in allowed:
        problems += _of_versions(host)
    return problems


def _of_one(instance: Instance) -> Iterator[str]:
    for check in (_name, _access, _secrets, _certificates, _data_dir):
        yield from (f"instance {instance.name}: {problem}" for problem in check(instance))
    for word, read in (("memory_limit", systemd_size_in_bytes), ("maxmemory", _read_maxmemory)):
        if instance.words.get(word) is not None:
            try:
                read(str(instance.words[word]))
            except ValueError as error:
                yield f"instance {instance.name}: {word}: {error}"


def _read_maxmemory(text: str) -> int:
    return share_in_bytes(text, 1) if is_share(text) else size_in_bytes(text)


def _name(instance: Instance) -> Iterator[str]:
    if not _NAME.fullmatch(instance.name):
        yield "its name has other characters than letters, digits, - and _, or begins with one of the latter two"
    if not instance.is_main and not instance.platform["template_unit"]:
        yield f"the package of this distribution has no unit for several instances; only {'default'!r} can be had"


def _access(instance: Instance) -> Iterator[str]:
    """Who could get in without a password (trap 13), and whether anybody gets in at all."""
    words = instance.words
    users = instance.users() if instance.acl_file else []
    open_users = [str(user["name"]) for user in users if user.get("nopass") and user.get("enabled", True)]
    is_open = bool(open_users) if instance.acl_file else not words.get("password")
    beyond = [address for address in words["bind"] if not _is_loopback(address)]
    if is_open and beyond:
        who = f"user {open_users[0]}, who needs no password" if open_users else "no password"
        yield f"it listens at {', '.join(beyond)} with {who}; give a password, or bind it to loopback"
    if is_open and not words["protected_mode"]:
        yield "protected_mode is off and there is a way in without a password; one of the two has to go"
    if instance.acl_file and not [user for user in users if user.get("preset") != "operator"]:
        yield (
            "nobody could log in: give a password (for the user default) or users. A server that is open to every "
            "process of this host is said by name: users: [{name: default, preset: application, nopass: true}]"
        )


def _secrets(instance: Instance) -> Iterator[str]:
    """Found here, since a module that refused them would have been logged with them on the host by then."""
    for name in instance.words.get("settings") or {}:
        if is_secret(name):
            where = _WORDS_OF_SECRETS.get(canonical(name), "a file of its own, outside of the settings")
            yield f"settings: {name} is a secret, and settings are logged: it belongs to {where}"
    for user in instance.words.get("users") or []:
        if any(str(rule)[:1] in (">", "<") for rule in user.get("rules") or []):
            yield f"users: a rule of {user.get('name')} holds a password, and rules are logged: it belongs to passwords"


def _is_loopback(address: str) -> bool:
    """`*` and names are not."""
    try:
        return ipaddress.ip_address(address.lstrip("-")).is_loopback
    except ValueError:
        return address == "localhost"


def _certificates(instance: Instance) -> Iterator[str]:
    words = instance.words
    certificate, key, authority = (bool(words.get(f"tls_{word}")) for word in ("certificate", "key", "ca"))
    if certificate != key:
        given, missing = ("certificate", "key") if certificate else ("key", "certificate")
        yield f"tls_{given} is given without tls_{missing}"
    if words["tls"] and certificate and not authority and words["tls_auth_clients"] not in ("no", False):
        yield "tls_auth_clients asks for certificates of clients; tls_ca has to say which authority's"


def _data_dir(instance: Instance) -> Iterator[str]:
    folder = instance.data_dir
    if not folder.startswith("/"):
        yield f"data_dir {folder} is not an absolute path"
    hidden = [each for each in _HIDDEN_FROM_THE_UNIT if is_below(folder, each)]
    if hidden:
        yield f"data_dir {folder}: the packaged unit sees nothing, or another thing, below {hidden[0]}"


def _of_all(instances: Sequence[Instance]) -> Iterator[str]:
    yield from _shared("name", ((instance.name, instance.name) for instance in instances))
    ports = ((port, instance.name) for instance in instances for port in instance.ports)
    yield from _shared("port", ports)
    yield from _shared("data_dir", ((instance.data_dir, instance.name) for instance in instances))


def _shared(what: str, claims: Iterable[tuple[Any, str]]) -> Iterator[str]:
    listed = list(claims)
    for value, count in Counter(value for value, _name in listed).items():
        if count > 1:
            who = ", ".join(name for claimed, name in listed if claimed == value)
            yield f"{what} {value} is claimed by {count} instances ({who})"


def _of_platform(instances: Sequence[Instance], host: Mapping[str, Any]) -> Iterator[str]:
    platform = instances[0].platform
    system = host["os"]
    if platform["engine"] in platform.get("absent", {}).get(system["version_id"].partition(".")[0], ()):
        yield f"{system['id']} {system['version_id']} has no package of {platform['engine']}; engine: valkey is there"
    running = [unit for unit in platform["other_units"] if host["units"].get(unit, {}).get("active") == "active"]
    if running:
        yield (
            f"{running[0]} runs on this host, of the other engine. Moving its data is a job of its own: "
            f"take a backup, stop and disable it, then run this again"
        )


def _of_memory(instances: Sequence[Instance]) -> Iterator[str]:
    """Trap 26. An instance is held against what its unit may have, all together against what the host has."""
    try:
        sizes = {instance.name: size_in_bytes(instance.maxmemory) for instance in instances if instance.maxmemory}
    except ValueError:
        return  # told with the instance
    for instance in instances:
        if instance.name in sizes and instance.words.get("memory_limit"):
            yield from _oversized(instance.name, sizes[instance.name], instance.available_memory, instance.forks)
    memory = instances[0].memory
    if sizes and memory:
        yield from _oversized(", ".join(sizes), sum(sizes.values()), memory, any(each.forks for each in instances))


def _oversized(who: str, size: int, memory: int, forks: bool) -> Iterator[str]:
    safe = safe_share(forks)
    if memory and size * 100 > memory * safe:
        why = "since a fork copies what is written while it saves or rewrites" if forks else "since buffers come on top"
        yield (
            f"maxmemory ({who}) is {size * 100 // memory} % of the {memory // 1024**2} MiB that are there. Safe are "
            f"{safe} %, {why}; redis_server_allow_unsafe_memory overrules this"
        )


def _of_versions(host: Mapping[str, Any]) -> Iterator[str]:
    """Trap 33."""
    for name, package in host["packages"].items():
        if package.get("wanted") and package.get("comparison") == "newer":
            yield (
                f"{name} {package['installed']} is installed, {package['wanted']} is wanted: no server reads the files "
                "of a newer one. If its data may be lost, or was written by the older one, say "
                "redis_server_allow_downgrade=true"
            )
