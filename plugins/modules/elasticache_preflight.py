#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_preflight
short_description: Find out what stands in the way of a replication group before anything is changed
version_added: 0.1.0
description:
  - Takes the options of M(redisops.cache.elasticache_replication_group), reads what they depend on, and reports
    everything that can be known before the first change. All problems at once, each as one sentence that begins with
    the option at fault.
  - Changes nothing. The number of requests does not grow with the size of the group. Pages hold 100 entries each.
  - What the service itself tells makes a problem. What rests on a documented number or date alone makes a warning,
    since the service may have moved on, and so does everything that the caller has no permission to read.
  - Against a group that exists, options that are not given count as what the group has.
  - Which node types a region has is told by no call. Known are the types for which the region sells reservations, and
    those to which an existing group can be scaled. An unknown size of a known family is a problem, an unknown family
    a warning.
author:
  - redisops.cache maintainers (@redisops)
options:
  allow_disruption:
    description:
      - How much the task that follows may disturb the clients of an existing group. What goes beyond is a problem.
      - Without it disruption is not judged. The values are those of M(redisops.cache.elasticache_replication_group).
    type: str
    choices: [none, failover, connections, data_movement]
  application_security_groups:
    description:
      - Security groups of the application, whose members are to connect, by id or by name.
      - A name counts in the VPC of the cache, and elsewhere if that has none of the name.
    type: list
    elements: str
    default: []
  at_rest_encryption_enabled:
    description: See M(redisops.cache.elasticache_replication_group).
    type: bool
  auth_token:
    description: Token (password) of the group. Its length and characters are judged. It appears nowhere.
    type: str
  auth_token_update_strategy:
    description: How the token of an existing group is to be changed.
    type: str
    choices: [ROTATE, SET]
  auto_minor_version_upgrade:
    description: See M(redisops.cache.elasticache_replication_group).
    type: bool
  automatic_failover_enabled:
    description: Whether a replica takes over when a primary fails.
    type: bool
  cluster_mode:
    description: Whether data is spread over shards. The parameter group must agree with it.
    type: str
    choices: [disabled, compatible, enabled]
  description:
    description: Free text. Required to create the group.
    type: str
  engine:
    description: The engine.
    type: str
    choices: [redis, valkey]
  engine_version:
    description: Version, such as V("7.1"). It must be one that the region offers.
    type: str
  fail:
    description: Whether the task fails when there are problems. With V(false) they are only returned.
    type: bool
    default: true
  ip_discovery:
    description: See M(redisops.cache.elasticache_replication_group).
    type: str
    choices: [ipv4, ipv6]
  kms_key_id:
    description: KMS key as ARN, id or alias. It must exist, be enabled, and be one for symmetric encryption.
    type: str
  log_delivery_configurations:
    description: Where slow log and engine log go. The destinations must exist.
    type: list
    elements: dict
    suboptions:
      destination:
        description: Name of the log group or delivery stream.
        type: str
        required: true
      destination_type:
        description: Kind of the destination.
        type: str
        choices: [cloudwatch-logs, kinesis-firehose]
        required: true
      log_format:
        description: Format of the entries.
        type: str
        choices: [json, text]
        default: json
      log_type:
        description: Which log.
        type: str
        choices: [engine-log, slow-log]
        required: true
  multi_az_enabled:
    description: Whether primary and replicas live in different zones. It takes subnets in two of them, and a replica.
    type: bool
  network_type:
    description: See M(redisops.cache.elasticache_replication_group).
    type: str
    choices: [ipv4, ipv6, dual_stack]
  node_type:
    description: Node type, such as V(cache.t3.small).
    type: str
  notification_topic_arn:
    description: SNS topic. It must exist.
    type: str
  num_node_groups:
    description: Number of shards.
    type: int
  parameter_group_family:
    description:
      - Family of the parameter group O(parameter_group_name), if a later task makes that group.
      - Without it the group must exist already.
    type: str
  parameter_group_name:
    description: Parameter group of the cache.
    type: str
  parameters:
    description:
      - The parameters that a later task sets in O(parameter_group_name), as of
        M(redisops.cache.elasticache_parameter_group). They are judged by the rules of that module.
    type: dict
  port:
    description: Port of all nodes.
    type: int
  preferred_maintenance_window:
    description: Weekly window in UTC.
    type: str
  replicas_per_node_group:
    description: Number of replicas in each shard.
    type: int
  replication_group_id:
    description: Identifier of the replication group, which may exist or not.
    type: str
    required: true
    aliases: [name]
  security_group_ids:
    description:
      - Security groups of the nodes. They must exist, be in the VPC of the subnets, and be closed to the whole
        internet on O(port).
      - Leave out those that a later task makes or changes.
    type: list
    elements: str
  serverless_snapshot_name:
    description:
      - Snapshot of a serverless cache that a new group is to be made from. It must exist, be available, and fit engine,
        version and memory of the group.
    type: str
  snapshot_arns:
    description:
      - RDB files on S3 that a new group is to be made from. Their region, existence, encryption, format and size are
        judged.
    type: list
    elements: str
  snapshot_name:
    description:
      - Snapshot that a new group is to be made from. It must exist, be available, and fit engine, version, shards and
        memory of the group. What is not given counts as what the snapshot has.
    type: str
  snapshot_retention_limit:
    description: Days for which daily snapshots are kept.
    type: int
  snapshot_window:
    description: Daily window in UTC for snapshots.
    type: str
  subnet_group_name:
    description: Subnet group of the cache. Without O(subnet_ids) it must exist already.
    type: str
  subnet_ids:
    description: Subnets of O(subnet_group_name), if a later task makes or changes that group.
    type: list
    elements: str
  support_warning_days:
    description: How many days before the end of standard support of a version the warning about it begins.
    type: int
    default: 180
  tags:
    description: Tags of the replication group. The number, their keys and values are judged.
    type: dict
    aliases: [resource_tags]
  transit_encryption_enabled:
    description: Whether connections are encrypted by TLS.
    type: bool
  transit_encryption_mode:
    description: See M(redisops.cache.elasticache_replication_group).
    type: str
    choices: [preferred, required]
  unsupported_parameters:
    description: Whether parameters that ElastiCache does not let anyone set are problems or warnings.
    type: str
    choices: [refuse, warn]
    default: refuse
  vpc_id:
    description: The VPC in which the cache is expected to be.
    type: str
