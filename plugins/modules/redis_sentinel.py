#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_sentinel
short_description: Let the Sentinel of a host monitor a Redis or Valkey primary
version_added: 0.1.0
description:
  - Says what the Sentinel is to monitor by its own commands C(SENTINEL MONITOR), C(SET), C(REMOVE) and C(CONFIG SET).
    Its file stays its own, so what it learned (the present primary, replicas, other Sentinels, epochs) survives.
  - A cache that is monitored already keeps the primary that the Sentinel has, be it another than O(primary_host).
  - The example that Debian's package monitors (C(mymaster) at C(127.0.0.1:6379)) is removed.
  - "What a Sentinel reads only when it starts (O(directives): address, TLS, password) is edited in its file while it is
    stopped, since a running one writes its file anew from what it knows. If it does not start, the file is put back."
  - It is also restarted when its TLS files or its program are newer than the process. It waits for the quorum then, so
    that a play with C(throttle=1) restarts one after the other.
author:
  - redisops.cache maintainers (@redisops)
options:
  config_file:
    description: The Sentinel's own file, such as V(/etc/redis/sentinel.conf).
  name:
    description: Name of the cache, under which clients ask the Sentinel for the primary.
    type: str
    required: true
  state:
    description: Whether the cache is monitored.
    type: str
    choices: [absent, present]
    default: present
  primary_host:
    description: Address of the primary. Required for a cache that is not monitored yet.
    type: str
  primary_port:
    description: Port of the primary.
    type: int
    default: 6379
  quorum:
    description: How many Sentinels must agree that the primary is down. For a new cache V(1), unless given.
    type: int
  down_after_milliseconds:
    description: For how long the primary must not answer.
    type: int
  failover_timeout:
    description: Milliseconds after which a failover that does not come to its end is given up.
    type: int
  parallel_syncs:
    description: How many replicas follow the new primary at the same time.
    type: int
  auth_user:
    description: ACL user of the servers as whom Sentinel works. An empty one stands for C(default).
    type: str
  auth_password:
    description: Password of O(auth_user) on the servers. Sentinel writes it without quotes, so it can have no blanks.
    type: str
  renamed_commands:
    description:
      - The new names that the servers give to commands, from name to new name. Those that Sentinel uses are told to it.
      - The map has to have C(SLAVEOF), by which Sentinel calls the command on every version.
      - A removed command that Sentinel needs is refused. So is a new name for AUTH, PING and PUBLISH, which it
        uses with other Sentinels too.
    type: dict
  announce_hostnames:
    description: Whether clients are told host names instead of addresses.
    type: bool
  announce_ip:
    description: Address by which the other Sentinels reach this one.
    type: str
  announce_port:
    description: Port by which the other Sentinels reach this one.
    type: int
  resolve_hostnames:
    description: Whether host names are accepted as addresses.
    type: bool
  sentinel_user:
    description: ACL user of the other Sentinels as whom this one logs in to them.
    type: str
  sentinel_password:
    description: Password of the other Sentinels. It is C(requirepass) on each of them.
    type: str
  directives:
    description:
      - Directives of the Sentinel itself, such as C(port), C(bind), C(unixsocket), C(tls-port), C(protected-mode).
      - A string may hold several words; a list is one line for each entry; V([]) removes the directive.
    type: dict
    default: {}
  secret_directives:
    description: The same for C(requirepass) and other secrets. An empty one removes the directive.
    type: dict
    default: {}
  service:
    description: The Sentinel's systemd unit. If not given, what needs a start or restart is refused.
    type: str
  await_quorum:
    description: Whether to wait until enough Sentinels see one another to decide on a failover.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait for the quorum, which is always done after a restart of a Sentinel that had it.
    type: float
    default: 60.0
attributes:
  check_mode:
    description: Returns RV(changes) and C(diff) exactly as the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows every setting that changes; secrets appear as a fixed marker.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
seealso:
  - module: redisops.cache.redis_replication
  - name: High availability with Redis Sentinel
    description: What Sentinels do, and what they expect.
    link: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
"""

EXAMPLES = r"""
- name: Three Sentinels look after the cache, restarted one after the other where that is needed
  redisops.cache.redis_sentinel:
    config_file: /etc/redis/sentinel.conf
    name: shop
    primary_host: 10.20.1.11
    quorum: 2
    down_after_milliseconds: 5000
    auth_user: sentinel
    auth_password: "{{ shop_sentinel_user_password }}"
    announce_ip: "{{ ansible_host }}"
    sentinel_password: "{{ shop_sentinel_password }}"
    directives:
      bind: "127.0.0.1 {{ ansible_host }}"
      port: 26379
      unixsocket: /run/sentinel/redis-sentinel.sock
      unixsocketperm: 700
    secret_directives:
      requirepass: "{{ shop_sentinel_password }}"
    service: redis-sentinel.service
  throttle: 1

- name: It is no longer looked after
  redisops.cache.redis_sentinel:
    config_file: /etc/redis/sentinel.conf
    name: shop
    state: absent
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    field:
      description: Name of the setting, as Sentinel has it.
      returned: always
      type: str
      sample: down-after-milliseconds
    before:
      description: What it was.
      returned: always
      type: raw
      sample: "30000"
    after:
      description: What it becomes.
      returned: always
      type: raw
      sample: "5000"
    disruption:
      description: What clients notice.
      returned: always
      type: str
      sample: none
has_quorum:
  description: Whether enough Sentinels see one another to decide on a failover (C(SENTINEL CKQUORUM)).
  returned: success
  type: bool
  sample: true
primary:
  description: The primary as the Sentinel has it. V(null) when the cache is not monitored.
  returned: success
  type: dict
  sample: {"host": 10.20.1.11, "port": 6379}
replicas:
  description: How many replicas the Sentinel knows.
  returned: success
  type: int
  sample: 2
restarted:
  description: Whether the Sentinel was, or would be, started anew.
  returned: success
  type: bool
  sample: false
sentinels:
  description: How many Sentinels there are, as this one sees it.
  returned: success
  type: int
  sample: 3
"""

import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import diff
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import misplaced_secrets
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinel.arguments import (
    sentinel_arguments,
    spec_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.sentinel.run import SentinelRun
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import SystemdUnit
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=sentinel_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    params = module.params
    service = SystemdUnit(params["service"]) if params["service"] else None
    module.no_log_values.update(misplaced_secrets(params["directives"]))
    run = SentinelRun(params["config_file"], login_from(params), service, time, params["wait_timeout"])
    try:
        outcome = run.run(spec_from(params), module.check_mode)
    except Refused as refused:
        changes = [change.to_dict() for change in refused.plan.changes] if refused.plan else []
        module.fail_json(msg=str(refused), changes=changes)
    except (Failure, OSError, ValueError) as error:
        module.fail_json(msg=str(error), changes=[])
    for warning in outcome.plan.warnings:
        module.warn(warning)
    changes = [change.to_dict() for change in outcome.plan.changes]
    module.exit_json(changed=bool(changes), changes=changes, diff=diff(outcome.plan), **outcome.as_dict())


if __name__ == "__main__":
    main()
