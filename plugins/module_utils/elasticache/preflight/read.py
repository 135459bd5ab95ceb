# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads, one per fact and in this order; each is sent only where the request gives it something to judge.

The number of calls does not grow with the number of nodes, subnets or groups, but for pages of 100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...aws.errors import ServiceError, call
from ...aws.network import SubnetFact, read_subnets
from ...aws.session import Session
from .. import api
from ..parameter_group.values import plain_parameters
from ..replication_group.normalize import ReplicationGroupState, normalize
from ..replication_group.restore.read import RESERVED, read_source
from ..replication_group.restore.source import Source
from ..subnet_group.normalize import SubnetGroupState
from ..subnet_group.normalize import normalize as normalize_subnet_group
from .facts import EngineVersion, Facts, ParameterGroup
from .outlook import foresee
from .read_companions import read_delivery_streams, read_keys, read_log_groups, read_topics
from .read_network import read_named_security_groups, read_security_groups_by_id
from .request import Request

UNREADABLE = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "InvalidAction",
        "OptInRequired",
        "UnauthorizedOperation",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
    }
)
"""The caller may not read it, or this partition does not offer the call: no reason to stop. Anything else is."""

ONE_YEAR = "31536000"
"""Seconds; with `No Upfront` it picks one offering per node type and product out of six."""


def read_facts(session: Session, request: Request) -> Facts:
    """Raises ServiceError for whatever is no matter of permissions."""
    facts = Facts()
    for each in READS:
        try:
            facts = replace(facts, **{each.fact: each.read(session, request, facts)})
        except ServiceError as error:
            if error.code not in UNREADABLE:
                raise
            told = f"not checked: {each.tells}, since {each.needs} is not possible for this caller ({error.code})."
            facts = replace(facts, unread=(*facts.unread, told))
    return facts


def read_clusters(session: Session, _request: Request, _facts: Facts) -> tuple[Mapping[str, Any], ...]:
    return tuple(api.describe_cache_clusters(session))


def read_groups(session: Session, request: Request, facts: Facts) -> tuple[ReplicationGroupState, ...] | None:
    """None where the group exists and its members cannot be read, which alone tell version, windows and groups.

    Tags are left out: they are never in the way of a change.
    """
    groups = api.describe_replication_groups(session, request.spec.replication_group_id)
    if groups and facts.clusters is None:
        return None
    return tuple(normalize(each, members_of(each, facts.clusters or ()), None) for each in groups)


def members_of(group: Mapping[str, Any], clusters: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in clusters if each.get("ReplicationGroupId") == group["ReplicationGroupId"]]


def read_restore_source(session: Session, request: Request, facts: Facts) -> Source | None:
    """A group that exists is compared with no snapshot. Parameters that are yet to be set count already."""
    if not facts.is_new:
        return None
    source = read_source(session, request.spec)
    reserved = plain_parameters(request.parameters or {}).get(RESERVED, "")
    return replace(source, reserved_percent=int(reserved)) if source and reserved.isdigit() else source


def read_engine_versions(session: Session, _request: Request, _facts: Facts) -> tuple[EngineVersion, ...]:
    """All engines in one call: what another engine offers is part of the advice."""
    return tuple(parse_version(each) for each in api.describe_engine_versions(session))


def read_default_versions(session: Session, request: Request, facts: Facts) -> tuple[str, ...] | None:
    """What the service takes when a new group names no version."""
    wanted = foresee(request, facts)
    if wanted.spec.engine_version is not None or not facts.is_new:
        return None
    engine = wanted.group.engine
    found = api.describe(session, "describe_cache_engine_versions", Engine=engine, DefaultOnly=True)
    return tuple(parse_version(each).version for each in found)


def parse_version(answer: dict[str, Any]) -> EngineVersion:
    return EngineVersion(answer["Engine"], answer["EngineVersion"], answer["CacheParameterGroupFamily"])


def read_subnet_facts(session: Session, request: Request, _facts: Facts) -> tuple[SubnetFact, ...] | None:
    return tuple(read_subnets(session, request.subnet_ids)) if request.subnet_ids else None


def read_subnet_groups(session: Session, request: Request, facts: Facts) -> tuple[SubnetGroupState, ...] | None:
    """The group that the cache is, or will be, in; also where it is about to be made, since it may exist."""
    is_named = request.spec.subnet_group_name is not None
    if not is_named and (request.subnet_ids or facts.groups is None):
        return None
    found = api.describe_subnet_groups(session, foresee(request, facts).group.subnet_group_name)
    return tuple(normalize_subnet_group(each, None) for each in found)


