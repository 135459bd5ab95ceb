# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that work on the server of their own host, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..local import Login

ArgumentSpec = dict[str, dict[str, Any]]


def login_arguments() -> ArgumentSpec:
    """Described in the documentation fragment redisops.cache.redis_host."""
    return {
        "config_file": {"type": "path", "required": True},
        "login_username": {"type": "str"},
        "login_password": {"type": "str", "no_log": True},
        "login_secret_file": {"type": "path", "no_log": False},
        "timeout": {"type": "float", "default": 10.0},
    }


def login_from(params: Mapping[str, Any]) -> Login:
    return Login(
        username=params["login_username"],
        password=params["login_password"],
        secret_path=params["login_secret_file"],
        timeout=params["timeout"],
    )
