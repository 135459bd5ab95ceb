# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What replication has to know of the server on this host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..conf.files import Configuration
from ..conf.observe import count_keys
from ..failures import CheckError
from ..local import LocalServer
from .addresses import Address, is_of_this_host

_SETTINGS = ("appendonly", "masterauth", "replica-announce-ip", "replica-announce-port", "save")


@dataclass(frozen=True)
class Replica:
    """As its primary sees it. `offset` is what it has last acknowledged, `state` is `online` once it has the data."""

    address: Address
    state: str
    offset: int


@dataclass(frozen=True)
class Member:
    """`primary` is None for a server that is one; `kept` is whom the configuration files name in its stead.

    `link` is `up`, `down` or `sync`, and `up` for a primary. `keys` of all databases. `writes_aof`: its first AOF, or
    one anew, until when it refuses to end (a SIGTERM is lost, "Writing initial AOF, can't exit").
    """

    primary: Address | None
    kept: Address | None
    link: str
    writes_aof: bool
    offset: int
    replicas: tuple[Replica, ...]
    keys: int
    ports: frozenset[int]
    announced: Address | None
    persists: bool
    has_masterauth: bool
    wants_password: bool
    removed_commands: frozenset[str]

    @property
    def is_primary(self) -> bool:
        return self.primary is None

    @property
    def is_in_sync(self) -> bool:
        """A replica has the data, and will have them after a restart."""
        return self.link == "up" and not self.writes_aof

    def is_at(self, address: Address) -> bool:
        """Whether it is this very server that answers there."""
        return address == self.announced or (address.port in self.ports and is_of_this_host(address.host))


def observe_member(server: LocalServer) -> Member:
    """Raises CheckError."""
    told = server.info("replication", "persistence", "keyspace")
    settings = observe_settings(server)
    ports = _ports(server.configuration)
    removed = (name for name, alias in server.configuration.renamed_commands.items() if not alias)
    return Member(
        primary=_primary(told),
        kept=_kept(server.configuration),
        link=_link(told),
        writes_aof="1" in (told["aof_rewrite_in_progress"], told["aof_rewrite_scheduled"]),
        offset=int(told.get("slave_repl_offset", told["master_repl_offset"])),
        replicas=tuple(_replicas(told)),
        keys=sum(count_keys(told).values()),
        ports=ports,
        announced=_announced(settings, ports),
        persists=settings["appendonly"] == "yes" or bool(settings["save"]),
        has_masterauth=bool(settings["masterauth"]),
        wants_password=_wants_password(server),
        removed_commands=frozenset(removed),
    )


def observe_settings(server: LocalServer) -> dict[str, str]:
    """Those that replication depends on: in effect, or as the files have them where CONFIG is taken away."""
    try:
        return {name: server.settings(name)[name] for name in _SETTINGS}
    except CheckError as error:
        if error.code != "COMMAND_REMOVED":
            raise
    found = {name: server.configuration.last(name) for name in _SETTINGS}
    if not server.configuration.all("save"):
        found["save"] = "3600 1 300 100 60 10000"  # what the engine does when it is told nothing
    return found


def _primary(told: dict[str, str]) -> Address | None:
    return Address(told["master_host"], int(told["master_port"])) if told["role"] == "slave" else None


def _kept(configuration: Configuration) -> Address | None:
    words = (configuration.last("replicaof") or configuration.last("slaveof")).split()
    return Address(words[0], int(words[1])) if len(words) == 2 and words != ["no", "one"] else None


def _link(told: dict[str, str]) -> str:
    if told["role"] != "slave":
        return "up"
    return "sync" if told.get("master_sync_in_progress") == "1" else told["master_link_status"]


def _replicas(told: dict[str, str]) -> Iterable[Replica]:
    """Of lines such as `slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=0`."""
    for number in range(int(told["connected_slaves"])):
        words = told.get(f"slave{number}")
        if words:
            parts = dict(part.split("=", 1) for part in words.split(","))
            yield Replica(Address(parts["ip"], int(parts["port"])), parts["state"], int(parts["offset"]))


def _ports(configuration: Configuration) -> frozenset[int]:
    given = {int(configuration.last("port", "6379")), int(configuration.last("tls-port", "0"))}
    return frozenset(given - {0})


def _announced(settings: dict[str, str], ports: frozenset[int]) -> Address | None:
    """With one port that is the one announced; with two, tls-replication says which, and is not looked into."""
    host, port = settings["replica-announce-ip"], int(settings["replica-announce-port"] or 0)
    if not host or not (port or ports):
        return None
    return Address(host, port or min(ports))


def _wants_password(server: LocalServer) -> bool:
    try:
        reply = server.listed("ACL", "GETUSER", "default")
    except CheckError as error:
        if error.code != "COMMAND_REMOVED":
            raise
        return bool(server.configuration.last("requirepass"))
    flags = dict(zip(reply[::2], reply[1::2]))["flags"]
    return "nopass" not in flags
