# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_sentinel, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....reconcile.secret import Secret
from ...conf.lines import split
from ...host.arguments import ArgumentSpec, login_arguments
from ..addresses import Address
from .file import Lines
from .planner import Spec

# By option, the name in SENTINEL SET.
_OPTIONS = {
    "auth_user": "auth-user",
    "down_after_milliseconds": "down-after-milliseconds",
    "failover_timeout": "failover-timeout",
    "parallel_syncs": "parallel-syncs",
    "quorum": "quorum",
}
# By option, the name in SENTINEL CONFIG SET.
_OWN = {
    "announce_hostnames": "announce-hostnames",
    "announce_ip": "announce-ip",
    "announce_port": "announce-port",
    "resolve_hostnames": "resolve-hostnames",
    "sentinel_user": "sentinel-user",
}


def sentinel_arguments() -> ArgumentSpec:
    return {
        **login_arguments(),
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["absent", "present"], "default": "present"},
        "primary_host": {"type": "str"},
        "primary_port": {"type": "int", "default": 6379},
        "quorum": {"type": "int"},
        "down_after_milliseconds": {"type": "int"},
        "failover_timeout": {"type": "int"},
        "parallel_syncs": {"type": "int"},
        "auth_user": {"type": "str"},
        "auth_password": {"type": "str", "no_log": True},
        "renamed_commands": {"type": "dict"},
        "announce_hostnames": {"type": "bool"},
        "announce_ip": {"type": "str"},
        "announce_port": {"type": "int"},
        "resolve_hostnames": {"type": "bool"},
        "sentinel_user": {"type": "str"},
        "sentinel_password": {"type": "str", "no_log": True},
        "directives": {"type": "dict", "default": {}},
        "secret_directives": {"type": "dict", "default": {}, "no_log": True},
        "service": {"type": "str"},
        "await_quorum": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 60.0},
    }


def spec_from(params: Mapping[str, Any]) -> Spec:
    """Raises ValueError for a directive whose quotes are not balanced."""
    own: dict[str, str | Secret] = {**_given(params, _OWN)}
    if params["sentinel_password"] is not None:
        own["sentinel-pass"] = Secret(params["sentinel_password"])
    directives = {**params["directives"], **params["secret_directives"]}
    return Spec(
        name=params["name"],
        present=params["state"] == "present",
        primary=Address(params["primary_host"], params["primary_port"]) if params["primary_host"] else None,
        options=_given(params, _OPTIONS),
        password=None if params["auth_password"] is None else Secret(params["auth_password"]),
        renamed_commands=_renames(params["renamed_commands"]),
        own=own,
        directives={name.lower(): _lines(name, value, params) for name, value in directives.items()},
        secret_directives=frozenset(name.lower() for name in params["secret_directives"]),
        may_restart=bool(params["service"]),
        await_quorum=params["await_quorum"],
    )


def _given(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {name: _word(params[option]) for option, name in names.items() if params[option] is not None}


def _renames(given: Mapping[str, Any] | None) -> dict[str, str] | None:
    return None if given is None else {name: str(alias or "") for name, alias in given.items()}


def _lines(name: str, value: Any, params: Mapping[str, Any]) -> Lines:
    """A list is one line for each entry; a secret is one word, whatever it consists of."""
    if name in params["secret_directives"]:
        return [(str(value),)] if value not in (None, "", []) else []
    entries = value if isinstance(value, list) else [value]
    return [tuple(split(_word(entry))) for entry in entries]


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
