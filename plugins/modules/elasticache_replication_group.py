#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_replication_group
short_description: Manage ElastiCache replication groups (Redis OSS and Valkey)
version_added: 0.1.0
description:
  - Create, change and delete a replication group, with cluster mode disabled or enabled.
  - Options that are not given are not managed. An empty O(tags), O(log_delivery_configurations) or
    O(notification_topic_arn) clears what is there.
  - The calls that a change needs are ordered, and each is waited for, since the service takes one change at a time.
    A run that was interrupted is simply run again and goes on from where it stands.
  - A value that the service has accepted and will apply in the maintenance window counts as reached; one that is no
    longer wanted is called off. A call that would release what waits counts as a V(failover), even where it is about
    something else. What the service changes by itself, such as a primary that failed over or a minor version that it
    upgraded, is left alone.
  - Nothing is ever replaced. What ElastiCache fixes at creation is refused with the way around it.
author:
  - redisops.cache maintainers (@redisops)
options:
  state:
    description:
      - Whether the replication group exists.
      - Its automatic snapshots end with it, snapshots made by hand stay. See O(final_snapshot_identifier).
    type: str
    choices: [present, absent]
    default: present
  replication_group_id:
    description:
      - Identifier of the replication group, 1 to 40 letters, digits and hyphens. ElastiCache keeps it in lower
        case.
    type: str
    required: true
    aliases: [name]
  description:
    description: Free text. Required to create the group.
    type: str
  engine:
    description:
      - The engine. The service takes V(redis) for a new group that names none.
      - From V(redis) to V(valkey) is an upgrade in place (disruption V(failover)). The only way back is from Valkey
        7.2 to Redis OSS 7.1.
    type: str
    choices: [redis, valkey]
  engine_version:
    description:
      - Version as major and minor number, such as V("7.1"), or V("6.x") for the newest of Redis OSS 6. Required
        with V(valkey).
      - A newer version is an upgrade (disruption V(failover)), an older one is refused.
      - Versions are compared as far as they are given, and a minor version that the service upgraded by itself is
        no difference.
    type: str
  node_type:
    description:
      - Node type, such as V(cache.t3.small). Required to create the group, unless from O(snapshot_name).
      - A change moves the primary (disruption V(failover)), and waits for the maintenance window unless
        O(apply_immediately).
    type: str
  cluster_mode:
    description:
      - Whether data is spread over shards by the cluster protocol. The service takes V(disabled) for a new group
        that does not say.
      - A group moves from V(disabled) to V(compatible), then to V(enabled), and back only from V(compatible).
        Clients have
        to follow (disruption V(connections)), therefore each is a run of its own.
    type: str
    choices: [disabled, compatible, enabled]
  num_node_groups:
    description:
      - Number of shards. More than one needs O(cluster_mode=enabled).
      - Slots move between nodes when it changes (disruption V(data_movement)), at once. When it falls, the shards
        of the highest numbers go.
    type: int
  replicas_per_node_group:
    description:
      - Number of replicas in each shard, 0 to 5. With cluster mode disabled there is one shard.
      - More replicas disturb nobody. Fewer cut off who reads from them (disruption V(connections)). Both happen at
        once.
    type: int
  automatic_failover_enabled:
    description: Whether a replica takes over when a primary fails. Needs a replica. Cluster mode cannot be without it.
    type: bool
  multi_az_enabled:
    description:
      - Whether primary and replicas live in different availability zones. Needs O(automatic_failover_enabled) and a
        replica.
    type: bool
  port:
    description: Port of all nodes. Fixed at creation. The service takes 6379 for a new group that names none.
    type: int
  network_type:
    description: Addresses of the nodes. Fixed at creation.
    type: str
    choices: [ipv4, ipv6, dual_stack]
  ip_discovery:
    description: Which addresses clients of a V(dual_stack) group discover.
    type: str
    choices: [ipv4, ipv6]
  subnet_group_name:
    description: Subnet group that the nodes live in. Fixed at creation.
    type: str
  security_group_ids:
    description: Security groups of the nodes, as a set. Removing one can cut off clients (disruption V(connections)).
    type: list
    elements: str
  parameter_group_name:
    description:
      - Parameter group. It must belong to the family of the engine version.
      - With an upgrade to another family it is exchanged in the same call.
    type: str
  at_rest_encryption_enabled:
    description:
      - Whether data on disk is encrypted. Fixed at creation. Valkey groups are encrypted unless this is V(false),
        Redis OSS groups are not unless it is V(true).
    type: bool
  kms_key_id:
    description:
      - KMS key for the encryption at rest, as ARN, key id or alias (V(alias/...)). Fixed at creation. Without it a
        key of the service is used.
    type: str
  transit_encryption_enabled:
    description:
      - Whether connections are encrypted by TLS. Required to create a Valkey group.
      - Can be changed from Redis OSS 7.0.5 and Valkey 7.2 on, on a group without token and users (disruption
        V(connections)),
        in one call for each of the levels none, preferred, required.
    type: bool
  transit_encryption_mode:
    description:
      - V(required) refuses plain text, V(preferred) takes both. A new group with TLS that does not say has
        V(required).
      - To move clients without a break go to V(preferred), move them, then to V(required).
    type: str
    choices: [preferred, required]
  auth_token:
    description:
      - Token (password) of the group, 16 to 128 letters, digits and some punctuation (not C(@), C(/) or quotes).
        Needs O(transit_encryption_enabled).
      - Used when the group is created. On an existing group it is used only with O(auth_token_update_strategy), because
        the service never tells a token back and there is nothing to compare it with. A group that has no token, or no
        TLS, is refused with what to do.
    type: str
  auth_token_update_strategy:
    description:
      - How O(auth_token) changes the token of an existing group. A strategy is an order that each run carries out,
        and reports as a change.
      - V(ROTATE) adds the token beside the present one. On a group without token, logging in without one stays
        possible until V(SET).
      - V(SET) makes the token of the last V(ROTATE) the only one (disruption V(connections)).
    type: str
    choices: [ROTATE, SET]
  preferred_maintenance_window:
    description: Weekly window in UTC, such as V(sun:05:00-sun:06:00), of 60 minutes to 24 hours.
    type: str
  snapshot_retention_limit:
    description: Days for which daily snapshots are kept, 0 to 35. V(0) ends them, and those that exist are removed.
    type: int
  snapshot_window:
    description:
      - Daily window in UTC for snapshots, such as V(03:00-05:00), of at least 60 minutes. It must not overlap the
        maintenance window.
    type: str
  snapshot_name:
    description:
      - Snapshot that a new group gets its data from. A group that exists is compared with no snapshot.
      - Engine, version, node type, port, cluster mode and number of shards come from the snapshot where they are not
        given. TLS and token do not, since no snapshot holds them. Multi-AZ and, without cluster mode, automatic
        failover are off where they are not given, whatever the snapshot was taken of.
      - Before anything is created it is refused, with all reasons at once, what the snapshot cannot become. It must be
        available. The version may be newer, an older one is possible only from Valkey 7.2 to Redis OSS 7.1. The number
        of shards stays. A node must hold the largest shard, after O(parameter_group_name) has reserved its part, or
        that of the snapshot. Data that is tiered to disk stays on nodes that do so.
      - Of this option, O(serverless_snapshot_name) and O(snapshot_arns), one can be given.
    type: str
  serverless_snapshot_name:
    description:
      - Snapshot of a serverless cache that a new group gets its data from. A group that exists is compared with no
        snapshot.
      - It is checked as O(snapshot_name) is. Engine and cluster mode, which cannot be left, come from it.
        O(engine_version) and O(node_type) are required, and O(num_node_groups) can be any number; a node must hold its
        share of the data.
    type: str
  snapshot_arns:
    description:
      - RDB files on S3 that a new group gets its data from, such as C(arn:aws:s3:::bucket/orders-0001.rdb). A group
        that exists is compared with no file.
      - With cluster mode disabled there is one. With cluster mode enabled there may be any number, and the slots are
        spread evenly over O(num_node_groups) shards.
      - They must be in the region of the group, and not encrypted with a key of KMS. Their format must be one that the
        engine loads, and their share must fit into the memory of a node, as far as the caller may read the files. What
        could not be read is a warning.
      - ElastiCache must be allowed to read them by the policy of their bucket.
    type: list
    elements: str
  final_snapshot_identifier:
    description:
      - With O(state=absent), name of a snapshot that is taken before the group goes. One of that name must not
        exist yet.
    type: str
  notification_topic_arn:
    description: SNS topic that hears of the group's events. An empty string ends it.
    type: str
  log_delivery_configurations:
    description:
      - Where slow log (Redis OSS 6.0 and newer) and engine log (6.2 and newer) go, at most one place for each. An
        empty list ends all delivery. Applied at once.
    type: list
    elements: dict
    suboptions:
      log_type:
        description: Which log.
        type: str
        choices: [engine-log, slow-log]
        required: true
      destination_type:
        description: Kind of the destination.
        type: str
        choices: [cloudwatch-logs, kinesis-firehose]
        required: true
      destination:
        description: Name of the log group (best below C(/aws/vendedlogs/)) or of the delivery stream.
        type: str
        required: true
      log_format:
        description: Format of the entries.
        type: str
        choices: [json, text]
        default: json
  auto_minor_version_upgrade:
    description: Whether the service upgrades minor versions by itself, in the maintenance window.
    type: bool
  apply_immediately:
    description:
      - Whether a new node type or engine version is applied now instead of in the maintenance window. It also
        releases what waits for the
        window from earlier, which is reported as a warning first.
      - Shards, replicas, TLS, token and log delivery change at once in any case, since the service knows no other way.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.tags
  - redisops.cache.waiting
  - redisops.cache.waiting.disruption
  - redisops.cache.attributes
