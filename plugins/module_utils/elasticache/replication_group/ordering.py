# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which calls make the changes, and in which order. Pure.

One kind of change per call, each waited for: the service refuses a second change while the first runs, and refuses most
combinations. The order is that of terraform-provider-aws and of the ACK controller: first what stands in the way
(failover off), then what adds (shards, replicas), then what needs room (node type up before shards leave), then
everything plain, the token, and last what takes away. What waits for the maintenance window comes after all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...reconcile.plan import Change, Disruption, Step
from ..tagging import delta_of, tag_steps
from .changes import DEFERRED, leaves_family
from .fields import FIELDS, LogDelivery
from .normalize import NodeGroup, ReplicationGroupState
from .spec import ReplicationGroupSpec

PLAIN = (
    "auto_minor_version_upgrade",
    "description",
    "ip_discovery",
    "notification_topic_arn",
    "parameter_group_name",
    "preferred_maintenance_window",
    "security_group_ids",
    "snapshot_retention_limit",
    "snapshot_window",
)
"""What one call changes together."""

FAILOVER = ("automatic_failover_enabled", "multi_az_enabled")
TLS_LEVELS = ("none", "preferred", "required")


@dataclass(frozen=True)
class Work:
    spec: ReplicationGroupSpec
    state: ReplicationGroupState
    changed: Mapping[str, Change]

    def names(self, among: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in among if name in self.changed)

    def call(self, operation: str, because: tuple[str, ...], arguments: Mapping[str, Any]) -> Step:
        return Step(operation, {"ReplicationGroupId": self.state.replication_group_id, **arguments}, because)

    def modify(self, names: tuple[str, ...], at_once: bool | None = None, **more: Any) -> Step:
        """`at_once` where the service knows no waiting for the window; else the caller's `apply_immediately`."""
        moment = self.spec.apply_immediately if at_once is None else at_once
        arguments = {**FIELDS.payload(self.spec, names), **more, "ApplyImmediately": moment}
        return self.call("modify_replication_group", names, arguments)


def order_steps(work: Work) -> tuple[Step, ...]:
    stages = STAGES if work.spec.apply_immediately else (*(each for each in STAGES if each not in LAST), *LAST)
    return settled_steps(work.state, [step for stage in stages for step in stage(work)])


def switch_failover_off(work: Work) -> Iterable[Step]:
    """Before replicas leave, and Multi-AZ together with the failover that it needs."""
    names = tuple(name for name in work.names(FAILOVER) if not work.changed[name].after)
    if names:
        yield work.modify(names, at_once=True)


def grow(work: Work) -> Iterable[Step]:
    """Shards, then replicas for all of them. Where shards differ the replicas come first: new shards get as many as the
    first one has."""
    shards, replicas = list(add_shards(work)), list(add_replicas(work))
    yield from (
        (*replicas, *shards) if len(set(map(replica_count, work.state.node_groups))) > 1 else (*shards, *replicas)
    )


def add_shards(work: Work) -> Iterable[Step]:
    """Shard count has a call of its own, and always at once."""
    change = work.changed.get("num_node_groups")
    if change and change.after > change.before:
        arguments = {"NodeGroupCount": change.after, "ApplyImmediately": True}
        yield work.call("modify_replication_group_shard_configuration", ("num_node_groups",), arguments)


def add_replicas(work: Work) -> Iterable[Step]:
    yield from scale_replicas(work, "increase_replica_count", lambda count, wanted: count < wanted)


def switch_failover_on(work: Work) -> Iterable[Step]:
    """After the replicas that it needs have come."""
    names = tuple(name for name in work.names(FAILOVER) if work.changed[name].after)
    if names:
        yield work.modify(names, at_once=True)


def change_node_type(work: Work) -> Iterable[Step]:
    """Alone: a pending scale-up blocks an upgrade, and a pending upgrade a scale-up.
    Up before shards leave, so that what stays has room; down after shards have come."""
    if "node_type" in work.changed and not is_unblocking(work):
        yield work.modify(("node_type",))


def upgrade_engine(work: Work) -> Iterable[Step]:
    """With the parameter group in the same call where the family changes."""
    names = work.names(("engine", "engine_version"))
    if names:
        also = work.names(("parameter_group_name",)) if goes_with_upgrade(work) else ()
        step = work.modify((*names, *also, *(("node_type",) if is_unblocking(work) else ())))
        yield replace(step, arguments={**FIELDS.payload(work.spec, ("engine", "engine_version")), **step.arguments})


