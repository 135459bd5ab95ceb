# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The temporary group: its name, its marks, and what it is made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ...elasticache.node_memory import MAXMEMORY, RESERVED_PERCENT, smallest_node_type
from ...elasticache.node_types import RETIRED, family_and_size
from ...elasticache.replication_group.normalize import Endpoint, ReplicationGroupState
from ...elasticache.replication_group.resource import FAILED
from ...elasticache.replication_group.spec import LONGEST_ID
from ...elasticache.snapshot.normalize import SnapshotState
from ...redis.connection import Target
from .arguments import Request

TAG = "redisops.cache/recovery-test-of"
SUFFIX = "-recovery-test"
HASH_DIGITS = 8


@dataclass(frozen=True)
class Saved:
    """The snapshot, and which part of a node's memory its parameter group reserves."""

    snapshot: SnapshotState
    reserved_percent: int = RESERVED_PERCENT


def temporary_name(identifier: str) -> str:
    """`orders` → orders-recovery-test. Long ones are cut, and told apart by a hash of the whole."""
    if len(identifier) + len(SUFFIX) <= LONGEST_ID:
        return identifier + SUFFIX
    digits = sha256(identifier.encode()).hexdigest()[:HASH_DIGITS]
    kept = identifier[: LONGEST_ID - len(SUFFIX) - HASH_DIGITS - 1].rstrip("-")
    return f"{kept}-{digits}{SUFFIX}"


def description_of(identifier: str, run: str = "") -> str:
    """`run` tells groups of one name apart, each of which another run has made."""
    return f"Recovery test of {identifier}, removed at its end" + (f" (run {run})" if run else "")


def is_own(state: ReplicationGroupState, identifier: str) -> bool | None:
    """Whether an earlier run made this group of the temporary name; None while the service does not tell its tags.

    A group that never came to be has no data to lose: there the description will do.
    """
    if state.tags is not None:
        return state.tags.get(TAG) == identifier
    if not has_own_description(state, identifier):
        return False
    return True if {state.status, *(each.status for each in state.members)} & set(FAILED) else None


def has_own_description(state: ReplicationGroupState, identifier: str) -> bool:
    return state.description.startswith(description_of(identifier))


def foreign_problem(state: ReplicationGroupState, identifier: str) -> str | None:
    """Why a group of the temporary name is left alone. A group in transition may yet turn out to be an own one."""
    own, name = is_own(state, identifier), state.replication_group_id
    if own or (own is None and state.transitions):
        return None
    if own is None:
        return (
            f"replication_group_id: a group {name} exists whose tags cannot be read, so that it is not known whether a "
            "recovery test has made it. Allow elasticache:ListTagsForResource, or delete it."
        )
    return (
        f"replication_group_id: a group {name} exists without the tag {TAG}={identifier}, so no recovery test has made "
        "it, and none removes it. Rename or delete it."
    )


def choose_node_type(request: Request, saved: Saved) -> str:
    """The one asked for, or the smallest of the family that holds the snapshot, or the one that it was taken of.

    All sizes of a family come to a region together, so a family that is in use need not be asked for. Empty where
    nothing is known at all: then the snapshot's own is taken by the service.
    """
    snapshot = saved.snapshot
    own = snapshot.node_type or ""
    if request.node_type or not snapshot.largest_node_bytes:
        return request.node_type or own
    found = smallest_node_type(snapshot.largest_node_bytes, own, tuple(MAXMEMORY), saved.reserved_percent)
    family = family_and_size(own)[0]
    is_there = found is not None and (family_and_size(found)[0] == family or family in RETIRED)
    return found if found and is_there else own


def temporary_params(
    request: Request, saved: Saved, source: ReplicationGroupState | None, token: str
) -> dict[str, Any]:
    """Options of elasticache_replication_group: one node for each shard, reached as the source is, kept by nobody.

    Engine, version, port, parameter group and shards come from the snapshot.
    """
    identifier, snapshot = request.replication_group_id, saved.snapshot
    given = {
        "replication_group_id": temporary_name(identifier),
        "description": description_of(identifier),
        "snapshot_name": snapshot.snapshot_name,
        "node_type": choose_node_type(request, saved),
        "replicas_per_node_group": 0,
        # Cluster mode cannot be without it, though nothing can take over where there are no replicas.
        "automatic_failover_enabled": snapshot.cluster_mode,
        "multi_az_enabled": False,
        "subnet_group_name": snapshot.subnet_group_name,
        "transit_encryption_enabled": True,
        "at_rest_encryption_enabled": True,
        "kms_key_id": snapshot.kms_key_id,
        "snapshot_retention_limit": 0,
        "tags": {TAG: identifier},
        "wait_timeout": request.wait_timeout,
        **(surroundings_of(source) if source else {}),
    }
    if given["transit_encryption_enabled"]:
        given["auth_token"] = token
    return {name: value for name, value in given.items() if value not in (None, "")}


def surroundings_of(source: ReplicationGroupState) -> dict[str, Any]:
    """What the source's clients and its protection depend on. One that cannot be read yet tells some of it empty."""
    told = {
        "subnet_group_name": source.subnet_group_name,
        "security_group_ids": list(source.security_group_ids),
        "network_type": source.network_type,
        "ip_discovery": source.ip_discovery,
        "kms_key_id": source.kms_key_id,
    }
    return {
        **{name: value for name, value in told.items() if value},
        "transit_encryption_enabled": source.transit_encryption_enabled,
        "at_rest_encryption_enabled": source.at_rest_encryption_enabled,
    }


def endpoint_of(state: ReplicationGroupState) -> Endpoint | None:
    return state.endpoints.configuration or state.endpoints.primary


def source_target(request: Request, state: ReplicationGroupState, endpoint: Endpoint) -> Target:
    return Target(
        endpoint.address,
        endpoint.port,
        tls=state.transit_encryption_enabled,
        ca_path=request.ca_path,
        username=request.username,
        password=request.password.reveal() if request.password else None,
    )


def restored_target(request: Request, state: ReplicationGroupState, endpoint: Endpoint, token: str) -> Target:
    is_encrypted = state.transit_encryption_enabled
    return Target(
        endpoint.address,
        endpoint.port,
        tls=is_encrypted,
        ca_path=request.ca_path,
        password=token if is_encrypted else None,
    )
