# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The call that makes a replication group, and what stands in its way. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...aws.tags import to_api
from ...reconcile.plan import Change, Plan, Step
from .fields import COMPARED, FIELDS, IDENTIFIER, SOURCES
from .ordering import log_requests
from .restore.check_files import file_problems, slots_by_shard
from .restore.check_snapshot import snapshot_problems, snapshot_warnings
from .restore.source import INHERITED, Source, with_inheritance
from .spec import ReplicationGroupSpec

TOPOLOGY = ("num_node_groups", "replicas_per_node_group")
BROUGHT_ALONG = ("cluster_mode", "num_node_groups")
"""What a snapshot of nodes brings by itself, with the slots of each shard. All else that comes from one is sent, so
that nothing depends on the defaults of the service: it takes Redis OSS where no engine is named, and no Valkey without
version."""


def plan_creation(spec: ReplicationGroupSpec, source: Source | None) -> Plan:
    """With everything that comes from a snapshot among the changes."""
    wanted = with_inheritance(spec, source)
    made_of = [name for name in SOURCES.by_name if getattr(spec, name) is not None]
    given = [each.name for each in COMPARED if getattr(spec, each.name) is not None] + made_of
    inherited = [name for name in INHERITED if name not in given and getattr(wanted, name) is not None]
    brought = BROUGHT_ALONG if spec.snapshot_name is not None else ()
    arguments = creation_arguments(wanted, [*given, *(name for name in inherited if name not in brought)], source)
    if spec.tags:
        arguments["Tags"] = to_api(spec.tags)
        given.append("tags")
    step = Step("create_replication_group", arguments, tuple(given), settled(wanted))
    changes = [
        Change(name, None, getattr(wanted, name), observable=name not in ("auth_token", *SOURCES.by_name))
        for name in (*given, *inherited)
    ]
    return Plan(
        "create",
        (Change("state", "absent", "present"), *changes),
        (step,),
        tuple(restore_warnings(wanted, source)),
        tuple(creation_refusals(wanted, source)),
    )


def creation_arguments(spec: ReplicationGroupSpec, names: list[str], source: Source | None) -> dict[str, Any]:
    """`names`: the options to send."""
    plain = [name for name in (IDENTIFIER, *names) if name in FIELDS.by_name and name not in TOPOLOGY]
    arguments = {**FIELDS.payload(spec, plain), **SOURCES.payload(spec, SOURCES.by_name)}
    arguments |= creation_topology(spec, [name for name in names if name in TOPOLOGY])
    if not arguments.get("NotificationTopicArn", True):
        del arguments["NotificationTopicArn"]
    if spec.log_delivery_configurations:
        arguments["LogDeliveryConfigurations"] = log_requests(spec.log_delivery_configurations)
    if source and source.snapshot and source.snapshot.data_tiering:
        arguments["DataTieringEnabled"] = True
    return arguments


def creation_topology(spec: ReplicationGroupSpec, names: list[str]) -> dict[str, Any]:
    """The service counts shards and replicas with cluster mode enabled, nodes with cluster mode disabled."""
    if not spec.is_clustered:
        return {} if spec.replicas_per_node_group is None else {"NumCacheClusters": spec.replicas_per_node_group + 1}
    arguments = FIELDS.payload(spec, names)
    if spec.snapshot_arns:
        # Files tell no slots: "Slots must be provided when restoring from snapshot ARNs with cluster mode enabled".
        slots = slots_by_shard(spec.num_node_groups or 1)
        arguments["NodeGroupConfiguration"] = [{"Slots": each} for each in slots]
    return arguments


def settled(spec: ReplicationGroupSpec) -> dict[str, Any]:
    """Members are counted where both their shards and their replicas are known."""
    if spec.replicas_per_node_group is None:
        return {"status": "available"}
    members = (spec.num_node_groups or 1) * (spec.replicas_per_node_group + 1)
    return {"status": "available", "members": members}


def restore_warnings(spec: ReplicationGroupSpec, source: Source | None) -> Iterator[str]:
    if source is not None:
        yield from snapshot_warnings(spec, source)
        yield from source.unread


def creation_refusals(spec: ReplicationGroupSpec, source: Source | None) -> Iterator[str]:
    yield from missing_options(spec)
    yield from missing_encryption(spec)
    yield from missing_conditions(spec)
    if source is not None:
        yield from (snapshot_problems if spec.snapshot_option else file_problems)(spec, source)


def missing_options(spec: ReplicationGroupSpec) -> Iterator[str]:
    """A snapshot of nodes tells their type. Versions are seen to by the rules of snapshots."""
    for name in ("description", "node_type") if spec.snapshot_name is None else ("description",):
        if getattr(spec, name) is None:
            yield f"{name}: required to create {spec.replication_group_id}."
    if spec.engine == "valkey" and spec.engine_version is None and spec.snapshot_option is None:
        yield "engine_version: required to create a Valkey group."
    if spec.engine == "valkey" and spec.transit_encryption_enabled is None:
        yield "transit_encryption_enabled: true or false, required to create a Valkey group."


def missing_encryption(spec: ReplicationGroupSpec) -> Iterator[str]:
    """Valkey encrypts at rest unless told otherwise, Redis OSS does not."""
    if spec.auth_token is not None and not spec.transit_encryption_enabled:
        yield "auth_token: a token needs transit_encryption_enabled."
    if spec.transit_encryption_mode is not None and not spec.transit_encryption_enabled:
        yield "transit_encryption_mode: a mode needs transit_encryption_enabled."
    if spec.kms_key_id is not None and spec.engine != "valkey" and not spec.at_rest_encryption_enabled:
        yield "kms_key_id: a key needs at_rest_encryption_enabled."


def missing_conditions(spec: ReplicationGroupSpec) -> Iterator[str]:
    """What an option needs that a group which exists might have already, and a new one has not."""
    if (spec.num_node_groups or 1) > 1 and not spec.is_clustered:
        yield f"num_node_groups: {spec.num_node_groups} shards need cluster_mode=enabled."
    if spec.cluster_mode == "compatible":
        yield "cluster_mode: a new group is `disabled` or `enabled`; `compatible` lies between the two."
    if spec.multi_az_enabled and not spec.automatic_failover_enabled:
        yield "multi_az_enabled: Multi-AZ needs automatic_failover_enabled."
    if spec.multi_az_enabled and not spec.replicas_per_node_group:
        yield "replicas_per_node_group: Multi-AZ needs at least one replica per shard."
    elif spec.automatic_failover_enabled and not spec.is_clustered and not spec.replicas_per_node_group:
        yield "replicas_per_node_group: automatic failover needs at least one replica."
