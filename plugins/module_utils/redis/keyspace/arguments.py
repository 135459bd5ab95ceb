# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_keyspace_info, as an Ansible argument spec, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ..arguments import ArgumentSpec, connection_arguments
from .describe import EXPIRIES, KeyspaceOptions


def keyspace_arguments() -> ArgumentSpec:
    return {
        **connection_arguments(),
        "batch": {"type": "int", "default": 500},
        "cluster_mode": {"type": "bool", "default": False},
        "databases": {"type": "list", "elements": "int"},
        "expiry": {"type": "str", "default": "exact", "choices": list(EXPIRIES)},
        "match": {"type": "str"},
        "rate_limit": {"type": "float", "default": 0.0},
        "sample": {"type": "int", "default": 0},
    }


def keyspace_options_from(params: Mapping[str, Any]) -> KeyspaceOptions:
    """Raises ValueError, with every contradiction among the options in its text."""
    own = {option.name: params[option.name] for option in fields(KeyspaceOptions)}
    databases = own["databases"]
    if params["cluster_mode"] and any(databases or ()):
        raise ValueError("databases: in cluster mode there is only database 0")
    return KeyspaceOptions(**{**own, "databases": None if databases is None else tuple(databases)})
