#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_subnet_group_info
short_description: Read ElastiCache subnet groups
version_added: 0.1.0
description:
  - Read one subnet group or all of a region, with VPC, availability zones and tags.
author:
  - redisops.cache maintainers (@redisops)
options:
  subnet_group_name:
    description: Only this subnet group. One that does not exist gives an empty list.
    type: str
    aliases: [name]
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.attributes.info
seealso:
  - module: redisops.cache.elasticache_subnet_group
"""

EXAMPLES = r"""
- name: All subnet groups of the region
  redisops.cache.elasticache_subnet_group_info:
  register: found

- name: One of them
  redisops.cache.elasticache_subnet_group_info:
    subnet_group_name: phb-redis-subnet
"""

RETURN = r"""
subnet_groups:
  description: The subnet groups, each as M(redisops.cache.elasticache_subnet_group) returns it.
  returned: always
  type: list
  elements: dict
  sample:
    - arn: arn:aws:elasticache:us-east-1:123456789012:subnetgroup:phb-redis-subnet
      description: PHB Redis Cache Subnet
      pending: {}
      subnet_group_name: phb-redis-subnet
      subnet_ids: [subnet-0a1b2c3d4e5f60718]
      subnets: [{"availability_zone": "us-east-1a", "subnet_id": "subnet-0a1b2c3d4e5f60718"}]
      tags: {"Project": "PHB"}
      vpc_id: vpc-0a1b2c3d4e5f60718
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_info
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.observe import observe_all


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"subnet_group_name": {"type": "str", "aliases": ["name"]}},
        supports_check_mode=True,
    )
    run_info(module, observe_all, returns="subnet_groups")


if __name__ == "__main__":
    main()
