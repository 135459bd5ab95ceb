# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.durations import spell_seconds


def recovery_report_duration(seconds: float | None, unset: str = "-") -> str:
    if seconds is None:
        return unset
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
        raise AnsibleFilterError(f"recovery_report_duration: {seconds!r} is no number of seconds")
    return spell_seconds(seconds)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"recovery_report_duration": recovery_report_duration}