notes:
  - It uses C(elasticache:DescribeCacheClusters), C(elasticache:DescribeCacheEngineVersions),
    C(elasticache:DescribeReplicationGroups), and what the given options need of
    C(elasticache:DescribeCacheParameterGroups), C(elasticache:DescribeCacheParameters),
    C(elasticache:DescribeCacheSubnetGroups), C(elasticache:DescribeEngineDefaultParameters),
    C(elasticache:DescribeReservedCacheNodesOfferings), C(elasticache:DescribeServerlessCacheSnapshots),
    C(elasticache:DescribeSnapshots),
    C(elasticache:ListAllowedNodeTypeModifications), C(elasticache:ListTagsForResource),
    C(ec2:DescribeSecurityGroups), C(ec2:DescribeSubnets), C(firehose:DescribeDeliveryStream), C(kms:DescribeKey),
    C(logs:DescribeLogGroups), C(s3:GetBucketLocation), C(s3:GetObject), C(s3:ListBucket) and
    C(sns:GetTopicAttributes).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.attributes.info
seealso:
  - module: redisops.cache.elasticache_parameter_group
  - module: redisops.cache.elasticache_replication_group
  - module: redisops.cache.elasticache_subnet_group
  - name: Supported node types
    description: Which regions have which node types, in the ElastiCache user guide.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
  - name: Extended support
    description: Until when versions are supported, and what it costs to keep them longer.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/extended-support.html
"""

EXAMPLES = r"""
- name: Everything known about a group, its subnet group and its parameter group before the first change
  redisops.cache.elasticache_preflight:
    replication_group_id: vibewell-redis
    description: Vibewell production cache
    engine_version: "6.2"
    node_type: cache.t3.medium
    replicas_per_node_group: 2
    automatic_failover_enabled: true
    multi_az_enabled: true
    subnet_group_name: vibewell-redis-subnets
    subnet_ids:
      - subnet-0a1b2c3d4e5f60718
      - subnet-1a2b3c4d5e6f70819
    parameter_group_name: vibewell-redis-params
    parameter_group_family: redis6.x
    parameters:
      maxmemory-policy: allkeys-lru
      timeout: 300
    application_security_groups:
      - app-servers
    at_rest_encryption_enabled: true
    transit_encryption_enabled: true
    auth_token: "{{ lookup('amazon.aws.secretsmanager_secret', 'vibewell/redis-token') }}"
    snapshot_retention_limit: 7
    snapshot_window: 02:00-03:00
    preferred_maintenance_window: sun:03:00-sun:05:00

