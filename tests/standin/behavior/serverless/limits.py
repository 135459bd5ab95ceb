# SPDX-License-Identifier: GPL-3.0-or-later
"""Usage limits: data storage in GB and processing units (ECPU) per second."""

from __future__ import annotations

from tests.standin.behavior.serverless.state import Limit, UsageLimits
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.request import Request

UNIT = "GB"
STORAGE_BOUNDS = (1, 5000)
ECPU_BOUNDS = (1000, 15_000_000)


def choose_limits(request: Request) -> UsageLimits:
    """Of a CreateServerlessCache."""
    usage = request.get("CacheUsageLimits")
    if usage is None:
        return UsageLimits()
    storage, ecpu = usage.get("DataStorage"), usage.get("ECPUPerSecond")
    if storage is not None and storage["Unit"] != UNIT:
        raise invalid_value(f"Invalid unit {storage['Unit']} of DataStorage. Must be {UNIT}.")
    return UsageLimits(
        storage=None if storage is None else _limit("DataStorage", storage, STORAGE_BOUNDS),
        ecpu=None if ecpu is None else _limit("ECPUPerSecond", ecpu, ECPU_BOUNDS),
    )


def _limit(member: str, asked: Request, bounds: tuple[int, int]) -> Limit:
    limit = Limit(asked.get("Minimum"), asked.get("Maximum"))
    least, most = bounds
    for value in (limit.minimum, limit.maximum):
        if value is not None and not least <= value <= most:
            raise invalid_value(f"Invalid {member} {value}. Must be between {least} and {most}.")
    if limit.minimum is not None and limit.maximum is not None and limit.minimum > limit.maximum:
        raise invalid_combination(f"The minimum of {member} must not be above its maximum.")
    return limit