def is_unblocking(work: Work) -> bool:
    """One of the two waits for the window and blocks the other: both in one call are taken."""
    return set(DEFERRED) <= work.changed.keys() and any(name in work.state.pending for name in DEFERRED)


def goes_with_upgrade(work: Work) -> bool:
    return bool(work.names(("engine", "engine_version"))) and leaves_family(work.spec, work.state)


def enable_backups(work: Work) -> Iterable[Step]:
    """From no snapshots to some: with cluster mode disabled the service wants to know which member takes them, and with
    it enabled refuses to be told (TF 10581, CDK #6256, ACK #1846). A replica, so that the primary keeps its time."""
    if is_first_backup(work):
        names = work.names(("snapshot_retention_limit", "snapshot_window"))
        step = work.modify(names)
        if not work.state.is_clustered:
            step = replace(step, arguments={**step.arguments, "SnapshottingClusterId": snapshotting_member(work)})
        yield step


def modify_plainly(work: Work) -> Iterable[Step]:
    done: set[str] = set()
    if goes_with_upgrade(work) or "cluster_mode" in work.changed:
        done.add("parameter_group_name")
    if is_first_backup(work):
        done |= {"snapshot_retention_limit", "snapshot_window"}
    names = tuple(name for name in work.names(PLAIN) if name not in done)
    if not names:
        return
    step = work.modify(names)
    if "notification_topic_arn" in names:
        step = replace(step, arguments=with_topic(work.spec, step.arguments))
    yield step


def deliver_logs(work: Work) -> Iterable[Step]:
    """At once only. A delivery ends by being sent as disabled; leaving it out changes nothing (TF, ACK)."""
    if "log_delivery_configurations" not in work.changed:
        return
    wanted = work.spec.log_delivery_configurations or ()
    kept = {each["log_type"] for each in wanted}
    ended = [each["log_type"] for each in work.state.log_delivery_configurations if each["log_type"] not in kept]
    requests = log_requests(wanted) + [{"LogType": each, "Enabled": False} for each in ended]
    yield work.modify(("log_delivery_configurations",), at_once=True, LogDeliveryConfigurations=requests)


def change_cluster_mode(work: Work) -> Iterable[Step]:
    """Nothing else may be in the call but the parameter group."""
    if "cluster_mode" in work.changed:
        yield work.modify(("cluster_mode", *work.names(("parameter_group_name",))), at_once=True)


def encrypt_in_transit(work: Work) -> Iterable[Step]:
    """One level per call: none, preferred, required, and the same way back."""
    names = work.names(("transit_encryption_enabled", "transit_encryption_mode"))
    if not names:
        return
    here, there = tls_level(work.state), wanted_tls_level(work)
    path = TLS_LEVELS[here + 1 : there + 1] if there > here else TLS_LEVELS[there:here][::-1]
    for level in path:
        mode = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": level}
        arguments = {"TransitEncryptionEnabled": False} if level == "none" else mode
        yield work.call("modify_replication_group", names, {**arguments, "ApplyImmediately": True})


def change_token(work: Work) -> Iterable[Step]:
    """A call of its own, at once only, after everything that a token would forbid."""
    if "auth_token" in work.changed:
        yield work.modify(("auth_token",), at_once=True, AuthTokenUpdateStrategy=work.spec.auth_token_update_strategy)


def remove_shards(work: Work) -> Iterable[Step]:
    """The shards of the highest numbers go; their slots move to those that stay."""
    change = work.changed.get("num_node_groups")
    if change and change.after < change.before:
        leaving = [each.node_group_id for each in work.state.node_groups[change.after :]]
        arguments = {"NodeGroupCount": change.after, "NodeGroupsToRemove": leaving, "ApplyImmediately": True}
        yield work.call("modify_replication_group_shard_configuration", ("num_node_groups",), arguments)


def remove_replicas(work: Work) -> Iterable[Step]:
    yield from scale_replicas(work, "decrease_replica_count", lambda count, wanted: count > wanted)


def tag(work: Work) -> Iterable[Step]:
    yield from tag_steps(work.state.arn, delta_of(work.spec, work.state.tags), {})


STAGES = (
    switch_failover_off,
    change_cluster_mode,
    encrypt_in_transit,
    grow,
    switch_failover_on,
    change_node_type,
    upgrade_engine,
    enable_backups,
    modify_plainly,
    deliver_logs,
    change_token,
    remove_shards,
    remove_replicas,
    tag,
)

