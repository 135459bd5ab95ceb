#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot
short_description: Take, copy, export and delete ElastiCache snapshots
version_added: 0.1.0
description:
  - Take a snapshot of a replication group, of a single node, or of a serverless cache, or copy one; export it to a
    bucket of S3; keep its tags; delete it.
  - A snapshot is known by its name. One of that name and of the same cache counts as taken already, so a playbook that
    takes a new one each time gives each a name of its own. None is ever overwritten.
  - With cluster mode disabled one node is saved. The module takes a replica, so that the primary keeps its memory for
    its clients, and the primary only where there is no replica. What the replica has not received yet is not in it.
  - A cache that is not available, such as one that is being changed or saved just then, is waited for; with
    O(wait=false) it is refused instead.
  - Everything that an export needs of its bucket is checked before the first change.
author:
  - redisops.cache maintainers (@redisops)
options:
  state:
    description:
      - Whether the snapshot exists.
      - A deletion cannot be taken back. Automatic snapshots can be deleted, too; files in a bucket stay.
    type: str
    choices: [present, absent]
    default: present
  snapshot_name:
    description:
      - Name of the snapshot. ElastiCache keeps it in lower case.
      - Names that begin with C(automatic.) belong to automatic snapshots, which can be tagged, exported and deleted.
    type: str
    required: true
    aliases: [name]
  replication_group_id:
    description:
      - The replication group to save, whether cluster mode is enabled or not.
      - Of this option, O(cache_cluster_id), O(serverless_cache_name) and O(source_snapshot_name), one is required to
        create a snapshot. With one that exists it has to be the one that it was made of; else it is refused, and not
        deleted either.
    type: str
  cache_cluster_id:
    description: The node to save, for a cluster outside of any group, or to choose the member of a group by hand.
    type: str
  serverless_cache_name:
    description: The serverless cache to save. Implies O(serverless=true).
    type: str
  source_snapshot_name:
    description:
      - The snapshot to copy, which may be an automatic one. The copy is a manual snapshot, which stays until it is
        deleted.
      - With a copy that exists, cache and moment of the data are compared as long as this snapshot exists.
    type: str
  serverless:
    description: Whether the snapshot is one of a serverless cache. The service keeps the two kinds apart.
    type: bool
    default: false
  kms_key_id:
    description:
      - The KMS key that encrypts the snapshot, by id, ARN or alias. Fixed at its creation.
      - Not given, the service chooses as it does for the cache.
    type: str
  target_bucket:
    description:
      - The bucket of S3 to export the snapshot to, as one RDB file for each shard, C(<snapshot_name>-0001.rdb) and so
        on. Files that are there already count as exported, and are never overwritten. Those that are older than
        the snapshot are of an earlier one of its name, and refused.
      - The bucket has to be the caller's own, in the region of the snapshot, and its policy has to let ElastiCache in.
        A policy that does not is refused with the statement that it lacks.
      - Not for snapshots of nodes with data tiering (r6gd).
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.tags
  - redisops.cache.waiting
  - redisops.cache.attributes
notes:
  - ElastiCache takes at most 20 manual snapshots of a node within 24 hours, and 24 of a serverless cache.
  - Whoever may read the bucket reads the data of the cache, without its password.
seealso:
  - module: redisops.cache.elasticache_snapshot_info
  - module: redisops.cache.elasticache_snapshot_retention
  - module: redisops.cache.elasticache_replication_group
  - name: Exporting a backup
    description: The page of the ElastiCache user guide about buckets, and who has to be let in.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html
"""

EXAMPLES = r"""
- name: Save the cache before a release
  redisops.cache.elasticache_snapshot:
    snapshot_name: orders-before-release
    replication_group_id: orders
    tags:
      Project: orders

- name: Keep last night's automatic snapshot for good, under a key of our own
  redisops.cache.elasticache_snapshot:
    snapshot_name: orders-2026-03-01
    source_snapshot_name: automatic.orders-002-2026-03-01-03-12
    kms_key_id: alias/caches

- name: Export a snapshot to S3
  redisops.cache.elasticache_snapshot:
    snapshot_name: orders-before-release
    target_bucket: orders-backups
  register: export

- name: Show where the files are
  ansible.builtin.debug:
    var: export.exported

- name: Save a serverless cache
  redisops.cache.elasticache_snapshot:
    snapshot_name: sessions-before-release
    serverless_cache_name: sessions

- name: Delete a snapshot, but only if it is one of this cache
  redisops.cache.elasticache_snapshot:
    snapshot_name: orders-before-release
    replication_group_id: orders
    state: absent
"""

RETURN = r"""
changes:
  description:
    - The options that change, each with its value C(before) and C(after) and the C(disruption) of the change.
    - Equal in check mode and in the run that follows.
  returned: success, and when a plan is refused
  type: list
  elements: dict
  sample: [{"after": "present", "before": "absent", "disruption": "none", "field": "state"}]
