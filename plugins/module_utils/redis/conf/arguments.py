# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_config, as an Ansible argument spec, and what becomes of them."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from typing import Any

from ...reconcile.problems import Refused
from ..host.arguments import ArgumentSpec, login_arguments, login_from
from ..patience import Patience
from ..service import SystemdUnit
from ..waiting import Clock
from .apply import Host
from .configure import Request
from .facts import Terms
from .scratch import Engine
from .store import Owner
from .wanted import build_wanted


def config_arguments() -> ArgumentSpec:
    return {
        **login_arguments(),
        "include_dir": {"type": "path", "required": True},
        "directives": {"type": "dict", "default": {}},
        "secret_directives": {"type": "dict", "default": {}, "no_log": True},
        "renamed_commands": {"type": "dict", "default": {}},
        "server": {"type": "path", "default": "/usr/bin/redis-server"},
        "user": {"type": "str", "default": "redis"},
        "group": {"type": "str", "default": "redis"},
        "service": {"type": "str"},
        "restart": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": 300.0},
    }


def request_from(params: Mapping[str, Any]) -> Request:
    """Raises Refused with everything that is wrong about the directives."""
    wanted = build_wanted(params["directives"], params["secret_directives"], params["renamed_commands"])
    engine = Engine(params["server"], params["user"], params["group"])
    return Request(engine, wanted, Terms(params["service"], params["restart"]))


def host_from(params: Mapping[str, Any], clock: Clock) -> Host:
    """Raises Refused when there is no such user or group."""
    try:
        pwd.getpwnam(params["user"])
    except KeyError as error:
        raise Refused([f"there is no user {params['user']}: is the server installed?"]) from error
    try:
        group = grp.getgrnam(params["group"]).gr_gid
    except KeyError as error:
        raise Refused([f"there is no group {params['group']}: is the server installed?"]) from error
    return Host(
        config_file=params["config_file"],
        include_dir=params["include_dir"],
        login=login_from(params),
        service=SystemdUnit(params["service"]) if params["service"] else None,
        patience=Patience(params["wait_timeout"], clock),
        owner=Owner(0o640, os.geteuid(), group),
    )
