# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be done to an existing group, found before the first request. Each rule is one function. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ...reconcile.compare import version_key
from ...reconcile.plan import Change, Disruption
from ..windows import overlap_problems
from .changes import DEFERRED, is_downgrade, is_rollback, leaves_family
from .normalize import ReplicationGroupState
from .spec import ReplicationGroupSpec

Changed = Mapping[str, Change]

TLS_CHANGE_FROM = {"redis": (7, 0, 5), "valkey": (7, 2)}
"""Versions from which TLS can be switched on an existing group; the text is the service's own.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html"""

NOT_WHILE_COMPATIBLE = {"engine", "engine_version", "node_type", "num_node_groups", "replicas_per_node_group"}
CLUSTER_MODE_MOVES = (("disabled", "compatible"), ("compatible", "enabled"), ("compatible", "disabled"))
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/modify-cluster-mode.html"""


def find_refusals(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> tuple[str, ...]:
    return tuple(problem for rule in RULES for problem in rule(spec, state, changed))


def immutable(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    engine = ("engine", "engine_version")
    remedy = (
        "ElastiCache fixes it at creation, and this module never replaces a group. Keep it, or make a group of another "
        "name (from a snapshot, to keep the data), move the clients, and delete this one."
    )
    return [
        f"{change.field}: {change.before!r} → {change.after!r} is impossible. {remedy}"
        for change in changed.values()
        if change.disruption is Disruption.REPLACEMENT and change.field not in engine
    ]


def downgrade(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    if not changed.keys() & {"engine", "engine_version"} or not is_downgrade(spec, state):
        return []
    if not is_rollback(spec, state):
        wanted = f"{spec.engine or state.engine} {spec.engine_version or '(no version given)'}"
        return [
            f"engine_version: {state.engine} {state.engine_version} → {wanted} is a downgrade, which ElastiCache does "
            "not do in place. The one way back is from Valkey 7.2 to Redis OSS 7.1."
        ]
    if "parameter_group_name" not in changed:
        return [
            "parameter_group_name: the rollback to Redis OSS 7.1 needs a group of the family redis7 in the same run."
        ]
    return []


def upgrade(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    if "engine" in changed and spec.engine_version is None:
        return [f"engine_version: required to move from {state.engine} to {spec.engine}."]
    touched = changed.keys() & {"engine", "engine_version"}
    is_upgrade = bool(touched) and leaves_family(spec, state) and not is_downgrade(spec, state)
    if is_upgrade and "parameter_group_name" not in changed:
        # A default group is not exchanged by itself either (aws-samples/dify-self-hosted-on-aws #24).
        return [
            f"parameter_group_name: {state.parameter_group_name} belongs to the family of {state.engine} "
            f"{state.engine_version}; "
            f"name one of the new family, such as its default, and it is exchanged in the same call."
        ]
    return []


def replicas(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    """Held against what the group will be, not only against what the run names."""
    touched = changed.keys() & {"replicas_per_node_group", "multi_az_enabled", "automatic_failover_enabled"}
    if not touched:
        return []
    fewest, multi_az, failover = future_replicas(spec, state)
    if not failover and state.is_clustered:
        return ["automatic_failover_enabled: cluster mode cannot be without it."]
    if multi_az and not failover:
        return ["multi_az_enabled: Multi-AZ needs automatic_failover_enabled; set both to the same."]
    if fewest == 0 and multi_az:
        return [
            "replicas_per_node_group: Multi-AZ needs at least one replica per shard; set multi_az_enabled=false, too."
        ]
    if fewest == 0 and failover and not state.is_clustered:
        return [
            "replicas_per_node_group: automatic failover needs a replica; set automatic_failover_enabled=false as well."
        ]
    return []


def future_replicas(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> tuple[int, bool, bool]:
    """Fewest replicas of a shard, Multi-AZ and failover after the run."""
    present = min([len(each.members) - 1 for each in state.node_groups], default=0)
    fewest = present if spec.replicas_per_node_group is None else spec.replicas_per_node_group
    multi_az = state.multi_az_enabled if spec.multi_az_enabled is None else spec.multi_az_enabled
    asked = spec.automatic_failover_enabled
    return fewest, multi_az, state.automatic_failover_enabled if asked is None else asked


def blocked(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    """A waiting upgrade blocks a change of the node type that is to happen now, and the other way round (user guide,
    "Resolving blocked engine upgrades")."""
    if not spec.apply_immediately or not changed.keys() & set(DEFERRED):
        return []
    return [
        f"{name}: {state.pending[name]} waits for the maintenance window and blocks this change; set {name} as well, "
        f"to that value to have both now, or to {getattr(state, name)} to call it off."
        for name in DEFERRED
        if name in state.pending and name not in changed
    ]


def windows(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    """Also against the window that the service picked when none was given (hashicorp/terraform #17247)."""
    if not changed.keys() & {"snapshot_window", "preferred_maintenance_window"}:
        return []
    if spec.snapshot_window is not None and spec.preferred_maintenance_window is not None:
        return []  # the Spec has judged these two already
    maintenance = spec.preferred_maintenance_window or state.preferred_maintenance_window or None
    return overlap_problems(maintenance, spec.snapshot_window or state.snapshot_window or None)


def scaling(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    if "num_node_groups" in changed and not state.is_clustered:
        return [f"num_node_groups: more than one shard needs cluster_mode=enabled; it is {state.cluster_mode} here."]
    if state.cluster_mode == "compatible" and "cluster_mode" not in changed and changed.keys() & NOT_WHILE_COMPATIBLE:
        return ["cluster_mode: it is `compatible`; the service neither scales nor upgrades until that is finished."]
    return []


def cluster_mode(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    change = changed.get("cluster_mode")
    if change is None:
        return []
    if (change.before, change.after) not in CLUSTER_MODE_MOVES:
        return [
            f"cluster_mode: {change.before} → {change.after} is no step that ElastiCache does. It goes from disabled "
            "to compatible (move the clients to the cluster protocol then) to enabled, and back only from compatible."
        ]
    if change.after == "compatible" and not (state.automatic_failover_enabled and state.node_groups[0].members[1:]):
        return ["cluster_mode: it takes automatic failover and at least one replica; give the group both first."]
    others = sorted(changed.keys() - {"cluster_mode", "parameter_group_name"})
    if others:
        return [
            f"cluster_mode: only parameter_group_name may change with it; leave {', '.join(others)} to another run."
        ]
    return []


def encryption(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    if not changed.keys() & {"transit_encryption_enabled", "transit_encryption_mode"}:
        return []
    if state.auth_token_enabled:
        return ["transit_encryption_enabled: the service does not change it on a group that has a token or users."]
    first = TLS_CHANGE_FROM[state.engine]
    if version_key(state.engine_version) < first[: len(version_key(state.engine_version))]:
        needed = f"{state.engine} {'.'.join(map(str, first))}"
        return [f"transit_encryption_enabled: version {state.engine_version} cannot switch it, {needed} or newer can."]
    return []


def token(spec: ReplicationGroupSpec, state: ReplicationGroupState, changed: Changed) -> list[str]:
    if spec.auth_token is None:
        return []
    if not state.transit_encryption_enabled:
        return ["auth_token: the group has no encryption in transit; without it the service takes no token."]
    if not state.auth_token_enabled and spec.auth_token_update_strategy != "ROTATE":
        return [
            "auth_token: the group has no token yet. Give it one with auth_token_update_strategy=ROTATE, publish it to "
            "every client, then end password-less access with auth_token_update_strategy=SET."
        ]
    return []


RULES = (immutable, downgrade, upgrade, blocked, replicas, windows, scaling, cluster_mode, encryption, token)
