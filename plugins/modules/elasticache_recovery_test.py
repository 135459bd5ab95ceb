#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_recovery_test
short_description: Prove that a replication group can be restored from its snapshot, and measure how long that takes
version_added: 0.1.0
description:
  - Restores a snapshot into a temporary replication group, reads it, compares it with what was saved, and removes the
    temporary group. The cache itself is only read.
  - The recovery time is measured from the start of the run to the first read that the restored group answers, the
    recovery point is the age of the snapshot at the start. Both are held against the objectives.
  - The temporary group has the subnets, the security groups, and the encryption of the group that it stands for, and a
    random token that is never shown. It has one node for each shard, no replicas, and no snapshots.
  - It is named after the group (C(orders-recovery-test) for C(orders); a long name is cut, and a hash makes up for it)
    and tagged with C(redisops.cache/recovery-test-of). It is removed however the test ends, also when it fails or is
    ended by a signal. What a run leaves that is killed, or loses its machine, the next run finds by name and tag and
    removes first. A group of that name without the tag, or whose tags cannot be read, is refused, and neither changed
    nor deleted even if it turns up while the test runs.
  - "What is compared, with O(comparison=auto): (1) If a digest and a number of keys are recorded on the snapshot, the
    digest of what was restored has to be equal, and the cache is not read. The role P(redisops.cache.cache_backup#role)
    records them of a quiet cache, in the tags C(redisops.cache/digest) and C(redisops.cache/key-count), and the number
    of keys with a time to live in C(redisops.cache/expiring-keys). (2) Else the digests of both groups are made, see
    M(redisops.cache.redis_keyspace_info). Equal ones prove that the data is identical. (3) They differ as soon as the
    cache was written to after its snapshot. Then the numbers of keys have to be within O(count_tolerance), and
    RV(drill.comparison) says in C(why) why it was only numbers."
  - Keys with a time to live expire in the temporary group as they do in the cache, and those whose time is over are not
    even loaded. They are no loss. The server counts them, and a difference which that number explains is not held
    against the restore, as long as the other side has as many keys with a time to live. Keys that never expire cannot
    be missing for that reason. A server before 7.0 does not tell the number; there as many can have expired as the
    other side has keys with a time to live.
  - Equal digests do not prove anything about values of types that modules bring, since those values are not in them.
    Such data is compared by numbers, and never called identical. Functions, users, and settings are not compared.
  - The age of the snapshot is reckoned by the clock of the service, whatever the clock of this machine says.
author:
  - redisops.cache maintainers (@redisops)
options:
  replication_group_id:
    description:
      - The replication group whose recovery is tested.
      - It need not exist any more, as long as a snapshot of it does. What was restored is then compared with what is
        recorded on the snapshot, or with nothing.
    type: str
    required: true
    aliases: [name]
  snapshot_name:
    description:
      - The snapshot of the group to restore.
      - If not given, the newest automatic one, or, where there is none, the newest one made by hand.
    type: str
  node_type:
    description:
      - Node type of the temporary group.
      - If not given, the smallest one of the snapshot's family that holds its largest shard, beside the memory that the
        parameter group reserves.
    type: str
  recovery_time_objective:
    description: Seconds within which a restored group has to answer the first read. If not given, it is only measured.
    type: int
  recovery_point_objective:
    description: Seconds that the snapshot may be old. If not given, its age is only measured.
    type: int
  comparison:
    description:
      - V(auto) compares as well as it can be done, as described above.
      - V(digest) demands proof. The test fails unless the digests are equal, even where the difference is explained.
      - V(counts) compares the numbers of keys alone, which reads nothing but C(INFO).
    type: str
    choices: [auto, digest, counts]
    default: auto
  count_tolerance:
    description: Percent of the larger number by which the numbers of keys may differ, 0 to 100.
    type: float
    default: 5.0
  username:
    description: User to read the cache as. If not given, its user C(default). Needs O(password).
    type: str
  password:
    description:
      - The user's password, or the token of the cache. If not given, the cache must not want one.
      - Not needed where nothing is read of the cache, i.e. where a digest is recorded on the snapshot.
    type: str
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, on the host on which the module runs.
      - If not given, the system's authorities are trusted, which is what ElastiCache needs.
    type: path
  rate_limit:
    description:
      - The most keys of the cache to read in a second, so that its users are not hurt. With V(0) as many as it answers.
      - The temporary group is always read as fast as it answers.
    type: float
    default: 0.0
  wait_timeout:
    description:
      - Seconds that any single wait may last, for instance the one for the temporary group to be available.
      - Its removal is waited for an hour at least.
    type: int
    default: 3600
  fail:
    description:
      - Whether a failed test fails the task. With V(false), the caller has to look at RV(drill.passed), for instance
        after it has written a report.
      - A test that cannot begin, or that was interrupted, fails in any case.
    type: bool
    default: true
attributes:
  check_mode:
    description:
      - Looks for everything that stands in the way, and returns which snapshot would be restored into what (RV(drill)
        and RV(plan)). Makes nothing.
    support: full
  diff_mode:
    description: There is nothing to show, since what is made is removed again.
    support: N/A
notes:
  - Runs where the cache can be reached, as its clients do, since it reads through the endpoints of both groups.
  - The temporary group costs what its nodes cost for as long as it exists, and counts against the quota of nodes.
  - One test of a group at a time. A second one takes the temporary group of the first for a leftover, and removes it;
    the first then fails, and leaves the group of the second alone.
  - A signal (C(SIGTERM), C(SIGINT), C(SIGHUP)) ends the test, not the removal. ElastiCache deletes no group that is
    being created, so that this may take some minutes. Further signals are ignored meanwhile; C(SIGKILL) cannot be. A
    signal that the run was started to ignore, as by C(nohup), stays ignored.
  - RV(ignore:changed) is whether there is anything that was not before, or the other way round, i.e. whether a leftover
    was removed, or the temporary group could not be.
  - Removing a leftover, and the time it takes, is no part of the recovery time.
requirements:
  - redis >= 4.3 (the Python client)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: redisops.cache.elasticache_snapshot
  - module: redisops.cache.elasticache_replication_group
  - module: redisops.cache.redis_keyspace_info
  - plugin: redisops.cache.recovery_report_chart
    plugin_type: filter
"""

EXAMPLES = r"""
- name: The monthly test, with the objectives of one day and half an hour
  redisops.cache.elasticache_recovery_test:
    replication_group_id: vibewell-redis
    recovery_point_objective: 86400
    recovery_time_objective: 1800
    password: "{{ lookup('amazon.aws.secretsmanager_secret', 'vibewell/redis-token') }}"
    rate_limit: 5000

- name: What would be restored into what
  redisops.cache.elasticache_recovery_test:
    replication_group_id: vibewell-redis
    password: "{{ cache_auth_token }}"
  check_mode: true
  register: preview

- name: Prove that a snapshot holds what the cache held, before a migration
  redisops.cache.elasticache_recovery_test:
    replication_group_id: phb-redis-cache
    snapshot_name: phb-redis-before-migration-20261120
    comparison: digest

- name: A test whose failure is reported before it fails the play
  redisops.cache.elasticache_recovery_test:
    replication_group_id: vibewell-redis
    password: "{{ cache_auth_token }}"
    fail: false
  register: tested

- name: Tell the others
  ansible.builtin.debug:
    msg: "{{ tested.drill.problems }}"

- name: Fail now
  ansible.builtin.assert:
    that: tested.drill.passed
"""

RETURN = r"""
drill:
  description: What was tested, measured and found. Without a secret, and ready to be kept as a record of the test.
  returned: always, unless the test could not begin
  type: dict
  contains:
    comparison:
      description:
        - C(method) is V(recorded_digest), V(recorded_count), V(digest), V(counts), or V(none) where there was nothing
          to compare with.
        - C(identical) is true only where equal digests prove it. C(source_keys) and C(restored_keys) are the numbers
          compared, C(expired_keys) how many keys of the snapshot have expired since (V(null) where the server does not
          tell), C(why) is the reasoning in words.
        - V(null) when the test did not come that far.
      returned: always
      type: dict
      sample:
        expired_keys: 0
        identical: true
        method: digest
        restored_keys: 100000
        source_keys: 100000
        why: the digests are equal
    node_type:
      description: Node type of the temporary group.
      returned: always
      type: str
      sample: cache.t3.medium
    objectives:
      description: The objectives, C(recovery_time_seconds) and C(recovery_point_seconds), V(null) where none was given.
      returned: always
      type: dict
      sample: {"recovery_point_seconds": 86400, "recovery_time_seconds": 1800}
    passed:
      description: Whether there are no C(problems). V(null) in check mode.
      returned: always
      type: bool
      sample: true
    phases:
      description:
        - What the run did, in order, and the seconds that it took. C(prepare), C(remove_leftover) where there was one,
          C(restore), C(first_read), C(compare), C(remove).
      returned: always
      type: list
      elements: dict
      sample: [{"name": "prepare", "seconds": 1.204}, {"name": "restore", "seconds": 482.5}]
    problems:
      description: Why the test failed, as sentences.
      returned: always
      type: list
      elements: str
      sample: ["recovery_time_objective: it took 2012.4 seconds to the first read, the objective is 1800."]
    recovery_point_seconds:
      description: Age of the snapshot at the start, by the clock of the service.
      returned: always
      type: float
      sample: 41822.0
    recovery_time_seconds:
      description:
        - From the start to the first read, without the removal of a leftover. V(null) if nothing could be read.
      returned: always
      type: float
      sample: 486.9
    removed:
      description:
        - Whether nothing is left of the temporary group, or of that of an earlier run. If V(false), it goes on costing
          money, and a warning says so.
        - V(null) in check mode.
      returned: always
      type: bool
      sample: true
    replication_group_id:
      description: The group whose recovery was tested.
      returned: always
      type: str
      sample: vibewell-redis
    snapshot_created:
      description: Moment of the snapshot's data, as ISO 8601 in UTC.
      returned: always
      type: str
      sample: "2026-11-20T02:04:11+00:00"
    snapshot_name:
      description: The snapshot that was restored.
      returned: always
      type: str
      sample: automatic.vibewell-redis-002-2026-11-20-02-03
    started:
      description: Start of the run by the clock of the service, as ISO 8601 in UTC.
      returned: always
      type: str
      sample: "2026-11-20T13:41:13+00:00"
    temporary_group_id:
      description: The temporary group.
      returned: always
      type: str
      sample: vibewell-redis-recovery-test
plan:
  description:
    - How the temporary group is made, as RV(redisops.cache.elasticache_replication_group#module:plan). Equal in check
      mode and in the run that follows.
  returned: always, unless the test could not begin
  type: dict
  sample: {"action": "create", "changes": [], "disruption": "none", "steps": [], "warnings": []}
problems:
  description: Why the test cannot begin, as sentences.
  returned: when it cannot begin
  type: list
  elements: str
  sample: ["phb-redis-cache has no snapshot that is available (phb-1 is creating); run again when one is."]
"""

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import session_of
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.arguments import (
    argument_spec,
    build_request,
)
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.drill import run_drill
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.outlook import Outside
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused, sentence
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    try:
        request = build_request(module.params)
        drill, outlook = run_drill(session_of(module), request, Outside(), module.check_mode)
    except Refused as refused:
        module.fail_json(msg=str(refused), problems=list(refused.problems))
    except Failure as failure:
        module.fail_json(msg=str(failure))
    for warning in drill.warnings:
        warn(warning)
    changed = outlook.leftover is not None or drill.removed is False
    results = {"changed": changed, "drill": as_dict(drill), "plan": outlook.plan.to_dict()}
    if drill.interrupted_by or (drill.problems and module.params["fail"]):
        module.fail_json(msg=sentence(drill.problems), **results)
    module.exit_json(**results)


if __name__ == "__main__":
    main()