seealso:
  - module: redisops.cache.elasticache_replication_group_info
  - module: redisops.cache.elasticache_parameter_group
  - module: redisops.cache.elasticache_preflight
  - module: redisops.cache.elasticache_snapshot
  - module: redisops.cache.elasticache_subnet_group
  - module: redisops.cache.redis_check
  - name: Restoring from a backup into a new cache
    description: What can become what, in the ElastiCache user guide.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html
  - name: Managing clusters
    description: The ElastiCache user guide.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.html
"""

EXAMPLES = r"""
- name: Primary and replica in two zones, with TLS and a token
  redisops.cache.elasticache_replication_group:
    replication_group_id: phb-redis-cache
    description: PHB Drug Database Cache
    engine: redis
    engine_version: "7.0"
    node_type: cache.t3.small
    replicas_per_node_group: 1
    automatic_failover_enabled: true
    multi_az_enabled: true
    subnet_group_name: phb-redis-subnet
    security_group_ids:
      - sg-0a1b2c3d4e5f60718
    at_rest_encryption_enabled: true
    transit_encryption_enabled: true
    auth_token: "{{ lookup('amazon.aws.secretsmanager_secret', 'phb/redis-token') }}"
    preferred_maintenance_window: sun:05:00-sun:06:00
    snapshot_retention_limit: 1
    tags:
      Project: PHB
      Environment: Production

