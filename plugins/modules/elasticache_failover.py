#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: elasticache_failover
short_description: Fail over a shard of an ElastiCache replication group, and measure what its clients see of it
version_added: 0.1.0
description:
  - Lets the service fail over one shard as it does when a primary fails (C(TestFailover)), or with O(promote) makes a
    replica primary that is named.
  - Meanwhile a client of this collection writes numbered keys through the group's endpoint, one after the other, and
    connects anew after each error, as an application does. The longest time between two acknowledged writes is the
    interruption. Afterwards every acknowledged key is read back from the new primary, and those that are lost are
    counted. Then the keys are removed.
  - The client begins before the failover is asked for, so that it is warm. It ends when its own writes, and those of
    whoever connects anew by the endpoint's name, go to the new primary, and with O(wait) when the group is available
    again and the old primary is replaced. The name may lead to the old primary for minutes yet; what that one still
    acknowledges is found to be lost.
  - Everything that speaks against a failover is told at once, before anything is asked of the service.
  - The service tests 15 shards of an account within 24 hours. They are counted by the events of the region. The next
    shard of a group can be tested when the old primary of the one before is replaced, which this module waits for.
  - Each run is another failover, since a failover is an act and no state. A run that finds a test of the same shard
    under way says so and asks for none. That is what becomes of a run after one that was killed.
  - With O(promote) the run changes nothing when that member is primary already.
  - "A user with an access string of its own needs, on keys that begin with O(key_prefix), C(+ping +set +get +del), in
    cluster mode C(+cluster|slots), C(+info) to have the new primary told from the old one, and C(+wait) for
    RV(failover.writes.confirmed)."
author:
  - redisops.cache maintainers (@redisops)
options:
  replication_group_id:
    description: The replication group.
    type: str
    required: true
    aliases: [name]
  confirm:
    description: The name of the replication group once more, since its writes will be interrupted.
    type: str
    required: true
  node_group_id:
    description:
      - The shard, such as V("0001"), in quotes. It must be named when there are several.
    type: str
  promote:
    description:
      - The member (C(CacheClusterId)) to make primary. Without it the service chooses, as in an emergency.
      - The service does so only with cluster mode disabled and with automatic failover and Multi-AZ off, which
        M(redisops.cache.elasticache_replication_group) turns off before and on again after.
    type: str
  measure:
    description:
      - Whether a client writes meanwhile. With V(false) nobody logs in, and the interruption is not known.
      - The client must reach the group from the host on which the module runs.
    type: bool
    default: true
  username:
    description: User to log in as. If not given, the group's user C(default).
    type: str
  password:
    description: Password of the user, or the token of the group. It is sent to groups with encryption in transit only.
    type: str
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, on the host on which the module runs.
      - If not given, the system's authorities are trusted, which is what a managed cache needs.
    type: path
  key_prefix:
    description:
      - Beginning of the names of the keys that are written. Each run adds something of its own.
      - The keys hold a number each, 50 in a second at most. Those that a killed run leaves behind end by themselves,
        after three times O(wait_timeout) and 10 minutes.
    type: str
    default: "redisops:failover:"
  wait:
    description:
      - Whether to wait until the group is available again and the old primary is replaced.
      - With V(false) a run that measures waits for the new primary alone, and a run that does not measure waits for
        nothing.
    type: bool
    default: true
  wait_timeout:
    description: Seconds that any single wait may last.
    type: int
    default: 3600
requirements:
  - redis >= 4.3 (the Python client), unless O(measure=false)
attributes:
  check_mode:
    description:
      - Says in RV(failover) which shard, which primary and which candidates there are, and how many tests are left.
        Refuses what the run would refuse. The client logs in and writes nothing.
      - Where there are several candidates, only the run can tell in RV(ignore:diff) whom the service has chosen.
    support: full
  diff_mode:
    description: Shows the primary before and after.
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: redisops.cache.elasticache_replication_group
  - module: redisops.cache.redis_check
  - name: Testing automatic failover
    description: The page of the ElastiCache user guide that the limits and events come from.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
"""

EXAMPLES = r"""
- name: How long are writes interrupted when the primary fails
  redisops.cache.elasticache_failover:
    replication_group_id: phb-redis-cache
    confirm: phb-redis-cache
    password: "{{ cache_auth_token }}"
  register: drill

- name: Within two minutes, and without a loss that replication does not explain
  ansible.builtin.assert:
    that:
      - drill.failover.interruption_seconds < 120
      - drill.failover.writes.lost_confirmed == 0

- name: The second shard of a cluster
  redisops.cache.elasticache_failover:
    replication_group_id: caroud-sessions
    confirm: caroud-sessions
    node_group_id: "0002"
    password: "{{ cache_auth_token }}"
    key_prefix: "caroud:drill:"

- name: Back to the member in the application's zone, from a machine that does not reach the cache
  redisops.cache.elasticache_failover:
    replication_group_id: vibewell-cache
    confirm: vibewell-cache
    promote: vibewell-cache-001
    measure: false
