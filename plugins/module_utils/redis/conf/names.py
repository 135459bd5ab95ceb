# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be known about directives by their names alone."""

from __future__ import annotations

ADDING = {"client-output-buffer-limit", "loadmodule", "rename-command", "save", "user"}
"""Each line adds to those before it, rather than taking their place."""

_SECRETS = {"masterauth", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass", "user"}

# Servers know these settings by both names; CONFIG REWRITE writes the newer one.
_OLDER_WORDS = {"slave": "replica", "ziplist": "listpack", "primaryauth": "masterauth", "primaryuser": "masteruser"}
_OLDER_NAMES = {
    "lua-time-limit": "busy-reply-threshold",
    "slowlog-log-slower-than": "commandlog-execution-slower-than",
    "slowlog-max-len": "commandlog-slow-execution-max-len",
}


def canonical(name: str) -> str:
    """One name for all the names of a setting."""
    found = name.lower()
    for older, newer in _OLDER_WORDS.items():
        found = found.replace(older, newer)
    return _OLDER_NAMES.get(found, found)


def is_secret(name: str) -> bool:
    return canonical(name) in _SECRETS
