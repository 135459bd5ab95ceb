# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking the Sentinels of a cache who its primary is. They decide; the inventory tells of the first day."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..connection import Target, dial_tcp, find_addresses, open_socket, resolve_by_system
from ..failures import CheckError
from ..session import Commands, Reply, log_in
from .addresses import Address

SENTINEL_PORT = 26379
_NOT_MONITORED = "No such master"


@dataclass(frozen=True)
class Credentials:
    """How Sentinels are logged in to; `certificate` and `key` are files that identify this host to them."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_path: str | None = None
    certificate: str | None = None
    key: str | None = None
    timeout: float = 5.0


@dataclass(frozen=True)
class View:
    """What one Sentinel knows of the cache."""

    primary: Address
    epoch: int = 0
    flags: frozenset[str] = frozenset()
    replicas: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the Sentinels say together: `view` of the newest configuration epoch, None when none knows the cache.

    `by` is the Sentinel whose view it is. `silent` says of each Sentinel that gave no answer why.
    """

    view: View | None = None
    by: Address | None = None
    silent: tuple[str, ...] = ()

    @property
    def primary(self) -> Address | None:
        return self.view.primary if self.view else None


# Raises CheckError when there is no way in.
Dial = Callable[[Address], Commands]


def dialer(credentials: Credentials) -> Dial:
    def dial(address: Address) -> Commands:
        target = Target(
            address.host,
            address.port,
            username=credentials.username,
            password=credentials.password,
            timeout=credentials.timeout,
        )
        opened = open_socket(target, find_addresses(target, resolve_by_system), dial_tcp)
        try:
            if credentials.tls:
                opened = _trust(credentials).wrap_socket(opened, server_hostname=address.host)
            return log_in(target, opened)
        except OSError as error:
            opened.close()
            raise CheckError("HANDSHAKE_FAILED", f"{address} ({error})") from error

    return dial


def ask_all(name: str, sentinels: Iterable[Address], dial: Dial) -> Verdict:
    """Every Sentinel is asked, for one that was away during a failover tells of the primary before it."""
    views: list[tuple[View, Address]] = []
    silent = []
    for address in sentinels:
        try:
            view = _ask(name, address, dial)
        except CheckError as error:
            silent.append(f"{address}: {error.detail}")
        else:
            views += [(view, address)] if view else []
    newest, by = max(views, key=lambda found: found[0].epoch, default=(None, None))
    return Verdict(newest, by, tuple(silent))


def primary_by(name: str, session: Commands) -> Address | None:
    """Whom this Sentinel sends clients to. During a failover that is the promoted replica, before all is done."""
    reply = session.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
    return Address(str(reply[0]), int(reply[1])) if isinstance(reply, list) else None


def fields_of(reply: Reply) -> dict[str, str]:
    """A flat list of names and values as a mapping."""
    flat = [str(item) for item in reply] if isinstance(reply, list) else []
    return dict(zip(flat[::2], flat[1::2]))


def _ask(name: str, address: Address, dial: Dial) -> View | None:
    session = dial(address)
    try:
        told = fields_of(session.command("SENTINEL", "MASTER", name))
        replicas = session.command("SENTINEL", "REPLICAS", name)
    except CheckError as error:
        if _NOT_MONITORED in error.evidence:
            return None
        raise
    finally:
        session.close()
    listed = [fields_of(each) for each in replicas] if isinstance(replicas, list) else []
    return View(
        Address(told["ip"], int(told["port"])),
        int(told["config-epoch"]),
        frozenset(told["flags"].split(",")),
        tuple(Address(each["ip"], int(each["port"])) for each in listed),
    )


def _trust(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=credentials.ca_path)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if credentials.certificate:
        context.load_cert_chain(credentials.certificate, credentials.key)
    return context