"""

RETURN = r"""
failover:
  description: What happened, in check mode what would. What is not known, or not measured, is V(null).
  returned: success, and when something went wrong after the failover was asked for
  type: dict
  contains:
    calls_left:
      description: Tests of shards that the service allowed within 24 hours before this run, by this region's events.
      returned: always
      type: int
      sample: 15
    candidates:
      description: The members that could become primary.
      returned: always
      type: list
      elements: str
      sample: [phb-redis-cache-002]
    events:
      description: The service's events of the group and the shard's members since the failover was asked for.
      returned: always
      type: list
      elements: dict
      contains:
        at:
          description: When, by the service's clock.
          returned: always
          type: str
          sample: "2026-11-20T14:03:07+00:00"
        message:
          description: What happened.
          returned: always
          type: str
          sample: Failover from primary node phb-redis-cache-001 to replica node phb-redis-cache-002 completed
        source:
          description: The group or the member.
          returned: always
          type: str
          sample: phb-redis-cache
    finished:
      description: When everything that was waited for had come true, by the clock of the host.
      returned: always
      type: str
      sample: "2026-11-20T14:08:41.017+00:00"
    first_refused:
      description: When the first write of the interruption that failed was begun. V(null) when none failed.
      returned: always
      type: str
      sample: "2026-11-20T14:02:48.871+00:00"
    interrupted_from:
      description: The last acknowledged write before the interruption.
      returned: always
      type: str
      sample: "2026-11-20T14:02:48.850+00:00"
    interrupted_until:
      description: The first acknowledged write after it. V(null) when there was none.
      returned: always
      type: str
      sample: "2026-11-20T14:03:06.262+00:00"
    interruption_seconds:
      description:
        - The longest time between two acknowledged writes since the failover was asked for.
        - Interruptions of less than about 0.1 seconds are the client's own pauses, and those in which replicas confirm.
      returned: always
      type: float
      sample: 17.412
    kind:
      description: V(test), or V(promotion) with O(promote).
      returned: always
      type: str
      sample: test
    longest_error:
      description: What stood in the way of writes for the longest time within the interruption.
      returned: always
      type: str
      sample: nothing listens at the address and port (CONNECTION_REFUSED), for 14.9 seconds
    new_primary:
      description: The member that is primary now.
      returned: always
      type: str
      sample: phb-redis-cache-002
    node_group_id:
      description: The shard.
      returned: always
      type: str
      sample: "0001"
    previous_primary:
      description:
        - The member that was primary.
        - In cluster mode the service tells that with the events alone, unless a client asks the engines.
      returned: always
      type: str
      sample: phb-redis-cache-001
    seconds:
      description: From the request until everything that was waited for had come true.
      returned: always
      type: float
      sample: 352.146
    started:
      description: When the failover was asked for, by the clock of the host.
      returned: always
      type: str
      sample: "2026-11-20T14:02:48.871+00:00"
    writes:
      description: Counts of the client's writes.
      returned: always
      type: dict
      contains:
        acknowledged:
          description: Those that the cache acknowledged.
          returned: always
          type: int
          sample: 15630
        acknowledged_before_failover:
          description: Of these, the ones before the interruption.
          returned: always
          type: int
          sample: 112
        attempted:
          description: All of them.
          returned: always
          type: int
          sample: 15972
        confirmed:
          description:
            - Acknowledged writes that every replica confirmed (C(WAIT), once in a second), so that they must not be
              lost. V(0) where the server or the user's access string does not allow it.
          returned: always
          type: int
          sample: 15604
        lost:
          description:
            - Acknowledged writes that the new primary does not have. Replication is asynchronous, so there may be some.
            - V(null) when the keys could not be read back.
          returned: always
          type: int
          sample: 0
        lost_before_failover:
          description: Of these, the ones that were acknowledged before the interruption.
          returned: always
          type: int
          sample: 0
        lost_confirmed:
          description: Of these, the ones that had been confirmed, which asynchronous replication does not explain.
          returned: always
          type: int
          sample: 0
        refused:
          description: Writes that failed or were not answered.
          returned: always
          type: int
          sample: 342
problems:
  description: Everything that speaks against the failover, as sentences.
  returned: when it is refused
  type: list
  elements: str
  sample: ["replication_group_id: shard 0001 has no replica that could take over."]
"""

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import session_of
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.outcome import Outcome, Unfinished
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.run import fail_over
from ansible_collections.redisops.cache.plugins.module_utils.operations.failover.spec import argument_spec
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import diff


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        outcome = fail_over(session_of(module), module.params, module.check_mode)
    except Refused as refused:
        module.fail_json(msg=str(refused), problems=list(refused.problems))
    except Unfinished as unfinished:
        module.fail_json(msg=str(unfinished), changed=True, **told(unfinished.outcome))
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=not outcome.plan.is_empty, **told(outcome))


def told(outcome: Outcome) -> dict[str, object]:
    for warning in outcome.warnings:
        warn(f"{outcome.name}: {warning}")
    return {"failover": outcome.as_dict(), "diff": diff(outcome.changes)}


if __name__ == "__main__":
    main()
