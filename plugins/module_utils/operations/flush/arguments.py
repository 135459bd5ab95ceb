# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of redis_flush: those of the flush itself, and those of the snapshot before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...reconcile.problems import Refused
from ...redis.flush.arguments import flush_arguments, flush_problems

ArgumentSpec = dict[str, dict[str, Any]]

MANAGED = ("replication_group_id", "serverless_cache_name")
PLACES = (*MANAGED, "backup_dir")
"""Options that say where the snapshot is taken."""


def argument_spec() -> ArgumentSpec:
    """Described in the module redis_flush."""
    return {
        **flush_arguments(),
        "backup_dir": {"type": "path"},
        "replication_group_id": {"type": "str"},
        "serverless_cache_name": {"type": "str"},
        "snapshot": {"type": "bool", "default": True},
        "snapshot_max_age": {"type": "int", "default": 3600},
        "snapshot_name": {"type": "str"},
        "wait_timeout": {"type": "int", "default": 3600},
    }


def needs_aws(params: Mapping[str, Any]) -> bool:
    return bool(params["snapshot"] and any(params[name] for name in MANAGED))


def require_sense(params: Mapping[str, Any]) -> None:
    """Raises Refused with everything that needs no request."""
    problems = [*flush_problems(params), *_snapshot_problems(params)]
    if problems:
        raise Refused(problems)


def _snapshot_problems(params: Mapping[str, Any]) -> Iterator[str]:
    if not params["snapshot"]:
        return
    places = [name for name in PLACES if params[name]]
    if not places:
        yield (
            f"snapshot: what is flushed is lost, so a snapshot is taken first. Give one of {', '.join(PLACES)}, or "
            "snapshot=false if the data may be lost."
        )
    if len(places) > 1:
        yield f"{', '.join(places)}: give one of them, since one snapshot is taken."
    if params["backup_dir"] and not params["config_file"]:
        yield "backup_dir: needs config_file, so that the server that is backed up is the one that is flushed."
    for name in MANAGED:
        if params[name] and params["config_file"]:
            yield f"{name}: needs host, an endpoint of that cache; config_file leads to a server of this host."
    if params["snapshot_max_age"] < 0:
        yield "snapshot_max_age: 0 seconds or more."