def read_parameter_groups(session: Session, request: Request, facts: Facts) -> tuple[ParameterGroup, ...] | None:
    name = foresee(request, facts).group.parameter_group_name
    if name is None:
        return None
    return tuple(
        ParameterGroup(each["CacheParameterGroupName"], each["CacheParameterGroupFamily"])
        for each in api.describe_parameter_groups(session, name)
    )


def read_parameters(session: Session, request: Request, facts: Facts) -> tuple[Mapping[str, Any], ...] | None:
    if not facts.parameter_groups or request.spec.parameter_group_name is None:
        return None
    return tuple(api.describe_parameters(session, facts.parameter_groups[0].name))


def read_default_parameters(session: Session, request: Request, facts: Facts) -> tuple[Mapping[str, Any], ...] | None:
    """The table of a group that is yet to come."""
    family = request.parameter_group_family
    known = {each.family for each in facts.engine_versions or ()}
    if facts.parameter_groups or family not in known or not request.parameters:
        return facts.parameter_rows
    return tuple(api.describe_engine_default_parameters(session, family))


def read_node_types_reservable(session: Session, request: Request, facts: Facts) -> tuple[str, ...] | None:
    """The node types of the region, as far as any call tells: those for which it sells reservations."""
    if foresee(request, facts).spec.node_type is None or not facts.is_new:
        return None
    found = api.describe(
        session, "describe_reserved_cache_nodes_offerings", Duration=ONE_YEAR, OfferingType="No Upfront"
    )
    return tuple(sorted({each["CacheNodeType"] for each in found}))


def read_node_types_reachable(session: Session, request: Request, facts: Facts) -> tuple[str, ...] | None:
    group, wish = facts.group, request.spec.node_type
    if group is None or wish is None or wish in (group.node_type, group.pending.get("node_type")):
        return None
    answer = call(
        session.client(api.SERVICE),
        "list_allowed_node_type_modifications",
        {"ReplicationGroupId": group.replication_group_id},
    )
    return tuple(sorted({*answer.get("ScaleUpModifications", ()), *answer.get("ScaleDownModifications", ())}))


@dataclass(frozen=True)
class Read:
    """`fact`: the attribute of Facts that it fills; `tells`: what stays unjudged without; `needs`: the IAM action."""

    fact: str
    read: Callable[[Session, Request, Facts], Any]
    tells: str
    needs: str


READS = (
    Read("clusters", read_clusters, "the group's members and the node quota", "elasticache:DescribeCacheClusters"),
    Read(
        "groups",
        read_groups,
        "whether the group exists (what is not given counts as of a new one)",
        "elasticache:DescribeReplicationGroups",
    ),
    Read(
        "source",
        read_restore_source,
        "whether the snapshot can be restored",
        "elasticache:DescribeSnapshots or DescribeServerlessCacheSnapshots",
    ),
    Read(
        "engine_versions", read_engine_versions, "engine version and family", "elasticache:DescribeCacheEngineVersions"
    ),
    Read("default_versions", read_default_versions, "the default version", "elasticache:DescribeCacheEngineVersions"),
    Read("subnets", read_subnet_facts, "zones and VPC of the subnets", "ec2:DescribeSubnets"),
    Read("subnet_groups", read_subnet_groups, "the subnet group", "elasticache:DescribeCacheSubnetGroups"),
    Read("security_groups", read_security_groups_by_id, "the security groups", "ec2:DescribeSecurityGroups"),
    Read(
        "named_security_groups",
        read_named_security_groups,
        "the application's security groups",
        "ec2:DescribeSecurityGroups",
    ),
    Read("parameter_groups", read_parameter_groups, "the parameter group", "elasticache:DescribeCacheParameterGroups"),
    Read("parameter_rows", read_parameters, "the parameters of the group", "elasticache:DescribeCacheParameters"),
    Read(
        "parameter_rows",
        read_default_parameters,
        "the parameters of the family",
        "elasticache:DescribeEngineDefaultParameters",
    ),
    Read(
        "node_types_reservable",
        read_node_types_reservable,
        "whether the region has the node type",
        "elasticache:DescribeReservedCacheNodesOfferings",
    ),
    Read(
        "node_types_reachable",
        read_node_types_reachable,
        "whether the group can be scaled to the node type",
        "elasticache:ListAllowedNodeTypeModifications",
    ),
    Read("keys", read_keys, "the KMS key", "kms:DescribeKey"),
    Read("topics", read_topics, "the notification topic", "sns:GetTopicAttributes"),
    Read("log_groups", read_log_groups, "the log groups", "logs:DescribeLogGroups"),
    Read("delivery_streams", read_delivery_streams, "the delivery streams", "firehose:DescribeDeliveryStream"),
)
