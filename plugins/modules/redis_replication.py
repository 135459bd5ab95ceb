#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_replication
short_description: Make the Redis or Valkey server of a host a primary or a replica, without undoing a failover
version_added: 0.1.0
description:
  - Asks the Sentinels and the server itself before anything is changed. Whoever was promoted stays the primary,
    whatever the inventory says.
  - Only a server that follows nobody, has no replicas and is not the primary of the Sentinels becomes a replica of
    O(primary_host). A primary that holds keys does not, unless O(discard_data) is set or the Sentinels list it as a
    replica and would do the same.
  - The part is set by REPLICAOF and written down by CONFIG REWRITE, so that a later word of Sentinel replaces it. Keep
    C(replicaof) out of every file of your own.
  - Then waits until a replica has the data of its primary, or the primary has its O(replicas).
  - What would break a later failover is refused. Such are a password without C(masterauth), removed commands that
    Sentinel needs, and a primary without persistence whose service starts it again.
  - With O(hand_over) a primary hands its role to a replica, while writes are held back so that none is lost.
author:
  - redisops.cache maintainers (@redisops)
options:
  primary_host:
    description:
      - Address of the first primary. If it is this server, or not given, the server is the first primary.
      - Sentinels that know the cache stand above it.
    type: str
  primary_port:
    description: Port of the first primary.
    type: int
    default: 6379
  sentinels:
    description:
      - The Sentinels to ask, as C(host:port) or C(host). One that does not answer is left out with a warning.
      - Of several answers the one with the newest configuration epoch counts.
    type: list
    elements: str
    default: []
  sentinel_name:
    description: Name under which the Sentinels monitor the cache. Required with O(sentinels).
    type: str
  sentinel_username:
    description: User of the Sentinels, where they have ACL users.
    type: str
  sentinel_password:
    description: Password of the Sentinels.
    type: str
  sentinel_tls:
    description: Whether the Sentinels speak TLS.
    type: bool
    default: false
  sentinel_ca_path:
    description: File with the certificate authorities of the Sentinels. If not given, those of the system.
    type: path
  sentinel_certificate:
    description: File with this host's certificate, for Sentinels that ask for one (C(tls-auth-clients)).
    type: path
  sentinel_key:
    description: File with the key of O(sentinel_certificate).
    type: path
  sentinel_timeout:
    description: Seconds to wait for each single connect to and answer of a Sentinel.
    type: float
    default: 2.0
  replicas:
    description: How many replicas a primary must have in sync. If fewer are after O(wait_timeout), the module fails.
    type: int
  hand_over:
    description:
      - Whether a primary hands its role to a replica. A replica is left as it is.
      - "With Sentinels by C(SENTINEL FAILOVER), otherwise by C(FAILOVER) (Redis 6.2). Writes are held back
        meanwhile, for as long as it takes and 30 seconds at most."
    type: bool
    default: false
  repoint:
    description:
      - Whether a replica that is in sync with another server than O(primary_host) is made a replica of O(primary_host).
      - Without it such a replica is kept, since without Sentinels nobody knows whether that server was promoted.
    type: bool
    default: false
  discard_data:
    description: Whether a primary that holds keys may become a replica, which deletes them.
    type: bool
    default: false
  service:
    description: The server's systemd unit, of which is asked whether it starts the server again by itself (C(Restart)).
    type: str
  wait_timeout:
    description: Seconds to wait for replicas to be in sync. With V(0) nothing is awaited.
    type: float
    default: 60.0
attributes:
  check_mode:
    description: Returns RV(changes) and C(diff) exactly as the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows the role before and after.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
seealso:
  - module: redisops.cache.redis_sentinel
  - name: High availability with Redis Sentinel
    description: What Sentinels do, and what they expect.
    link: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
"""

EXAMPLES = r"""
- name: The first host is the first primary, the others follow it, until the Sentinels decide otherwise
  redisops.cache.redis_replication:
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    primary_host: 10.20.1.11
    sentinels: [10.20.1.11, 10.20.1.12, 10.20.1.13]
    sentinel_name: shop
    sentinel_password: "{{ shop_sentinel_password }}"
    service: redis-server.service

- name: Before the maintenance of a host its server is no primary
  redisops.cache.redis_replication:
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    sentinels: [10.20.1.11, 10.20.1.12, 10.20.1.13]
    sentinel_name: shop
    sentinel_password: "{{ shop_sentinel_password }}"
    hand_over: true
"""

RETURN = r"""
changes:
  description: What changed, or would change in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    field:
      description: V(role), or V(persisted) where the role is right but not written down.
      returned: always
      type: str
      sample: role
    before:
      description: What it was.
      returned: always
      type: str
      sample: primary
    after:
      description: What it becomes.
      returned: always
      type: str
      sample: replica of 10.20.1.11:6379
    disruption:
      description: What clients notice.
      returned: always
      type: str
      sample: connections
in_sync:
  description: Of a replica, whether its link to the primary works and it has the data.
  returned: success
  type: bool
  sample: true
offset:
  description: Replication offset of the server.
  returned: success
  type: int
  sample: 34231
primary:
  description: Whom the server follows. V(null) when it is the primary.
  returned: success
  type: dict
  sample: {"host": 10.20.1.11, "port": 6379}
replicas:
  description: The replicas that are connected to the server.
  returned: success
  type: list
  elements: dict
  sample: [{"host": 10.20.1.12, "port": 6379, "state": online, "offset": 34231}]
role:
  description: V(primary) or V(replica). In check mode the present one.
  returned: success
  type: str
  sample: replica
sentinels_primary:
  description: The primary by the word of the Sentinels when the module began. V(null) when none knows the cache.
  returned: success
  type: str
  sample: 10.20.1.11:6379
"""

import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import diff
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.arguments import (
    replication_arguments,
    spec_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.replication.run import run_replication
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(
        argument_spec=replication_arguments(),
        required_by={"sentinel_certificate": "sentinel_key"},
        supports_check_mode=True,
    )
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    params = module.params
    try:
        outcome = run_replication(params["config_file"], login_from(params), spec_from(params), time, module.check_mode)
    except Refused as refused:
        changes = [change.to_dict() for change in refused.plan.changes] if refused.plan else []
        module.fail_json(msg=str(refused), changes=changes)
    except (Failure, OSError, ValueError) as error:
        module.fail_json(msg=str(error), changes=[])
    for warning in outcome.plan.warnings:
        module.warn(warning)
    plan = outcome.plan
    changes = [change.to_dict() for change in plan.changes]
    module.exit_json(changed=bool(changes), changes=changes, diff=diff(plan), **outcome.as_dict())


if __name__ == "__main__":
    main()
