# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.redis.host.instances import build_instances
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.questions import ask


def redis_host_questions(
    given: Sequence[Mapping[str, Any]],
    words: Mapping[str, Any],
    platform: Mapping[str, Any],
    options: Mapping[str, Any],
    elsewhere: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    also = build_instances(words, given, elsewhere) if elsewhere else []
    return ask(build_instances(words, given, platform), also, options)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"redis_host_questions": redis_host_questions}
