# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files and directories of a host are not as they should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

_FILE = {"owner": "root", "group": "root", "mode": "0644"}
_ATTRIBUTES = ("owner", "group", "mode")


def find_differing(wanted: Iterable[Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries that differ, completed. `found` is what redis_host_info returned about paths.

    An entry is a path with owner, group, mode, and either `content` (empty text: there should be no such file), or
    nothing (a directory).
    """
    completed = [{**_FILE, **entry} for entry in wanted]
    return [entry for entry in completed if not _is_as_wanted(entry, found.get(entry["path"], {"exists": False}))]


def as_arguments(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """As redis_host_files takes them: texts apart, so that they are kept out of the host's log."""
    listed = list(entries)
    return {
        "files": [{name: value for name, value in entry.items() if name != "content"} for entry in listed],
        "contents": {entry["path"]: entry["content"] for entry in listed if entry.get("content") is not None},
    }


def _is_as_wanted(entry: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    content = entry.get("content")
    if content == "":
        return not found["exists"]
    if not found["exists"] or any(found[name] != entry[name] for name in _ATTRIBUTES):
        return False
    if content is None:
        return bool(found["kind"] == "directory")
    return bool(found["sha256"] == hashlib.sha256(content.encode()).hexdigest())
