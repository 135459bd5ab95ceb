# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which a flush finds its server and its databases, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..arguments import ArgumentSpec, connection_arguments, target_from
from ..local import Login
from .examine import MODES, Wish
from .nodes import OwnServer, RemoteServer, Server

FLUSHES = ("FLUSHALL", "FLUSHDB")


def flush_arguments() -> ArgumentSpec:
    """Described in the module redis_flush. `host` is one of two ways to a server, so it is not required by itself."""
    return {
        **connection_arguments(),
        "host": {"type": "str"},
        "all_databases": {"type": "bool", "default": False},
        "cluster_mode": {"type": "bool", "default": False},
        "config_file": {"type": "path"},
        "confirm": {"type": "str", "required": True},
        "database": {"type": "int"},
        "flush_mode": {"type": "str", "default": "async", "choices": list(MODES)},
        "login_secret_file": {"type": "path", "no_log": False},
        "name": {"type": "str", "required": True},
        "renamed_commands": {"type": "dict", "default": {}},
    }


def flush_problems(params: Mapping[str, Any]) -> Iterator[str]:
    """Everything that speaks against the options, one sentence each."""
    yield from _confirmation(params["name"], params["confirm"])
    yield from _databases(params)
    own, given = params["config_file"], params["host"]
    if bool(own) == bool(given):
        yield "host, config_file: give one of them, which says where the server is."
    if own and params["cluster_mode"]:
        yield "cluster_mode: needs host; config_file leads to the one server of this host."
    if own and params["renamed_commands"]:
        yield "renamed_commands: config_file says already what the commands are called."
    if params["login_secret_file"] and not own:
        yield "login_secret_file: needs config_file; with host, log in with username and password."
    if params["timeout"] <= 0:
        yield "timeout: more than 0 seconds."
    yield from _renamed(params["renamed_commands"])


def _confirmation(name: str | None, confirm: str | None) -> Iterator[str]:
    """Two empty texts are equal, and confirm nothing: they come from variables that are not set."""
    if not (name or "").strip():
        yield "name: it is empty. Say which cache is to be flushed, and repeat it with confirm."
    elif confirm != name:
        told = f"it was {confirm!r}" if confirm else "it was empty"
        yield f"confirm: a flush deletes data. If {name} is meant, confirm has to be {name!r}; {told}."


def _databases(params: Mapping[str, Any]) -> Iterator[str]:
    number = params["database"]
    if (number is not None) == params["all_databases"]:
        yield "database, all_databases: give one of them, so that it is clear what is flushed."
    if isinstance(number, bool):
        yield f"database: {number} is no number of a database; all_databases is another option."
    elif number is not None and number < 0:
        yield f"database: {number} is no number of a database; they count from 0."


def _renamed(names: Mapping[str, Any]) -> Iterator[str]:
    """Whoever mixes the two up would flush all databases in place of one."""
    for name, new in names.items():
        if str(new).upper() in FLUSHES and str(new).upper() != name.upper():
            yield f"renamed_commands: {name} cannot be called {new}, which is the name of another command."


def wish_from(params: Mapping[str, Any]) -> Wish:
    return Wish(params["database"], params["flush_mode"])


def server_from(params: Mapping[str, Any]) -> Server:
    if params["config_file"]:
        return OwnServer(params["config_file"], own_login_from(params))
    names = {name.upper(): str(new or "") for name, new in params["renamed_commands"].items()}
    return RemoteServer(target_from(params), params["cluster_mode"], names)


def own_login_from(params: Mapping[str, Any]) -> Login:
    return Login(params["username"], params["password"], params["login_secret_file"], params["timeout"])
