# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a server or a Sentinel is reached, and whether that is this very host."""

from __future__ import annotations

import socket
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, port: int) -> Address:
    """`host`, `host:port` or `[IPv6]:port`; `port` for one that names none. Raises ValueError."""
    host, separator, given = text.rpartition(":")
    if not separator or (":" in host and not host.endswith("]")):
        host, given = text, str(port)
    if not host or not given.isdigit():
        raise ValueError(f"{text!r} is no address of the form host:port")
    return Address(host.strip("[]"), int(given))


def addresses_of(host: str) -> frozenset[str]:
    """What the host's name resolves to; the name itself when the resolver does not know it."""
    try:
        return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return frozenset({host})


def is_same_place(one: Address, other: Address) -> bool:
    """Whether both lead to the same port of the same host, be one of them given by its name."""
    if one.port != other.port:
        return False
    return one.host == other.host or bool(addresses_of(one.host) & addresses_of(other.host))


def is_of_this_host(host: str) -> bool:
    """Whether an interface has the address: only then can a socket be bound to it."""
    return any(_can_bind(address) for address in addresses_of(host))


def _can_bind(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
