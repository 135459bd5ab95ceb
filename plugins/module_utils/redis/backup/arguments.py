# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_backup and redis_restore, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...reconcile.problems import Failure
from .store import Retention
from .take import AOF, AUTO, RDB, Request

ArgumentSpec = dict[str, dict[str, Any]]


def backup_arguments() -> ArgumentSpec:
    """Described in the module redis_backup."""
    return {
        "path": {"type": "path", "required": True},
        "name": {"type": "str"},
        "kind": {"type": "str", "default": AUTO, "choices": [AOF, AUTO, RDB]},
        "keep": {"type": "int"},
        "keep_days": {"type": "float"},
        "samples": {"type": "int", "default": 100},
        "wait_timeout": {"type": "float", "default": 600.0},
    }


def restore_arguments() -> ArgumentSpec:
    """Described in the module redis_restore."""
    return {
        "backup": {"type": "path", "required": True},
        "name": {"type": "str", "required": True},
        "confirm": {"type": "str"},
        "service": {"type": "str", "required": True},
        "server": {"type": "path", "default": "/usr/bin/redis-server"},
        "wait_timeout": {"type": "float", "default": 600.0},
    }


def request_from(params: Mapping[str, Any]) -> Request:
    """Raises Failure for a number that cannot be."""
    for name in ("keep", "keep_days"):
        if params[name] is not None and params[name] <= 0:
            raise Failure(f"{name} is {params[name]}: without any backup there is nothing to keep")
    return Request(
        path=params["path"],
        name=params["name"],
        kind=params["kind"],
        retention=Retention(params["keep"], params["keep_days"]),
        samples=params["samples"],
    )