- name: A larger node now, which moves the primary
  redisops.cache.elasticache_replication_group:
    replication_group_id: phb-redis-cache
    node_type: cache.t3.medium
    apply_immediately: true
    allow_disruption: failover

- name: Three shards with a replica each
  redisops.cache.elasticache_replication_group:
    replication_group_id: sessions
    description: Sessions
    engine: valkey
    engine_version: "8.1"
    node_type: cache.r7g.large
    cluster_mode: enabled
    num_node_groups: 3
    replicas_per_node_group: 1
    automatic_failover_enabled: true
    transit_encryption_enabled: true

- name: What would a run change, and how much would it disturb
  redisops.cache.elasticache_replication_group:
    replication_group_id: sessions
    num_node_groups: 4
    allow_disruption: data_movement
  check_mode: true
  register: preview

- name: A second group with the data of a snapshot, on larger nodes
  redisops.cache.elasticache_replication_group:
    replication_group_id: phb-redis-restored
    description: PHB Drug Database Cache, as it was before the migration
    snapshot_name: phb-redis-before-migration-20261120
    node_type: cache.t3.medium
    subnet_group_name: phb-redis-subnet
    transit_encryption_enabled: true

- name: A group with the data of a server that is no ElastiCache
  redisops.cache.elasticache_replication_group:
    replication_group_id: orders
    description: Orders
    engine: valkey
    engine_version: "8.1"
    node_type: cache.t4g.small
    transit_encryption_enabled: true
    snapshot_arns:
      - arn:aws:s3:::phb-backups/orders.rdb

