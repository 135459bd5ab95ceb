# SPDX-License-Identifier: GPL-3.0-or-later
"""Offerings of reserved nodes: which node types the region sells, for how long, paid how. Without prices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import product
from typing import Any

from tests.standin.core.errors import ApiError
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.node_types import NODE_TYPES, NodeType

_YEAR = 31_536_000
DURATIONS = (_YEAR, 3 * _YEAR)
"""Seconds."""
PAYMENTS = ("No Upfront", "Partial Upfront", "All Upfront")
_DURATION_WORDS = {"1": DURATIONS[0], "3": DURATIONS[1]}
_FILTERS = ("CacheNodeType", "OfferingType", "ProductDescription", "ReservedCacheNodesOfferingId")


@operation("DescribeReservedCacheNodesOfferings")
def describe_offerings(world: World, request: Request) -> dict[str, Any]:
    """Duration is asked for in years or in seconds, and answered in seconds."""
    wanted = {name: request[name] for name in _FILTERS if request.get(name)}
    if request.get("Duration"):
        wanted["Duration"] = _DURATION_WORDS.get(request["Duration"], request["Duration"])
    found = [each for each in _offerings() if all(str(each[name]) == str(value) for name, value in wanted.items())]
    offering_id = wanted.get("ReservedCacheNodesOfferingId")
    if offering_id and not found:
        raise ApiError("ReservedCacheNodesOfferingNotFound", f"ReservedCacheNodesOffering {offering_id} not found.")
    return {"ReservedCacheNodesOfferings": found}


def _offerings() -> Iterator[dict[str, Any]]:
    sold = [each for each in NODE_TYPES.values() if not each.is_retired]
    for node_type, duration, payment in product(sold, DURATIONS, PAYMENTS):
        for engine in _products(node_type):
            offering = {
                "CacheNodeType": node_type.name,
                "Duration": duration,
                "OfferingType": payment,
                "ProductDescription": engine,
            }
            yield {"ReservedCacheNodesOfferingId": _identifier(offering), **offering}


def _products(node_type: NodeType) -> tuple[str, ...]:
    return ("valkey",) if node_type.oldest_redis is None else ("redis", "valkey")


def _identifier(offering: dict[str, Any]) -> str:
    """The same in each answer and each process."""
    digest = hashlib.sha256(repr(sorted(offering.items())).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
