# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateReplicationGroup with data: of a snapshot, or of RDB files in S3 (user guide, "Restoring", "Seeding")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.standin.behavior.exports import read_objects
from tests.standin.behavior.replication_groups.engine import plan_of
from tests.standin.behavior.replication_groups.slots import parse_slots
from tests.standin.behavior.replication_groups.software import is_cluster_on, require_way
from tests.standin.behavior.replication_groups.state import ReplicationGroup
from tests.standin.behavior.serverless.state import ServerlessSnapshot
from tests.standin.behavior.snapshots.record import Snapshot
from tests.standin.core.errors import invalid_combination, invalid_value
from tests.standin.core.request import Request
from tests.standin.core.world import World
from tests.standin.data.engine_versions import find_version
from tests.standin.engines.plan import EngineError, GroupPlan


@dataclass(frozen=True)
class Origin:
    """What a new group begins with: nothing, a snapshot, or the contents of files."""

    snapshot: Snapshot | ServerlessSnapshot | None = None
    contents: Sequence[bytes] = ()

    def __bool__(self) -> bool:
        return self.snapshot is not None or bool(self.contents)


def choose_origin(world: World, request: Request) -> Origin:
    """Of a CreateReplicationGroup."""
    known = {"SnapshotName": world.snapshots, "ServerlessCacheSnapshotName": world.serverless_cache_snapshots}
    named = [(member, request[member]) for member in known if request.get(member) is not None]
    arns = request.get("SnapshotArns")
    if len(named) + bool(arns) > 1:
        raise invalid_combination(f"{', '.join(known)} and SnapshotArns cannot be used together.")
    if not named:
        return Origin(contents=read_objects(world, arns or ()))
    member, name = named[0]
    snapshot: Snapshot | ServerlessSnapshot | None = known[member].get(name.lower())
    if snapshot is None:
        raise invalid_value(f"Snapshot {name} is either not present or not available.")
    if snapshot.status != "available":
        raise invalid_value(f"Snapshot {snapshot.name} has status {snapshot.status} and cannot be restored.")
    if isinstance(snapshot, Snapshot):
        _require_same_count(request, snapshot)
    return Origin(snapshot)


def defaults_of(world: World, request: Request, origin: Origin) -> dict[str, Any]:
    """Members of the request that come from the snapshot when they are not sent."""
    snapshot = origin.snapshot
    if snapshot is None:
        return {}
    defaults: dict[str, Any] = {}
    if request.get("Engine") in (None, snapshot.version.engine):
        defaults |= {"Engine": snapshot.version.engine, "EngineVersion": snapshot.version.asked}
    if isinstance(snapshot, Snapshot):
        return _with_nodes(world, request, snapshot, defaults)
    return defaults | {"MultiAZEnabled": True, "ClusterMode": "enabled"}


def _with_nodes(world: World, request: Request, snapshot: Snapshot, defaults: dict[str, Any]) -> dict[str, Any]:
    """What a snapshot of nodes tells besides engine and version."""
    defaults |= {
        "CacheNodeType": snapshot.told["CacheNodeType"],
        "Port": snapshot.told["Port"],
        "MultiAZEnabled": snapshot.multi_az,
    }
    if snapshot.has_tiering:
        defaults["DataTieringEnabled"] = True
    if snapshot.in_cluster_mode:
        defaults["NodeGroupConfiguration"] = [
            {name: node["NodeGroupConfiguration"][name] for name in ("NodeGroupId", "Slots")} for node in snapshot.nodes
        ]
        if request.get("CacheParameterGroupName") is None:
            defaults["ClusterMode"] = "enabled"
    parameter_group = snapshot.told["CacheParameterGroupName"]
    if _is_usable(world, request.filled(defaults), parameter_group):
        defaults["CacheParameterGroupName"] = parameter_group
    return defaults


def require_restorable(group: ReplicationGroup, request: Request, origin: Origin) -> None:
    """Whether what the group is to be can hold what it is to begin with."""
    if origin.contents:
        _require_places(group, request, len(origin.contents))
    snapshot = origin.snapshot
    if snapshot is None:
        return
    require_way(snapshot.version, group.software.version)
    if _is_in_cluster_mode(snapshot) and not group.in_cluster_mode:
        raise invalid_combination(
            f"Snapshot {snapshot.name} of a cluster mode enabled replication group cannot be restored with cluster"
            " mode disabled."
        )
    if isinstance(snapshot, Snapshot) and snapshot.has_tiering and not group.data_tiering:
        raise invalid_combination(f"Snapshot {snapshot.name} can only be restored to a cluster with data tiering.")


