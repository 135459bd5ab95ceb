# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the module redis_acl as an Ansible argument spec, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..conf.scratch import Engine
from ..host.arguments import ArgumentSpec, login_arguments, login_from
from .converge import Wish
from .presets import PRESETS


def acl_arguments() -> ArgumentSpec:
    words = {"type": "list", "elements": "str", "default": []}
    return {
        **login_arguments(),
        "acl_file": {"type": "path", "required": True},
        "server": {"type": "path", "default": "/usr/bin/redis-server"},
        "user": {"type": "str", "default": "redis"},
        "group": {"type": "str", "default": "redis"},
        "users": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "enabled": {"type": "bool", "default": True},
                "preset": {"type": "str", "default": "none", "choices": list(PRESETS)},
                "rules": words,
                "keys": {**words, "no_log": False},
                "channels": words,
                "passwords": {**words, "no_log": True},
                "password_hashes": {**words, "no_log": True},
                "secret_file": {"type": "path", "no_log": False},
                "nopass": {"type": "bool", "default": False, "no_log": False},
            },
        },
    }


def wish_from(params: Mapping[str, Any]) -> Wish:
    return Wish(
        config_file=params["config_file"],
        login=login_from(params),
        acl_file=params["acl_file"],
        engine=Engine(params["server"], params["user"], params["group"]),
        entries=params["users"],
    )
