# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error codes of ElastiCache and what each means to us. Codes are those on the wire, which often differ from the
shape's name (`CacheClusterNotFound`, but `ReplicationGroupNotFoundFault`).
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html and the API model of botocore."""

from __future__ import annotations

from ..aws.errors import ServiceError
from ..reconcile.problems import Conflict

NOT_FOUND = frozenset(
    {
        "CacheClusterNotFound",
        "CacheParameterGroupNotFound",
        "CacheSubnetGroupNotFoundFault",
        "ReplicationGroupNotFoundFault",
        "ServerlessCacheNotFoundFault",
        "ServerlessCacheSnapshotNotFoundFault",
        "SnapshotNotFoundFault",
    }
)

CONFLICTS = {
    "CacheParameterGroupAlreadyExists": "cache_parameter_group",
    "CacheParameterGroupNotFound": "cache_parameter_group",
    "CacheSubnetGroupAlreadyExists": "cache_subnet_group",
    "CacheSubnetGroupNotFoundFault": "cache_subnet_group",
    "InvalidCacheClusterState": "",
    "InvalidReplicationGroupState": "",
    "InvalidServerlessCacheSnapshotStateFault": "",
    "InvalidServerlessCacheStateFault": "",
    "InvalidSnapshotState": "",
    "NoOperationFault": "",
    "ReplicationGroupAlreadyExists": "",
    "ReplicationGroupNotFoundFault": "",
    "ServerlessCacheSnapshotAlreadyExistsFault": "_snapshot",
    "ServerlessCacheSnapshotNotFoundFault": "_snapshot",
    "SnapshotAlreadyExistsFault": "_snapshot",
    "SnapshotNotFoundFault": "_snapshot",
}
"""The resource is not as observed: somebody, or an earlier call whose answer was lost, came first. Look again.
The value is part of the operation's name: a group that another resource merely names is a mistake, no conflict."""

NO_MODIFICATION = "No modifications were requested"
"""Text with which the service says that everything already is as wanted; terraform-provider-aws
takes it for success, too."""

TAGS_UNAVAILABLE = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "InvalidReplicationGroupState",
        "InvalidCacheClusterState",
        "InvalidServerlessCacheSnapshotStateFault",
        "InvalidServerlessCacheStateFault",
        "InvalidSnapshotState",
        "UnknownOperation",
        "InvalidAction",
    }
)
"""Tags cannot be listed while a resource changes, and not at all in some partitions
(terraform-provider-aws #44787, #23219)."""

REMEDIES = {
    "APICallRateForCustomerExceeded": "Wait until fewer shards were failed over by a test within the last 24 hours.",
    "AccessDenied": "Give the caller permission for this action; the README lists the least that each module needs.",
    "CacheParameterGroupNotFound": "Create it first, with elasticache_parameter_group.",
    "CacheParameterGroupQuotaExceeded": "Delete parameter groups that no cache uses, or ask for a higher quota.",
    "CacheSubnetGroupInUse": "A cache still uses it: delete that first; no cache can move to another subnet group.",
    "CacheSubnetGroupNotFoundFault": "Create it first, with elasticache_subnet_group.",
    "CacheSubnetQuotaExceededFault": "A subnet group holds at most 20 subnets.",
    "InsufficientCacheClusterCapacity": "The zone has no such nodes now: take another zone or node type.",
    "InvalidKMSKeyFault": "Check that the key exists in this region, is enabled, and lets ElastiCache use it.",
    "InvalidSubnet": "Check that every subnet exists, and that all are in one VPC.",
    "NodeQuotaForClusterExceeded": "Fewer nodes, or a higher quota.",
    "NodeQuotaForCustomerExceeded": "The node quota of the region is used up: delete nodes, or ask for more.",
    "ServerlessCacheSnapshotQuotaExceededFault": "A serverless cache takes 24 snapshots in 24 hours: run again later.",
    "SnapshotAlreadyExistsFault": "Choose another snapshot name; existing snapshots are never overwritten.",
    "SnapshotFeatureNotSupportedFault": "T1 nodes have no snapshots: move to another node type first.",
    "SnapshotQuotaExceededFault": "A node takes 20 manual snapshots in 24 hours: run again "
    "later, copy one that is there, or let automatic snapshots do it.",
    "SubnetInUse": "A node still has its address in that subnet: keep it, or delete the node first.",
    "TestFailoverNotAvailableFault": "It takes automatic failover and a replica; AWS also suspends tests at times.",
}


def as_conflict(error: ServiceError) -> Exception:
    """The exception to raise for a refused change: Conflict where another look can help, else one with the remedy."""
    is_about = CONFLICTS.get(error.code)
    if (is_about is not None and is_about in error.operation) or NO_MODIFICATION in error.message:
        return Conflict(str(error))
    remedy = REMEDIES.get(error.code)
    return ServiceError(error.operation, error.code, f"{error.message} {remedy}") if remedy else error