LAST = (change_node_type, upgrade_engine)
"""What waits for the window comes last: a later call that takes effect at once would release it."""


def scale_replicas(work: Work, operation: str, is_due: Any) -> Iterable[Step]:
    """One number for all shards where they are alike, else each shard by name: an equal count is refused."""
    change = work.changed.get("replicas_per_node_group")
    if change is None:
        return
    wanted = change.after
    staying = remaining_shards(work)
    due = [each for each in staying if is_due(replica_count(each), wanted)]
    if not due:
        return
    alike = len({replica_count(each) for each in staying}) == 1
    named = [{"NodeGroupId": each.node_group_id, "NewReplicaCount": wanted} for each in due]
    how = {"NewReplicaCount": wanted} if alike else {"ReplicaConfiguration": named}
    yield work.call(operation, ("replicas_per_node_group",), {**how, "ApplyImmediately": True})


def remaining_shards(work: Work) -> tuple[NodeGroup, ...]:
    wanted = work.spec.num_node_groups or len(work.state.node_groups)
    return work.state.node_groups[:wanted]


def replica_count(shard: NodeGroup) -> int:
    return len(shard.members) - 1


def is_first_backup(work: Work) -> bool:
    return "snapshot_retention_limit" in work.changed and work.state.snapshot_retention_limit == 0


def snapshotting_member(work: Work) -> str:
    """A replica, unless the run takes replicas away: which of them go is left to the service."""
    names = {
        role: [each.cluster_id for each in work.state.members if each.role == role] for role in ("replica", "primary")
    }
    change = work.changed.get("replicas_per_node_group")
    is_shrinking = change is not None and change.disruption is Disruption.CONNECTIONS
    return (names["primary"] if is_shrinking or not names["replica"] else names["replica"])[0]


def with_topic(spec: ReplicationGroupSpec, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """An empty topic switches notification off; the service keeps the topic's name as inactive."""
    if spec.notification_topic_arn:
        return {**arguments, "NotificationTopicStatus": "active"}
    kept = {name: value for name, value in arguments.items() if name != "NotificationTopicArn"}
    return {**kept, "NotificationTopicStatus": "inactive"}


def log_requests(deliveries: Iterable[LogDelivery]) -> list[dict[str, Any]]:
    return [
        {
            "LogType": each["log_type"],
            "DestinationType": each["destination_type"],
            "DestinationDetails": destination_details(each),
            "LogFormat": each["log_format"],
            "Enabled": True,
        }
        for each in deliveries
    ]


def destination_details(delivery: LogDelivery) -> dict[str, Any]:
    if delivery["destination_type"] == "cloudwatch-logs":
        return {"CloudWatchLogsDetails": {"LogGroup": delivery["destination"]}}
    return {"KinesisFirehoseDetails": {"DeliveryStream": delivery["destination"]}}


def tls_level(state: ReplicationGroupState) -> int:
    return TLS_LEVELS.index(state.transit_encryption_mode or "required") if state.transit_encryption_enabled else 0


def wanted_tls_level(work: Work) -> int:
    if work.spec.transit_encryption_enabled is False:
        return 0
    return TLS_LEVELS.index(work.spec.transit_encryption_mode or "required")


def settled_steps(state: ReplicationGroupState, steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, each with the number of members that the group has once it is done."""
    replicas = {each.node_group_id: replica_count(each) for each in state.node_groups}
    settled = []
    for step in steps:
        replicas = replicas_after(step, replicas)
        members = len(replicas) + sum(replicas.values())
        settled.append(replace(step, settles={"status": "available", "members": members}))
    return tuple(settled)


def replicas_after(step: Step, replicas: dict[str, int]) -> dict[str, int]:
    """Replicas by shard after a step; a new shard gets as many as the first one has."""
    arguments = step.arguments
    if "NodeGroupsToRemove" in arguments:
        return {each: count for each, count in replicas.items() if each not in arguments["NodeGroupsToRemove"]}
    if "NodeGroupCount" in arguments:
        added = range(arguments["NodeGroupCount"] - len(replicas))
        return {**replicas, **{f"new {number}": next(iter(replicas.values())) for number in added}}
    if "NewReplicaCount" in arguments:
        return dict.fromkeys(replicas, arguments["NewReplicaCount"])
    named = arguments.get("ReplicaConfiguration", ())
    return {**replicas, **{each["NodeGroupId"]: each["NewReplicaCount"] for each in named}}
