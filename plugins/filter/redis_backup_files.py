# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.installation import (
    options_file,
    program_files,
)


def redis_backup_files(
    instances: Sequence[Mapping[str, Any]], options: Mapping[str, Any], path: str
) -> list[dict[str, Any]]:
    folders = [{"path": each, "mode": "0700"} for each in (path, *(f"{path}/{one['name']}" for one in instances))]
    return [*folders, *program_files(), *(options_file(one, options, path) for one in instances)]


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_backup_files": redis_backup_files}
