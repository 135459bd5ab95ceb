# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.host.wanted import as_arguments, find_differing


def redis_differing_paths(
    wanted: Sequence[Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    return as_arguments(find_differing(wanted, found))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_differing_paths": redis_differing_paths}
