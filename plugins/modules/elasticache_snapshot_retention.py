#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_snapshot_retention
short_description: Delete old manual snapshots of an ElastiCache cache
version_added: 0.1.0
description:
  - ElastiCache removes automatic snapshots by itself. Those made by hand stay, and cost money, until somebody deletes
    them. This module does, for one cache and by a rule.
  - A snapshot goes when O(names) or O(name_prefixes) cover it, it is not among the newest O(keep_last) of those, and it
    is older than O(keep_days), if that is given.
  - Automatic snapshots, snapshots that no name or prefix covers, snapshots of other caches, and snapshots that are not
    available are never touched, and do not count among the newest either.
  - The cache itself need not exist any longer.
  - Check mode tells which snapshots would go. A run deletes no other than those that its first look has found, oldest
    first. One that was interrupted is simply run again.
author:
  - redisops.cache maintainers (@redisops)
options:
  replication_group_id:
    description:
      - Replication group whose snapshots are meant, with cluster mode disabled those of all its members.
      - Exactly one of O(replication_group_id), O(cache_cluster_id) and O(serverless_cache_name) is given.
    type: str
  cache_cluster_id:
    description: Cluster, or member of a replication group, whose snapshots are meant.
    type: str
  serverless_cache_name:
    description: Serverless cache whose snapshots are meant.
    type: str
  keep_last:
    description: How many of the newest snapshots stay, however old they are. At least 1.
    type: int
    default: 1
  keep_days:
    description: Days for which a snapshot stays in any case, at least 1. When not given, age does not matter.
    type: int
  name_prefixes:
    description: Beginnings of the names of snapshots that may be deleted. Either this or O(names) is needed.
    type: list
    elements: str
    default: []
  names:
    description: Whole names of snapshots that may be deleted.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - redisops.cache.waiting
  - redisops.cache.attributes
seealso:
  - module: redisops.cache.elasticache_snapshot
  - module: redisops.cache.elasticache_snapshot_info
  - name: Deleting a backup
    description: The page of the ElastiCache user guide on how long backups stay.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-deleting.html
"""

EXAMPLES = r"""
- name: The newest three snapshots before migrations stay, and all of the last 30 days
  redisops.cache.elasticache_snapshot_retention:
    replication_group_id: phb-redis-cache
    name_prefixes:
      - phb-redis-before-migration-
    keep_last: 3
    keep_days: 30

- name: Which snapshots of a serverless cache would go
  redisops.cache.elasticache_snapshot_retention:
    serverless_cache_name: storefront
    name_prefixes:
      - storefront-weekly-
    keep_last: 4
  check_mode: true
  register: preview

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ preview.deleted }} would go, {{ preview.kept | map(attribute='snapshot_name') }} would stay"
"""

RETURN = r"""
changes:
  description:
    - The names of all snapshots of the cache C(before) and C(after), newest first, when any goes.
    - Equal in check mode and in the run that follows.
  returned: success
  type: list
  elements: dict
  sample: [{"after": ["nightly-2"], "before": ["nightly-2", "nightly-1"], "disruption": "none", "field": "snapshots"}]
deleted:
  description: The names of the snapshots that go, in the order of their deletion.
  returned: success
  type: list
  elements: str
  sample: [nightly-1]
kept:
  description: The snapshots of the cache that stay, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    because:
      description: Why it stays.
      returned: always
      type: str
      sample: it is the newest
    snapshot_name:
      description: Its name.
      returned: always
      type: str
      sample: nightly-2
plan:
  description:
    - What the run does, or in check mode would do, in full. C(action) is V(none) or V(delete), C(steps) are the calls.
  returned: success
  type: dict
  sample:
    action: delete
    changes: [{"after": ["b"], "before": ["b", "a"], "disruption": "none", "field": "snapshots"}]
    disruption: none
    steps: [{"arguments": {"SnapshotName": "a"}, "because": ["keep_last"], "operation": "delete_snapshot"}]
    warnings: []
"""

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import run_module
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.resource import (
    SnapshotRetention,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.snapshot_retention.spec import argument_spec


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_module(module, SnapshotRetention, None, "deleted", "kept")


if __name__ == "__main__":
    main()