- name: Remove the group, keeping its data in a snapshot
  redisops.cache.elasticache_replication_group:
    replication_group_id: sessions
    state: absent
    final_snapshot_identifier: sessions-final
"""

RETURN = r"""
changes:
  description:
    - The options that change, each with its value C(before) and C(after) and the C(disruption) of the change.
    - Equal in check mode and in the run that follows.
  returned: success, and when a plan is refused
  type: list
  elements: dict
  sample: [{"after": "new", "before": "old", "disruption": "none", "field": "description"}]
plan:
  description:
    - What the run does, or in check mode would do, in full. C(action) is V(none), V(create), V(modify) or V(delete).
    - C(steps) are the calls in their order, with their arguments and the options that ask for them. C(disruption) is
      the highest of all C(changes), C(warnings) are worth reading before the run. Secrets are replaced by a marker.
  returned: success, and when a plan is refused
  type: dict
  sample:
    action: modify
    changes: [{"after": "new", "before": "old", "disruption": "none", "field": "description"}]
    disruption: none
    steps: [{"arguments": {"...": "..."}, "because": ["description"], "operation": "modify_replication_group"}]
    warnings: []
replication_group:
  description:
    - The replication group as it is after the run; in check mode as it was. V(null) when it does not exist.
    - Every option is among the keys, under its own name, apart from the token.
  returned: success
  type: dict
  contains:
    arn:
      description: Amazon Resource Name.
      returned: always
      type: str
      sample: arn:aws:elasticache:us-east-1:123456789012:replicationgroup:phb-redis-cache
    auth_token_enabled:
      description: Whether clients need a token.
      returned: always
      type: bool
      sample: true
    endpoints:
      description:
        - C(primary) and C(reader) with cluster mode disabled, C(configuration) with cluster mode enabled, each with
          C(address) and C(port), or V(null).
      returned: always
      type: dict
      sample:
        configuration: null
        primary:
          address: master.phb-redis-cache.abcdef.use1.cache.amazonaws.com
          port: 6379
        reader: null
    members:
      description:
        - The nodes, with C(cluster_id), C(status), C(availability_zone), C(node_group_id) and, with cluster mode
          disabled, C(role).
      returned: always
      type: list
      elements: dict
      sample:
        - availability_zone: us-east-1a
          cluster_id: phb-redis-cache-001
          node_group_id: '0001'
          role: primary
          status: available
    node_groups:
      description: The shards, with C(node_group_id), C(status), C(slots) and the C(members)' identifiers.
      returned: always
      type: list
      elements: dict
      sample: [{"members": ["phb-redis-cache-001"], "node_group_id": "0001", "slots": "", "status": "available"}]
    pending:
      description: Options whose new value the service has accepted and not applied yet.
      returned: always
      type: dict
      sample: {"node_type": "cache.t3.medium"}
    replication_group_id:
      description: Its identifier.
      returned: always
      type: str
      sample: phb-redis-cache
    snapshotting_cluster_id:
      description: The node that takes the automatic snapshots.
      returned: always
      type: str
      sample: phb-redis-cache-002
    status:
      description: Status of the group.
      returned: always
      type: str
      sample: available
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_module
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.resource import (
    ReplicationGroup,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.spec import argument_spec


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, ReplicationGroup, returns="replication_group")


if __name__ == "__main__":
    main()
