#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot_info
short_description: Read ElastiCache snapshots
version_added: 0.1.0
description:
  - Read the snapshots of a region, newest first, manual and automatic ones, with their sizes and tags.
  - Options narrow the list; what they leave is what matches all of them.
author:
  - redisops.cache maintainers (@redisops)
options:
  snapshot_name:
    description: Only this snapshot. One that does not exist gives an empty list.
    type: str
    aliases: [name]
  replication_group_id:
    description:
      - Only snapshots of this group, which may be gone. With cluster mode disabled these are snapshots of its members,
        known by their names.
    type: str
  cache_cluster_id:
    description: Only snapshots of this node, which may be gone.
    type: str
  serverless_cache_name:
    description: Only snapshots of this serverless cache, which may be gone. Implies O(serverless=true).
    type: str
  origin:
    description: Only snapshots that people have taken, or only those that the service has taken by itself.
    type: str
    choices: [manual, automated]
  serverless:
    description: Whether to read snapshots of serverless caches; else those of nodes are read.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.attributes.info
seealso:
  - module: redisops.cache.elasticache_snapshot
"""

EXAMPLES = r"""
- name: All snapshots of a cache, newest first
  redisops.cache.elasticache_snapshot_info:
    replication_group_id: orders
  register: found

- name: The newest automatic one of a serverless cache
  redisops.cache.elasticache_snapshot_info:
    serverless_cache_name: sessions
    origin: automated
  register: automatic
"""

RETURN = r"""
snapshots:
  description:
    - The snapshots, newest first, each as M(redisops.cache.elasticache_snapshot) returns it. One whose moment the
      service does not tell yet comes first.
  returned: always
  type: list
  elements: dict
  sample:
    - arn: arn:aws:elasticache:us-east-1:123456789012:snapshot:orders-before-release
      cache_cluster_id: orders-002
      cluster_mode: false
      created: "2026-03-01T03:12:45+00:00"
      data_tiering: false
      engine: redis
      engine_version: "7.1.0"
      kms_key_id: null
      largest_node_bytes: 12582912
      node_snapshots:
        - cluster_id: orders-002
          created: "2026-03-01T03:12:45+00:00"
          node_group_id: ""
          size_bytes: 12582912
          slots: ""
      node_type: cache.t3.micro
      num_node_groups: 1
      origin: manual
      parameter_group_name: default.redis7
      pending: {}
      port: 6379
      replication_group_id: orders
      serverless: false
      serverless_cache_name: null
      size_bytes: 12582912
      snapshot_name: orders-before-release
      source: orders-002
      status: available
      subnet_group_name: orders
      tags: {"Project": "orders"}
      vpc_id: vpc-0a1b2c3d4e5f60718
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_info
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot.observe import read_snapshots


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "snapshot_name": {"type": "str", "aliases": ["name"]},
            "replication_group_id": {"type": "str"},
            "cache_cluster_id": {"type": "str"},
            "serverless_cache_name": {"type": "str"},
            "origin": {"type": "str", "choices": ["manual", "automated"]},
            "serverless": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    run_info(module, read_snapshots, returns="snapshots")


if __name__ == "__main__":
    main()
