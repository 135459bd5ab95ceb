#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_parameter_group_info
short_description: Read ElastiCache parameter groups
version_added: 0.1.0
description:
  - Read one parameter group or all of a region, with the parameters that somebody set, and tags.
  - The groups of the service itself, such as C(default.redis7), are among them. They show the defaults of each family.
author:
  - redisops.cache maintainers (@redisops)
options:
  parameter_group_name:
    description: Only this parameter group. One that does not exist gives an empty list.
    type: str
    aliases: [name]
  include_defaults:
    description:
      - Whether RV(parameter_groups[].all_parameters) is returned, with every parameter of the family, its value,
        and what the service says about it.
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.attributes.info
seealso:
  - module: redisops.cache.elasticache_parameter_group
"""

EXAMPLES = r"""
- name: All parameter groups of the region
  redisops.cache.elasticache_parameter_group_info:
  register: found

- name: What a parameter of Redis 7 may be
  redisops.cache.elasticache_parameter_group_info:
    parameter_group_name: default.redis7
    include_defaults: true
  register: redis7

- name: Show it
  ansible.builtin.debug:
    msg: "{{ redis7.parameter_groups[0].all_parameters | selectattr('name', 'eq', 'timeout') | first }}"
"""

RETURN = r"""
parameter_groups:
  description:
    - The parameter groups, each as M(redisops.cache.elasticache_parameter_group) returns it, with one more key.
  returned: always
  type: list
  elements: dict
  contains:
    all_parameters:
      description: Every parameter of the family, in order of names.
      returned: when O(include_defaults=true)
      type: list
      elements: dict
      contains:
        allowed_values:
          description:
            - What the service takes, in its own notation. V(0,20-) is 0 or anything from 20 on, V(-) any whole number.
            - Empty where anything goes.
          returned: always
          type: str
          sample: 0,20-
        change_type:
          description: V(immediate) or V(requires-reboot).
          returned: always
          type: str
          sample: immediate
        data_type:
          description: Such as V(integer) or V(string).
          returned: always
          type: str
          sample: integer
        description:
          description: What the service says that it does.
          returned: always
          type: str
          sample: Close connection if client is idle for a given number of seconds, or never if 0.
        is_modifiable:
          description: Whether it can be changed.
          returned: always
          type: bool
          sample: true
        minimum_engine_version:
          description: The first engine version that knows it; caches of older versions leave it out.
          returned: always
          type: str
          sample: 7.0.0
        name:
          description: Its name.
          returned: always
          type: str
          sample: timeout
        source:
          description: V(user) when somebody set it, otherwise V(system) or V(engine-default).
          returned: always
          type: str
          sample: system
        value:
          description: Its value. Empty where it has none, or one per node type.
          returned: always
          type: str
          sample: "0"
  sample:
    - arn: arn:aws:elasticache:us-east-1:123456789012:parametergroup:vibewell-redis-params
      description: VibeWell production
      family: redis6.x
      is_global: false
      parameter_group_name: vibewell-redis-params
      parameters: {"maxmemory-policy": "allkeys-lru", "timeout": "300"}
      pending: {}
      tags: {"Project": "vibewell"}
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_info
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.observe import observe_all


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "parameter_group_name": {"type": "str", "aliases": ["name"]},
            "include_defaults": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    run_info(module, observe_all, returns="parameter_groups")


if __name__ == "__main__":
    main()
