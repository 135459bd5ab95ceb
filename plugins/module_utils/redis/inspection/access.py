# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reaches the server, and who gets in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from .machine import Endpoint
from .rows import Row, judge
from .subject import Subject

_EVERYWHERE = {"*": "0.0.0.0", "::*": "::"}
_CLUSTER_BUS = 10000
"""What the bus adds to the port unless cluster-port says otherwise (redis.conf)."""


def check_sockets(subject: Subject) -> Iterator[Row]:
    if subject.pid is None:
        return
    found = subject.machine.listening(subject.pid)
    allowed, required = _endpoints(subject, optional=True), _endpoints(subject, optional=False)
    surplus, missing = sorted(found - allowed), sorted(required - found)
    told = [f"also {_join(surplus)}"] * bool(surplus) + [f"not {_join(missing)}"] * bool(missing)
    yield judge(
        "sockets.tcp",
        _join(sorted(required)) or "none",
        "; ".join(told) or "as expected",
        not told,
        "bind, port and tls-port, and a restart since they were set",
    )


def _endpoints(subject: Subject, optional: bool) -> set[Endpoint]:
    """An address with a - before it may be missing on the host."""
    named = [each for each in subject.bound if optional or not each.startswith("-")]
    return {(address, port) for each in named for address in _addresses(each.lstrip("-")) for port in _ports(subject)}


def _ports(subject: Subject) -> Iterator[int]:
    yield from subject.ports
    if subject.setting("cluster-enabled", "no") == "yes":
        yield int(subject.setting("cluster-port", "0")) or subject.ports[0] + _CLUSTER_BUS


def _addresses(name: str) -> set[str]:
    if name in _EVERYWHERE:
        return {_EVERYWHERE[name]}
    try:
        return {str(each[4][0]) for each in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
    except socket.gaierror:
        return {name}


def _join(endpoints: list[Endpoint]) -> str:
    return ", ".join(f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address, port in endpoints)


def check_acl(subject: Subject) -> Iterator[Row]:
    """Trap 13: with an ACL file that says nothing about it, `default` may do everything without a password."""
    listed = subject.connected.listed("ACL", "LIST")
    users = {words[1]: set(words[2:]) for words in (str(line).split() for line in listed)}
    welcome = subject.wanted.nopass_users
    default = (
        "off" if "off" in users["default"] else "without a password" if "nopass" in users["default"] else "with one"
    )
    expected = "as was asked for: without a password" if "default" in welcome else "off, or with a password"
    yield judge(
        "acl.default",
        expected,
        default,
        default != "without a password" or "default" in welcome,
        "the line of user default in the ACL file, or requirepass",
    )
    others = [name for name, flags in users.items() if {"on", "nopass"} <= flags and name not in (*welcome, "default")]
    yield judge(
        "acl.nopass",
        "nobody else gets in without a password",
        ", ".join(others) or "nobody",
        not others,
        "the users' lines in the ACL file: nopass accepts any password",
    )
