# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.chart import draw_chart


def recovery_report_chart(
    history: Iterable[Mapping[str, Any]], title: str = "Recovery tests against their objectives", newest: int = 24
) -> str:
    if newest < 1:
        raise AnsibleFilterError(f"recovery_report_chart: newest is {newest}, and at least one test has to be shown")
    try:
        return draw_chart(history, title, newest)
    except (KeyError, TypeError, ValueError) as error:
        told = "an entry is not what elasticache_recovery_test returns as drill"
        raise AnsibleFilterError(f"recovery_report_chart: {told} ({type(error).__name__}: {error})") from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"recovery_report_chart": recovery_report_chart}