def claimed_excess(world: World, group: ReplicationGroup, origin: Origin) -> str | None:
    """Why a snapshot does not fit into the group's nodes, by the sizes that it tells."""
    if not isinstance(origin.snapshot, Snapshot):  # others make no claims: the data itself is measured
        return None
    return _excess(max(origin.snapshot.sizes), plan_of(world, group))


def fill_group(world: World, plan: GroupPlan, origin: Origin) -> None:
    """Start a new group's engines with its data. Takes real time. Raises EngineError, also when nodes are too small."""
    if not origin:
        world.engines.apply(plan)
        return
    archive = f"seed.{plan.group_id}"
    try:
        world.engines.apply(_seeded(plan, origin, _written(world.engines.archive(archive), origin.contents)))
    finally:
        world.engines.discard(archive)
    reason = _excess(max(world.engines.usage(plan.group_id).values()), plan)
    if reason is not None:
        raise EngineError(reason)


def _require_same_count(request: Request, snapshot: Snapshot) -> None:
    """API reference: the count of node groups has to be the snapshot's."""
    configured = request.get("NodeGroupConfiguration")
    count = request.get("NumNodeGroups", len(configured) if configured else len(snapshot.nodes))
    if count != len(snapshot.nodes):
        raise invalid_combination(
            f"The number of node groups must equal that of snapshot {snapshot.name}, which is {len(snapshot.nodes)}."
        )


def _require_places(group: ReplicationGroup, request: Request, count: int) -> None:
    configured = request.get("NodeGroupConfiguration")
    if group.in_cluster_mode and not (configured and all(entry.get("Slots") for entry in configured)):
        raise invalid_combination("Slots must be provided when restoring from snapshot ARNs with cluster mode enabled")
    if not group.in_cluster_mode and count != 1:
        raise invalid_combination("Exactly one snapshot ARN must be provided with cluster mode disabled.")


def _is_usable(world: World, request: Request, parameter_group: str) -> bool:
    """Whether the snapshot's parameter group still exists and goes with what is asked for."""
    version = find_version(request.get("Engine") or "redis", request.get("EngineVersion") or "")
    found = world.parameter_groups.get(parameter_group)
    if version is None or found is None or found.family != version.family:
        return False
    return is_cluster_on(found) == (request.get("ClusterMode") == "enabled")


def _written(directory: Path, contents: Sequence[bytes]) -> tuple[Path, ...]:
    files = tuple(directory / f"{number:04d}.rdb" for number in range(1, len(contents) + 1))
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def _seeded(plan: GroupPlan, origin: Origin, written: tuple[Path, ...]) -> GroupPlan:
    """Shards whose slots are the snapshot's take their files; else every key has to find its shard."""
    files = origin.snapshot.files if origin.snapshot is not None else written
    slots = {node.shard: node.slots for node in plan.nodes}
    shards = sorted(slots)
    is_as_saved = isinstance(origin.snapshot, Snapshot) and _slots(origin.snapshot) == [slots[each] for each in shards]
    if plan.cluster_mode and not is_as_saved:
        return replace(plan, scatter=files)
    return replace(plan, seed=dict(zip(shards, files, strict=True)))


def _is_in_cluster_mode(snapshot: Snapshot | ServerlessSnapshot) -> bool:
    """Serverless caches always are."""
    return snapshot.in_cluster_mode if isinstance(snapshot, Snapshot) else True


def _slots(snapshot: Snapshot) -> list[Any]:
    """Of its shards, in their order; empty for one without cluster mode."""
    configured = [node.get("NodeGroupConfiguration") for node in snapshot.nodes]
    return [parse_slots(shard["Slots"]) for shard in configured if shard is not None]


def _excess(needed: int, plan: GroupPlan) -> str | None:
    if needed <= plan.maxmemory:
        return None
    return f"the data takes {needed} bytes of a node, and a node has {plan.maxmemory} bytes for data"
