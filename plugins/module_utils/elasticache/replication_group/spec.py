# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replication group should be, and every rule that needs no request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...aws.run import GUARD_SPEC, TERMS_SPEC
from ...aws.tags import parse_tags, problems_of
from ...reconcile.problems import Refused
from ...reconcile.secret import Secret
from ..names import name_problems
from ..tagging import TAGS_SPEC
from ..windows import maintenance_problems, overlap_problems, snapshot_problems
from .fields import FIELDS, SOURCES, TEXT, LogDelivery

LONGEST_ID = 40
MOST_REPLICAS = 5
LONGEST_RETENTION = 35
"""Days."""
TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]*")
"""What the service accepts in a token: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html"""
S3_OBJECT = re.compile(r"arn:aws[a-z-]*:s3:::[^/,]+/[^,]+")
"""Of CreateReplicationGroup, which takes no comma in the object's name."""


@dataclass(frozen=True)
class ReplicationGroupSpec:
    """None: not managed. Names and windows are in lower case, as the service keeps them."""

    replication_group_id: str
    state: str = "present"
    description: str | None = None
    engine: str | None = None
    engine_version: str | None = None
    node_type: str | None = None
    cluster_mode: str | None = None
    num_node_groups: int | None = None
    replicas_per_node_group: int | None = None
    automatic_failover_enabled: bool | None = None
    multi_az_enabled: bool | None = None
    port: int | None = None
    network_type: str | None = None
    ip_discovery: str | None = None
    subnet_group_name: str | None = None
    security_group_ids: tuple[str, ...] | None = None
    parameter_group_name: str | None = None
    at_rest_encryption_enabled: bool | None = None
    kms_key_id: str | None = None
    transit_encryption_enabled: bool | None = None
    transit_encryption_mode: str | None = None
    auth_token: Secret | None = None
    auth_token_update_strategy: str | None = None
    preferred_maintenance_window: str | None = None
    snapshot_retention_limit: int | None = None
    snapshot_window: str | None = None
    snapshot_name: str | None = None
    serverless_snapshot_name: str | None = None
    snapshot_arns: tuple[str, ...] | None = None
    final_snapshot_identifier: str | None = None
    notification_topic_arn: str | None = None
    log_delivery_configurations: tuple[LogDelivery, ...] | None = None
    auto_minor_version_upgrade: bool | None = None
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True
    apply_immediately: bool = False

    @property
    def is_clustered(self) -> bool:
        """Whether the group is asked to be created with the cluster protocol."""
        return self.cluster_mode == "enabled"

    @property
    def snapshot_option(self) -> str | None:
        """The option that names the snapshot which a new group is made from."""
        options = ("snapshot_name", "serverless_snapshot_name")
        return next((name for name in options if getattr(self, name) is not None), None)


OWN_SPEC: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "auth_token_update_strategy": {"type": "str", "choices": ["ROTATE", "SET"], "no_log": False},
    "final_snapshot_identifier": {"type": "str"},
    "apply_immediately": {"type": "bool", "default": False},
}


def argument_spec() -> dict[str, dict[str, Any]]:
    return {**FIELDS.argument_spec(), **SOURCES.argument_spec(), **OWN_SPEC, **TAGS_SPEC, **TERMS_SPEC, **GUARD_SPEC}


def build_spec(params: Mapping[str, Any]) -> ReplicationGroupSpec:
    """Raises Refused with every problem of the parameters."""
    spec = ReplicationGroupSpec(
        **FIELDS.read(params),
        **SOURCES.read(params),
        state=params.get("state", "present"),
        auth_token_update_strategy=params.get("auth_token_update_strategy"),
        final_snapshot_identifier=params.get("final_snapshot_identifier"),
        tags=parse_tags(params.get("tags")),
        purge_tags=params.get("purge_tags", True),
        apply_immediately=params.get("apply_immediately", False),
    )
    problems = spec_problems(spec)
    if problems:
        raise Refused(problems)
    return spec


def spec_problems(spec: ReplicationGroupSpec) -> list[str]:
    """All of them; the order is that of the documentation."""
    return [problem for rule in RULES for problem in rule(spec)]


def identifier_problems(spec: ReplicationGroupSpec) -> list[str]:
    problems = name_problems("replication_group_id", spec.replication_group_id, LONGEST_ID)
    problems += name_problems("final_snapshot_identifier", spec.final_snapshot_identifier, 255)
    if spec.final_snapshot_identifier is not None and spec.state == "present":
        problems.append("final_snapshot_identifier: it belongs to state=absent.")
    return problems


def blank_problems(spec: ReplicationGroupSpec) -> list[str]:
    """Only a notification topic is ended by an empty string."""
    texts = [each.name for each in FIELDS.declared if each.option is TEXT and each.name != "notification_topic_arn"]
    problems = [
        f"{name}: it is empty; leave the option out where it is not to be managed."
        for name in texts
        if getattr(spec, name) == ""
    ]
    if "" in (spec.security_group_ids or ()) or None in (spec.security_group_ids or ()):
        problems.append("security_group_ids: one of them is empty.")
    if any(not each["destination"] for each in spec.log_delivery_configurations or ()):
        problems.append("log_delivery_configurations: a destination is empty.")
    return problems


