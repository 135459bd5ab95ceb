# SPDX-License-Identifier: GPL-3.0-or-later
"""Engine and version of a serverless cache: asked for by the major, the service runs its newest minor."""

from __future__ import annotations

from tests.standin.core.errors import ApiError, invalid_value
from tests.standin.core.request import Request
from tests.standin.data.engine_versions import EngineVersion, versions_of

FIRST_MAJOR = {"redis": 7, "valkey": 7}
DEFAULT_MAJORS = {"redis": "7", "valkey": "8"}
ENGINES = ("memcached", "redis", "valkey")


def choose_version(request: Request) -> EngineVersion:
    """Of a CreateServerlessCache."""
    engine: str = request["Engine"].lower()
    if engine not in ENGINES:
        raise invalid_value(f"Invalid engine {engine}. Valid values are: {', '.join(ENGINES)}")
    if engine not in DEFAULT_MAJORS:
        raise ApiError("StandinUnreadMember", f"CreateServerlessCache of the stand-in has no engine {engine}.")
    asked = request.get("MajorEngineVersion", DEFAULT_MAJORS[engine])
    offered = offered_versions(engine)
    if asked not in offered:
        raise invalid_value(
            f"Invalid major engine version {asked} for {engine}. Valid values are: {', '.join(sorted(offered))}"
        )
    return offered[asked]


def offered_versions(engine: str) -> dict[str, EngineVersion]:
    """The newest version of each major that serverless caches have."""
    return {
        str(version.number[0]): version for version in versions_of(engine) if version.number[0] >= FIRST_MAJOR[engine]
    }
