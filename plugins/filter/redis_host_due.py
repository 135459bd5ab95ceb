# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.host.due import Difference


def redis_host_due(
    plan: Mapping[str, Any],
    host: Mapping[str, Any],
    files: Mapping[str, Sequence[Mapping[str, Any]]],
    options: Mapping[str, Any],
) -> dict[str, Any]:
    return Difference(plan, host, files, options).as_dict()


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_host_due": redis_host_due}
