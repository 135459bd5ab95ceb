# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_replication, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..host.arguments import ArgumentSpec, login_arguments
from ..processes import run
from .addresses import Address, parse_address
from .planner import Spec
from .sentinels import SENTINEL_PORT, Credentials


def sentinel_login_arguments() -> ArgumentSpec:
    return {
        "sentinel_username": {"type": "str"},
        "sentinel_password": {"type": "str", "no_log": True},
        "sentinel_tls": {"type": "bool", "default": False},
        "sentinel_ca_path": {"type": "path"},
        "sentinel_certificate": {"type": "path"},
        "sentinel_key": {"type": "path", "no_log": False},
        "sentinel_timeout": {"type": "float", "default": 2.0},
    }


def replication_arguments() -> ArgumentSpec:
    return {
        **login_arguments(),
        **sentinel_login_arguments(),
        "primary_host": {"type": "str"},
        "primary_port": {"type": "int", "default": 6379},
        "sentinels": {"type": "list", "elements": "str", "default": []},
        "sentinel_name": {"type": "str"},
        "replicas": {"type": "int"},
        "hand_over": {"type": "bool", "default": False},
        "repoint": {"type": "bool", "default": False},
        "discard_data": {"type": "bool", "default": False},
        "service": {"type": "str"},
        "wait_timeout": {"type": "float", "default": 60.0},
    }


def spec_from(params: Mapping[str, Any]) -> Spec:
    """Raises ValueError for an address that is none, and for Sentinels that are not told what to look for."""
    if params["sentinels"] and not params["sentinel_name"]:
        raise ValueError("sentinel_name is required with sentinels")
    return Spec(
        primary=Address(params["primary_host"], params["primary_port"]) if params["primary_host"] else None,
        sentinels=tuple(parse_address(each, SENTINEL_PORT) for each in params["sentinels"]),
        sentinel_name=params["sentinel_name"] or "",
        credentials=_credentials(params),
        restarts_itself=_restarts_itself(params["service"]) if params["service"] else None,
        **{name: params[name] for name in ("replicas", "hand_over", "repoint", "discard_data", "wait_timeout")},
    )


def _credentials(params: Mapping[str, Any]) -> Credentials:
    prefix = "sentinel_"
    return Credentials(**{name[len(prefix) :]: params[name] for name in sentinel_login_arguments()})


def _restarts_itself(unit: str) -> bool:
    words = ["systemctl", "show", "--property=Restart", "--value", unit]
    shown = run(words)
    return shown.returncode == 0 and shown.stdout.strip() not in {"", "no"}
