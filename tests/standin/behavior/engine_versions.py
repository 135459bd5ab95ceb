# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeCacheEngineVersions and ListAllowedNodeTypeModifications: what is on offer."""

from __future__ import annotations

from typing import Any

from tests.standin.behavior.replication_groups.find import find_by_either
from tests.standin.behavior.replication_groups.software import allowed_node_types
from tests.standin.core.registry import operation
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import DEFAULT_VERSIONS, ENGINE_TITLES, VERSIONS, EngineVersion, find_version


@operation("DescribeCacheEngineVersions")
def describe_cache_engine_versions(world: World, request: Request) -> dict[str, Any]:
    engine, asked = request.get("Engine"), request.get("EngineVersion")
    family, default_only = request.get("CacheParameterGroupFamily"), bool(request.get("DefaultOnly"))
    found = [
        version
        for version in VERSIONS
        if (engine is None or version.engine == engine)
        and (asked is None or find_version(version.engine, asked) == version)
        and (family is None or version.family == family)
        and (not default_only or DEFAULT_VERSIONS[version.engine] == version.asked)
    ]
    return {"CacheEngineVersions": [_show(version) for version in found]}


@operation("ListAllowedNodeTypeModifications")
def list_allowed_node_type_modifications(world: World, request: Request) -> dict[str, Any]:
    group_id, member_id = request.get("ReplicationGroupId"), request.get("CacheClusterId")
    group = find_by_either(world, group_id, member_id)
    larger, smaller = allowed_node_types(group, group.software.version)
    return {"ScaleUpModifications": larger, "ScaleDownModifications": smaller}


def _show(version: EngineVersion) -> dict[str, str]:
    title = ENGINE_TITLES[version.engine]
    return {
        "Engine": version.engine,
        "EngineVersion": version.asked,
        "CacheParameterGroupFamily": version.family,
        "CacheEngineDescription": title,
        "CacheEngineVersionDescription": f"{version.engine} version {version.full}",
    }