def source_problems(spec: ReplicationGroupSpec) -> list[str]:
    given = [name for name in SOURCES.by_name if getattr(spec, name) is not None]
    problems = [
        f"{name}: it is empty; leave the option out where nothing is restored."
        for name in given
        if not getattr(spec, name)
    ]
    if len(given) > 1:
        problems.append(f"{', '.join(given)}: a group is restored from one thing; name one of them.")
    problems += [
        f"snapshot_arns: {each!r} must have the form arn:aws:s3:::BUCKET/KEY, without commas."
        for each in spec.snapshot_arns or ()
        if not S3_OBJECT.fullmatch(each)
    ]
    return problems


def number_problems(spec: ReplicationGroupSpec) -> list[str]:
    bounds = (
        ("num_node_groups", 1, 500),
        ("replicas_per_node_group", 0, MOST_REPLICAS),
        ("port", 1, 65535),
        ("snapshot_retention_limit", 0, LONGEST_RETENTION),
    )
    return [
        f"{name}: {getattr(spec, name)} is outside of {lowest} to {highest}."
        for name, lowest, highest in bounds
        if getattr(spec, name) is not None and not lowest <= getattr(spec, name) <= highest
    ]


def topology_problems(spec: ReplicationGroupSpec) -> list[str]:
    problems = []
    if spec.multi_az_enabled and spec.automatic_failover_enabled is False:
        problems.append("multi_az_enabled: Multi-AZ needs automatic_failover_enabled.")
    if spec.replicas_per_node_group == 0 and spec.multi_az_enabled:
        problems.append("replicas_per_node_group: Multi-AZ needs at least one replica per shard.")
    if spec.replicas_per_node_group == 0 and spec.automatic_failover_enabled and spec.cluster_mode == "disabled":
        problems.append("replicas_per_node_group: automatic failover needs at least one replica.")
    if spec.is_clustered and spec.automatic_failover_enabled is False:
        problems.append("automatic_failover_enabled: cluster mode cannot be without it.")
    if (spec.num_node_groups or 1) > 1 and spec.cluster_mode == "disabled":
        problems.append(f"num_node_groups: {spec.num_node_groups} shards need cluster_mode=enabled.")
    return problems


def engine_problems(spec: ReplicationGroupSpec) -> list[str]:
    if spec.engine_version is not None and not re.fullmatch(r"\d+\.(\d+(\.\d+)?|x)", spec.engine_version):
        return [f'engine_version: {spec.engine_version!r} is no version; write it as in "7.1", with the quotes.']
    return []


def encryption_problems(spec: ReplicationGroupSpec) -> list[str]:
    problems = []
    if spec.kms_key_id is not None and spec.at_rest_encryption_enabled is False:
        problems.append("kms_key_id: a key needs at_rest_encryption_enabled.")
    if spec.transit_encryption_mode is not None and spec.transit_encryption_enabled is False:
        problems.append("transit_encryption_mode: a mode needs transit_encryption_enabled.")
    return problems


def token_problems(spec: ReplicationGroupSpec) -> list[str]:
    """The token itself never appears in a message."""
    if spec.auth_token is None:
        return ["auth_token_update_strategy: it needs auth_token."] if spec.auth_token_update_strategy else []
    problems = []
    if not 16 <= len(spec.auth_token) <= 128:
        problems.append(f"auth_token: it holds {len(spec.auth_token)} characters, the service wants 16 to 128.")
    if not TOKEN.fullmatch(spec.auth_token.reveal()):
        problems.append("auth_token: only letters, digits and ! & # $ ^ < > - are allowed in it.")
    if spec.transit_encryption_enabled is False:
        problems.append("auth_token: a token needs transit_encryption_enabled.")
    return problems


def window_problems(spec: ReplicationGroupSpec) -> list[str]:
    return (
        maintenance_problems(spec.preferred_maintenance_window)
        + snapshot_problems(spec.snapshot_window)
        + overlap_problems(spec.preferred_maintenance_window, spec.snapshot_window)
    )


def security_group_problems(spec: ReplicationGroupSpec) -> list[str]:
    if spec.security_group_ids is not None and not spec.security_group_ids:
        return ["security_group_ids: a cache in a VPC cannot be without one; leave the option out to keep what is set."]
    return []


def log_problems(spec: ReplicationGroupSpec) -> list[str]:
    kinds = [each["log_type"] for each in spec.log_delivery_configurations or ()]
    return [
        f"log_delivery_configurations: {kind} is named twice, one destination per log is possible."
        for kind in sorted(set(kinds))
        if kinds.count(kind) > 1
    ]


def tag_problems(spec: ReplicationGroupSpec) -> list[str]:
    return problems_of(spec.tags)


RULES = (
    identifier_problems,
    blank_problems,
    source_problems,
    number_problems,
    topology_problems,
    engine_problems,
    encryption_problems,
    token_problems,
    window_problems,
    security_group_problems,
    log_problems,
    tag_problems,
)