- name: Only ask what an upgrade would meet
  redisops.cache.elasticache_preflight:
    replication_group_id: vibewell-redis
    engine_version: "7.1"
    fail: false
  register: upgrade

- name: Ask whether a snapshot can be restored to smaller nodes
  redisops.cache.elasticache_preflight:
    replication_group_id: vibewell-redis-drill
    description: Recovery test
    snapshot_name: vibewell-redis-weekly
    node_type: cache.t3.small
    fail: false

- name: Tell it
  ansible.builtin.debug:
    var: upgrade.problems
"""

RETURN = r"""
facts:
  description: What was read. A value that could not be read is V(null).
  returned: always, unless a read itself fails
  type: dict
  contains:
    availability_zones:
      description: Zones of the subnets.
      returned: always
      type: list
      elements: str
      sample: [us-east-1a, us-east-1b]
    engine:
      description: The engine that the group will have.
      returned: always
      type: str
      sample: redis
    engine_version:
      description: The version that the group will have. Of one that was not asked for, the default of the service.
      returned: always
      type: str
      sample: "7.1"
    engine_versions:
      description: Versions of that engine that the region offers, oldest first.
      returned: always
      type: list
      elements: str
      sample: [4.0.10, 5.0.6, "6.0", "6.2", "7.0", "7.1"]
    exists:
      description: Whether the replication group exists.
      returned: always
      type: bool
      sample: false
    node_type:
      description: What is known about the node type. V(null) when none is known.
      returned: always
      type: dict
      contains:
        max_clients:
          description: How many clients can connect to a node.
          returned: always
          type: int
          sample: 46000
        maxmemory:
          description: Bytes of memory of a node, before a part of them is reserved. V(null) for types not documented.
          returned: always
          type: int
          sample: 3317862236
        name:
          description: The node type that the group will have.
          returned: always
          type: str
          sample: cache.t3.medium
        offered:
          description:
            - Whether the service lists it, among those to reserve for a new group, among those to scale to for an
              existing one. V(null) where that was not asked or is not told.
          returned: always
          type: bool
          sample: true
    nodes:
      description: Nodes that the group will have.
      returned: always
      type: int
      sample: 3
    nodes_in_region:
      description: Nodes that the region has now, which count against the account's quota.
      returned: always
      type: int
      sample: 12
    parameter_group_family:
      description: The family of parameter groups that fits the engine version.
      returned: always
      type: str
      sample: redis7
    vpc_id:
      description: The VPC of the subnets.
      returned: always
      type: str
      sample: vpc-0a1b2c3d4e5f60718
problems:
  description: What stands in the way, as sentences.
  returned: always, unless a read itself fails
  type: list
  elements: str
  sample: ["subnet_ids: Multi-AZ needs subnets in two zones, these are in us-east-1a alone; add one in another."]
warnings:
  description:
    - What is worth knowing and stands in nobody's way, and what could not be checked. Ansible shows them, too.
  returned: when there are any
  type: list
  elements: str
  sample: ["not checked: the KMS key, since kms:DescribeKey is not possible for this caller (AccessDeniedException)."]
"""

from datetime import datetime, timezone

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.errors import ServiceError
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import session_of
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.request import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.preflight.run import preflight
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import sentence


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    request = build_request(module.params, datetime.now(timezone.utc).date())
    try:
        findings = preflight(session_of(module), request)
    except ServiceError as failure:
        module.fail_json(msg=str(failure))
    for warning in findings.warnings:
        warn(f"{request.spec.replication_group_id}: {warning}")
    results = {"problems": list(findings.problems), "facts": dict(findings.facts)}
    if findings.problems and module.params["fail"]:
        module.fail_json(msg=sentence(findings.problems), **results)
    module.exit_json(changed=False, **results)


if __name__ == "__main__":
    main()
