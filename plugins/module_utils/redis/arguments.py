# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that speak to a server, as an Ansible argument spec, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .connection import Target
from .context import ROLES, CheckOptions

ArgumentSpec = dict[str, dict[str, Any]]


def connection_arguments() -> ArgumentSpec:
    """Described in the documentation fragment redisops.cache.redis_connection."""
    return {
        "host": {"type": "str", "required": True},
        "port": {"type": "int", "default": 6379},
        "tls": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "client_cert_path": {"type": "path"},
        "client_key_path": {"type": "path", "no_log": False},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "db": {"type": "int", "default": 0},
        "timeout": {"type": "float", "default": 5.0},
    }


def check_arguments() -> ArgumentSpec:
    return {
        **connection_arguments(),
        "role": {"type": "str", "default": "any", "choices": list(ROLES)},
        "cluster_mode": {"type": "bool", "default": False},
        "write_test": {"type": "bool", "default": True},
        "key_prefix": {"type": "str", "default": "redisops:check:", "no_log": False},
        "latency_samples": {"type": "int", "default": 20},
        "refuse_unauthenticated": {"type": "bool", "default": False},
        "refuse_wrong_password": {"type": "bool", "default": False, "no_log": False},
        "refuse_plaintext": {"type": "bool", "default": False},
        "refuse_no_certificate": {"type": "bool", "default": False},
        "refuse_commands": {"type": "list", "elements": "str", "default": []},
        "refuse_connection": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 0.0},
    }


def target_from(params: Mapping[str, Any]) -> Target:
    return Target(**{name: params[name] for name in connection_arguments()})


def check_options_from(params: Mapping[str, Any]) -> CheckOptions:
    """Raises ValueError, with every contradiction among the options in its text."""
    own = check_arguments().keys() - connection_arguments().keys()
    given = {name: params[name] for name in own}
    return CheckOptions(target_from(params), **{**given, "refuse_commands": tuple(given["refuse_commands"])})
