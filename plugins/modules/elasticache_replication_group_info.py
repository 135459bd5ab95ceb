#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_replication_group_info
short_description: Read ElastiCache replication groups
version_added: 0.1.0
description:
  - Read one replication group or all of a region, with members, endpoints, pending changes and tags.
author:
  - redisops.cache maintainers (@redisops)
options:
  replication_group_id:
    description: Only this replication group. One that does not exist gives an empty list.
    type: str
    aliases: [name]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.attributes.info
seealso:
  - module: redisops.cache.elasticache_replication_group
"""

EXAMPLES = r"""
- name: All replication groups of the region
  redisops.cache.elasticache_replication_group_info:
  register: found

- name: Where do clients connect
  redisops.cache.elasticache_replication_group_info:
    replication_group_id: phb-redis-cache
  register: cache

- name: Show it
  ansible.builtin.debug:
    var: cache.replication_groups[0].endpoints.primary
"""

RETURN = r"""
replication_groups:
  description: The groups, each as M(redisops.cache.elasticache_replication_group) returns it.
  returned: always
  type: list
  elements: dict
  sample:
    - arn: arn:aws:elasticache:us-east-1:123456789012:replicationgroup:phb-redis-cache
      engine: redis
      engine_version: 7.0.7
      replication_group_id: phb-redis-cache
      status: available
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_info
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.observe import observe_all


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"replication_group_id": {"type": "str", "aliases": ["name"]}},
        supports_check_mode=True,
    )
    run_info(module, observe_all, returns="replication_groups")


if __name__ == "__main__":
    main()
