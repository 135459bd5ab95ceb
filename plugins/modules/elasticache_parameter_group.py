#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_parameter_group
short_description: Manage ElastiCache parameter groups
version_added: 0.1.0
description:
  - Create, change and delete the parameter group that holds the engine settings of caches.
  - Options that are not given are not managed.
  - Before anything is changed, every parameter is held against the tables of the service itself, which say what the
    family has, what can be modified, and which values are allowed. All offenders are refused at once, each with the
    reason and the feature to use instead.
  - Only what differs is sent, in batches of 20. A run that was cut off is completed by the next one.
author:
  - redisops.cache maintainers (@redisops)
options:
  state:
    description:
      - Whether the parameter group exists.
      - A group that a cache uses cannot be deleted. Where that cache is being deleted itself, its end is waited for.
    type: str
    choices: [present, absent]
    default: present
  parameter_group_name:
    description:
      - Name of the parameter group. ElastiCache keeps it in lower case.
      - Groups whose name begins with C(default.) belong to the service, and nobody can change them.
    type: str
    required: true
    aliases: [name]
  family:
    description:
      - The engine and the versions of it that the group is for, such as V(redis7) or V(valkey8).
      - Required to create the group, and fixed from then on. Which families there are is asked of the service.
    type: str
  description:
    description: Free text. Required to create the group, and fixed from then on.
    type: str
  parameters:
    description:
      - Values by name of parameter. An empty dictionary takes all back to the engine's defaults.
      - YAML's booleans and numbers become what the service writes, such as C(yes) or C(300).
      - A parameter that already has the wanted value is left as it is, also when that is the engine's default.
      - One that the service lets nobody change is not supported, whatever value is given.
      - The service lists C(cluster-enabled), C(databases), C(cluster-databases) and C(activerehashing) as not
        modifiable, but takes them while no cache uses the group.
      - Changes apply to running caches at once, without a restart. The few parameters that need one are warned about.
    type: dict
  purge_parameters:
    description:
      - Whether parameters that somebody set and that O(parameters) does not name are taken back to the engine's
        defaults.
      - Nothing is taken back when O(parameters) is not given.
    type: bool
    default: true
  unsupported_parameters:
    description:
      - What to do about parameters that the family does not have, or that the service lets nobody change.
      - V(refuse) ends with an error before anything is changed.
      - V(warn) leaves them out with a warning each, so that an inventory written for a self-hosted Redis can be kept.
      - A value that is not allowed, for a parameter that is, is refused in either case.
    type: str
    choices: [refuse, warn]
    default: refuse
  wait_timeout:
    description:
      - Seconds to wait for the service when it is not ready for a change, because it is still applying the last one,
        or because a cache that used the group is still being deleted.
    type: int
    default: 600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.tags
  - redisops.cache.attributes
seealso:
  - module: redisops.cache.elasticache_parameter_group_info
  - module: redisops.cache.elasticache_replication_group
  - name: Engine specific parameters
    description: The page of the ElastiCache user guide that describes the parameters of every family.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
"""

EXAMPLES = r"""
- name: Settings of the cache
  redisops.cache.elasticache_parameter_group:
    parameter_group_name: vibewell-redis-params
    family: redis6.x
    description: VibeWell production
    parameters:
      maxmemory-policy: allkeys-lru
      notify-keyspace-events: AKE
      tcp-keepalive: 60
      timeout: 300
    tags:
      Project: vibewell

- name: The same from variables that also serve a self-hosted Redis
  redisops.cache.elasticache_parameter_group:
    parameter_group_name: vibewell-redis-params
    parameters:
      appendonly: true
      maxmemory-policy: allkeys-lru
      maxclients: 10000
    unsupported_parameters: warn

- name: Change one parameter and leave the others alone
  redisops.cache.elasticache_parameter_group:
    parameter_group_name: vibewell-redis-params
    parameters:
      slowlog-log-slower-than: 5000
    purge_parameters: false

- name: Take all parameters back to the engine's defaults
  redisops.cache.elasticache_parameter_group:
    parameter_group_name: vibewell-redis-params
    parameters: {}

- name: Remove the group
  redisops.cache.elasticache_parameter_group:
    parameter_group_name: vibewell-redis-params
    state: absent
"""

RETURN = r"""
changes:
  description:
    - The options that change, each with its value C(before) and C(after) and the C(disruption) of the change. Equal in
      check mode and in the run that follows.
    - The change of O(parameters) holds those that differ alone.
  returned: success, and when a plan is refused
  type: list
  elements: dict
  sample: [{"after": {"timeout": "300"}, "before": {"timeout": "0"}, "disruption": "none", "field": "parameters"}]
parameter_group:
  description: The parameter group as it is after the run; in check mode as it was. V(null) when it does not exist.
  returned: success
  type: dict
  contains:
    arn:
      description: Amazon Resource Name.
      returned: always
      type: str
      sample: arn:aws:elasticache:us-east-1:123456789012:parametergroup:vibewell-redis-params
    description:
      description: Its text.
      returned: always
      type: str
      sample: VibeWell production
    family:
      description: The family that it is for.
      returned: always
      type: str
      sample: redis6.x
    is_global:
      description: Whether it belongs to a global datastore; changes then reach every region of that.
      returned: always
      type: bool
      sample: false
    parameter_group_name:
      description: Its name.
      returned: always
      type: str
      sample: vibewell-redis-params
    parameters:
      description: The parameters that somebody set, as the service writes them. All others have the engine's defaults.
      returned: always
      type: dict
      sample: {"maxmemory-policy": "allkeys-lru", "timeout": "300"}
    pending:
      description: Always empty, since the group holds new values at once.
      returned: always
      type: dict
      sample: {}
    tags:
      description: Its tags. V(null) where they cannot be read.
      returned: always
      type: dict
      sample: {"Project": "vibewell"}
plan:
  description:
    - What the run does, or in check mode would do, in full. C(action) is V(none), V(create), V(modify) or V(delete).
    - C(steps) are the calls in their order, with their arguments and the options that ask for them. C(disruption) is
      the highest of all C(changes), C(warnings) are worth reading before the run.
  returned: success, and when a plan is refused
  type: dict
  sample:
    action: modify
    changes: [{"after": {"timeout": "300"}, "before": {"timeout": "0"}, "disruption": "none", "field": "parameters"}]
    disruption: none
    steps:
      - arguments:
          CacheParameterGroupName: vibewell-redis-params
          ParameterNameValues: [{"ParameterName": "timeout", "ParameterValue": "300"}]
        because: [parameters]
        operation: modify_cache_parameter_group
    warnings: []
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_module
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.resource import ParameterGroup
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.spec import argument_spec


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, ParameterGroup, returns="parameter_group")


if __name__ == "__main__":
    main()
