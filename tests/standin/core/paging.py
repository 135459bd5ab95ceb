# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list, with the limits and refusals of the service."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.standin.core.errors import invalid_value


@dataclass(frozen=True)
class PageLimits:
    """How many records a page of one operation may hold."""

    default: int = 100
    least: int = 20
    most: int = 100


# The service model's own words. Most others have 20 to 100, 100 unless told; a few say nothing and are taken for such.
LIMITS: dict[str, PageLimits] = {
    "DescribeSnapshots": PageLimits(default=50, least=20, most=50),
    "DescribeServerlessCaches": PageLimits(default=50, least=1, most=50),
    "DescribeServerlessCacheSnapshots": PageLimits(default=50, least=1, most=50),
}
ORDINARY = PageLimits()


def cut_page(
    operation: str, items: Sequence[Any], marker: str | None, size: int | None, size_member: str
) -> tuple[list[Any], str | None]:
    """One page and the marker of the next, None at the end.

    A marker belongs to its operation; any other text is refused, as is a size out of bounds.
    """
    limits = LIMITS.get(operation, ORDINARY)
    wanted = limits.default if size is None else size
    if not limits.least <= wanted <= limits.most:
        raise invalid_value(f"Invalid {size_member} {wanted}. Must be between {limits.least} and {limits.most}.")
    start = 0 if marker is None else _offset(operation, marker)
    end = start + wanted
    return list(items[start:end]), _marker(operation, end) if end < len(items) else None


def _marker(operation: str, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([operation, offset]).encode()).decode()


def _offset(operation: str, marker: str) -> int:
    try:
        belongs_to, offset = json.loads(base64.urlsafe_b64decode(marker))
    except (binascii.Error, ValueError, TypeError) as error:
        raise invalid_value(f"Invalid marker {marker}.") from error
    if belongs_to != operation or not isinstance(offset, int) or offset < 0:
        raise invalid_value(f"Invalid marker {marker}.")
    return offset
