# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the module redis_host_check as an Ansible argument spec, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..host.arguments import ArgumentSpec, login_arguments, login_from
from .run import Inspection
from .subject import Wanted


def inspection_arguments() -> ArgumentSpec:
    words = {"type": "list", "elements": "str", "default": []}
    return {
        **login_arguments(),
        "service": {"type": "str"},
        "units": words,
        "drop_ins": {**words, "elements": "path"},
        "user": {"type": "str", "default": "redis"},
        "group": {"type": "str", "default": "redis"},
        "bind": words,
        "ports": {**words, "elements": "int"},
        "include_dir": {"type": "path"},
        "nopass_users": {**words, "no_log": False},
        "key_prefix": {"type": "str", "default": "redisops:check:", "no_log": False},
        "passwords": {**words, "no_log": True},
        "tolerate": words,
    }


def inspection_from(params: Mapping[str, Any]) -> Inspection:
    own = inspection_arguments().keys() - login_arguments().keys()
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in params.items() if name in own
    }
    if params["login_password"]:
        given["passwords"] = (*given["passwords"], params["login_password"])
    return Inspection(params["config_file"], login_from(params), Wanted(**given))