exported:
  description:
    - ARNs of the files in O(target_bucket) after the run; in check mode as they were. Empty without O(target_bucket),
      V(null) when the snapshot does not exist.
    - They can be given to C(snapshot_arns) of M(redisops.cache.elasticache_replication_group).
  returned: success
  type: list
  elements: str
  sample: ["arn:aws:s3:::orders-backups/orders-before-release-0001.rdb"]
plan:
  description:
    - What the run does, or in check mode would do, in full. C(action) is V(none), V(create), V(modify) or V(delete).
    - C(steps) are the calls in their order, with their arguments and the options that ask for them. C(disruption) is
      the highest of all C(changes), C(warnings) are worth reading before the run.
  returned: success, and when a plan is refused
  type: dict
  sample:
    action: modify
    changes: [{"after": "orders-backups", "before": null, "disruption": "none", "field": "target_bucket"}]
    disruption: none
    steps: [{"arguments": {"...": "..."}, "because": ["target_bucket"], "operation": "copy_snapshot"}]
    warnings: []
snapshot:
  description: The snapshot as it is after the run; in check mode as it was. V(null) when it does not exist.
  returned: success
  type: dict
  contains:
    arn:
      description: Amazon Resource Name.
      returned: always
      type: str
      sample: arn:aws:elasticache:us-east-1:123456789012:snapshot:orders-before-release
    cache_cluster_id:
      description: The node that was saved. V(null) for a group in cluster mode and for a serverless cache.
      returned: always
      type: str
      sample: orders-002
    cluster_mode:
      description: Whether it is of a cache in cluster mode, as serverless caches always are.
      returned: always
      type: bool
      sample: false
    created:
      description:
        - The moment of its data in UTC, ISO 8601; the oldest where the nodes' differ. Empty until the service
          tells it.
      returned: always
      type: str
      sample: "2026-03-01T03:12:45+00:00"
    data_tiering:
      description: Whether its nodes kept data on disk, too; such a snapshot restores to such nodes alone.
      returned: always
      type: bool
      sample: false
    engine:
      description: V(redis) or V(valkey).
      returned: always
      type: str
      sample: redis
    engine_version:
      description: Version of the engine; the major one alone for a serverless cache.
      returned: always
      type: str
      sample: "7.1.0"
    kms_key_id:
      description: ARN of the KMS key that encrypts it. V(null) without one.
      returned: always
      type: str
      sample: null
    largest_node_bytes:
      description: What the fullest shard holds, as the service rounds it. V(null) until the service tells it.
      returned: always
      type: int
      sample: 12582912
    node_snapshots:
      description:
        - Each saved node with its shard, its slots (cluster mode alone), its size and the moment of its data.
      returned: always
      type: list
      elements: dict
      sample:
        - cluster_id: orders-002
          created: "2026-03-01T03:12:45+00:00"
          node_group_id: ""
          size_bytes: 12582912
          slots: ""
    node_type:
      description: Node type of its source. V(null) for a serverless cache.
      returned: always
      type: str
      sample: cache.t3.micro
    num_node_groups:
      description: Number of shards.
      returned: always
      type: int
      sample: 1
    origin:
      description: V(manual) or V(automated).
      returned: always
      type: str
      sample: manual
    parameter_group_name:
      description: Parameter group of its source. V(null) for a serverless cache.
      returned: always
      type: str
      sample: default.redis7
    pending:
      description: Always empty.
      returned: always
      type: dict
      sample: {}
    port:
      description: Port of its source. V(null) for a serverless cache.
      returned: always
      type: int
      sample: 6379
    replication_group_id:
      description:
        - The group; with cluster mode disabled taken from the name of its member. V(null) where there is
          none.
      returned: always
      type: str
      sample: orders
    serverless:
      description: Whether it is of a serverless cache.
      returned: always
      type: bool
      sample: false
    serverless_cache_name:
      description: The serverless cache. V(null) for nodes.
      returned: always
      type: str
      sample: null
    size_bytes:
      description: What all shards hold, as the service rounds it. V(null) until the service tells it.
      returned: always
      type: int
      sample: 12582912
    snapshot_name:
      description: Its name.
      returned: always
      type: str
      sample: orders-before-release
    source:
      description:
        - The group, node or serverless cache that the service names as its source.
      returned: always
      type: str
      sample: orders-002
    status:
      description: V(creating), V(available), V(restoring), V(copying), V(deleting), as the service tells it.
      returned: always
      type: str
      sample: available
    subnet_group_name:
      description: Subnet group of its source. V(null) for a serverless cache.
      returned: always
      type: str
      sample: orders
    tags:
      description: Its tags. V(null) where they cannot be read, as while it is being made.
      returned: always
      type: dict
      sample: {"Project": "orders"}
    vpc_id:
      description: VPC of its source. V(null) for a serverless cache.
      returned: always
      type: str
      sample: vpc-0a1b2c3d4e5f60718
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_module
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.resource import Snapshot
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.spec import argument_spec


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, Snapshot, "snapshot", "exported")


if __name__ == "__main__":
    main()
