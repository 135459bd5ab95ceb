#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_subnet_group
short_description: Manage ElastiCache subnet groups
version_added: 0.1.0
description:
  - Create, change and delete the subnet group that tells ElastiCache in which subnets it may place nodes.
  - Options that are not given are not managed.
  - Availability zones and VPC of the subnets are read and returned.
author:
  - redisops.cache maintainers (@redisops)
options:
  state:
    description:
      - Whether the subnet group exists.
      - The service refuses to delete a subnet group in which a cache lives.
    type: str
    choices: [present, absent]
    default: present
  subnet_group_name:
    description: Name of the subnet group. ElastiCache keeps it in lower case.
    type: str
    required: true
    aliases: [name]
  description:
    description: Free text. Required to create the subnet group.
    type: str
  subnet_ids:
    description:
      - The subnets, as a set that replaces what is there. All must be in one VPC. Required to create the subnet group.
      - A cache with Multi-AZ needs subnets in two availability zones.
      - The service refuses to let go of a subnet in which a node has its address.
    type: list
    elements: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.tags
  - redisops.cache.attributes
seealso:
  - module: redisops.cache.elasticache_subnet_group_info
  - module: redisops.cache.elasticache_replication_group
  - name: Subnets and subnet groups
    description: The page of the ElastiCache user guide that the rules come from.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SubnetGroups.html
"""

EXAMPLES = r"""
- name: Subnets of the cache in two zones
  redisops.cache.elasticache_subnet_group:
    subnet_group_name: phb-redis-subnet
    description: PHB Redis Cache Subnet
    subnet_ids:
      - subnet-0a1b2c3d4e5f60718
      - subnet-1a2b3c4d5e6f70819
    tags:
      Project: PHB

- name: Remove it again
  redisops.cache.elasticache_subnet_group:
    subnet_group_name: phb-redis-subnet
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
    steps: [{"arguments": {"...": "..."}, "because": ["description"], "operation": "modify_cache_subnet_group"}]
    warnings: []
subnet_group:
  description: The subnet group as it is after the run; in check mode as it was. V(null) when it does not exist.
  returned: success
  type: dict
  contains:
    arn:
      description: Amazon Resource Name.
      returned: always
      type: str
      sample: arn:aws:elasticache:us-east-1:123456789012:subnetgroup:phb-redis-subnet
    description:
      description: Its text.
      returned: always
      type: str
      sample: PHB Redis Cache Subnet
    pending:
      description: Always empty, since changes take effect at once.
      returned: always
      type: dict
      sample: {}
    subnet_group_name:
      description: Its name.
      returned: always
      type: str
      sample: phb-redis-subnet
    subnet_ids:
      description: Identifiers of the subnets.
      returned: always
      type: list
      elements: str
      sample: [subnet-0a1b2c3d4e5f60718]
    subnets:
      description: Each subnet with its availability zone.
      returned: always
      type: list
      elements: dict
      sample: [{"availability_zone": "us-east-1a", "subnet_id": "subnet-0a1b2c3d4e5f60718"}]
    tags:
      description: Its tags. V(null) where they cannot be read.
      returned: always
      type: dict
      sample: {"Project": "PHB"}
    vpc_id:
      description: The VPC of all its subnets.
      returned: always
      type: str
      sample: vpc-0a1b2c3d4e5f60718
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_module
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.resource import SubnetGroup
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.subnet_group.spec import argument_spec


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, SubnetGroup, returns="subnet_group")


if __name__ == "__main__":
    main()
