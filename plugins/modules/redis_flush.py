#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_flush
short_description: Delete all keys of a Redis or Valkey server, after a snapshot
version_added: 0.1.0
description:
  - Runs C(FLUSHDB) for one database, or C(FLUSHALL) for all of them, on a managed cache or on a server of one's own;
    in cluster mode on every primary.
  - A snapshot is taken first, unless O(snapshot=false). The flush begins when it is available, and not otherwise.
  - "Everything is looked at before anything is done: O(confirm), the login at every primary, that each is one (a
    replica is refused), that it knows the command and this user may run it now, that it has the database, and that the
    snapshot can be taken. After the snapshot, all that is about servers is looked at once more."
  - The command is asked about by queueing it in a transaction (C(MULTI)) that is discarded, so no right beyond those of
    the flush is needed. Of a user who may use no transactions, it is not known beforehand.
  - Where there are no keys, nothing is changed, and no snapshot taken.
  - "A user with an access string of its own needs C(+flushdb) or C(+flushall), and C(+ping +info +select +dbsize +multi
    +discard); in cluster mode C(+cluster|slots) too."
author:
  - redisops.cache maintainers (@redisops)
options:
  all_databases:
    description: Whether to flush all databases. Either this or O(database) has to be given.
    type: bool
    default: false
  backup_dir:
    description:
      - Directory on this host for a backup, made as M(redisops.cache.redis_backup) makes it. Needs O(config_file).
      - No older backup is removed for it.
    type: path
  cluster_mode:
    description:
      - Whether the server runs in cluster mode (for ElastiCache, cluster mode enabled, and serverless caches).
      - All primaries, as C(CLUSTER SLOTS) names them, are flushed one after the other, with the same login.
      - A server in cluster mode is refused without it, since the other nodes would keep their keys.
    type: bool
    default: false
  config_file:
    description:
      - Main configuration file of the server of this very host, such as V(/etc/redis/redis.conf), in place of O(host).
      - It says where the server listens (C(unixsocket) before C(port)) and what its commands are called. Of the options
        for a connection, only O(username), O(password) and O(timeout) are used then.
    type: path
  confirm:
    description: The same as O(name), once more. Otherwise nothing is touched.
    type: str
    required: true
  database:
    description: Number of the one database to flush. Either this or O(all_databases) has to be given.
    type: int
  db:
    description: Database of the login. What is flushed is the matter of O(database).
    type: int
    default: 0
  flush_mode:
    description:
      - V(async) takes all keys away at once, and gives their memory back in the background.
      - V(sync) gives the memory back first. The server answers nobody meanwhile, and O(timeout) has to be long enough.
    type: str
    choices: [async, sync]
    default: async
  host:
    description:
      - Name or address of the server, or of a cache's endpoint. Either this or O(config_file) has to be given.
      - With O(tls=true) the server's certificate must be for it.
      - With O(replication_group_id) or O(serverless_cache_name), it has to be an endpoint of that cache, so that the
        snapshot is one of what is flushed.
    type: str
    required: false
  login_secret_file:
    description:
      - File on this host with the password of the server's user C(redisops), as whom this collection's modules work on
        the host. Needs O(config_file).
      - A file that does not exist is left out. The other ways to log in are tried in turn, as in
        M(redisops.cache.redis_backup).
    type: path
  name:
    description: The cache's name, as its owner knows it. Messages have it, and O(confirm) has to repeat it.
    type: str
    required: true
  renamed_commands:
    description:
      - "For a server whose configuration has C(rename-command): the names by which it knows its commands, each by the
        command's own name, such as V({FLUSHALL: flush-8e1f0c})."
      - Not with O(config_file), which tells them.
    type: dict
    default: {}
  replication_group_id:
    description: The ElastiCache replication group of which a snapshot is taken.
    type: str
  serverless_cache_name:
    description: The ElastiCache serverless cache of which a snapshot is taken.
    type: str
  snapshot:
    description:
      - Whether to take a snapshot first. One of O(replication_group_id), O(serverless_cache_name) and O(backup_dir)
        then says where.
      - V(false) is for data that may be lost, and for caches whose snapshot was taken by other means.
    type: bool
    default: true
  snapshot_max_age:
    description:
      - How many seconds old a snapshot named O(snapshot_name) may be that is there already.
      - A younger one is taken for that of a run that was ended before its flush, and no other is taken; what was
        written since is lost by the flush, and a warning says so. An older one is refused for that reason, and with
        V(0) any.
    type: int
    default: 3600
  snapshot_name:
    description:
      - Name of the snapshot. If not given, C(CACHE-before-flush-N), on a host C(before-flush-N), with the number after
        the highest that is there. A run that was ended before its flush then takes another one when it is repeated.
      - A cache's name of more than 22 characters is cut there and followed by a hash, since the console takes no name
        of a backup that is longer than 40.
    type: str
  wait_timeout:
    description: Seconds to wait for the snapshot.
    type: int
    default: 3600
attributes:
  check_mode:
    description: Everything is looked at, keys are counted, and the snapshot is planned; nothing is changed.
    support: full
  diff_mode:
    description: Shows the number of keys of each database.
    support: full
notes:
  - Keys that are written while the flush goes on, or right after it, stay. They are counted in RV(remaining), and are
    no failure.
  - A snapshot of a managed cache needs C(boto3) where the module runs, and the permissions of
    M(redisops.cache.elasticache_snapshot) with C(elasticache:DescribeReplicationGroups) and
    C(elasticache:DescribeCacheClusters), or C(elasticache:DescribeServerlessCaches). Without one, neither C(boto3) nor
    a region is needed.
  - With cluster mode disabled, the snapshot of a replication group is one of its primary, although that takes memory
    there, since a replica may have fallen behind.
  - Of a cluster of one's own a snapshot cannot be taken here. Make a backup on each host
    (M(redisops.cache.redis_backup)), and flush with O(snapshot=false).
extends_documentation_fragment:
  - redisops.cache.redis_connection
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: redisops.cache.elasticache_snapshot
  - module: redisops.cache.redis_backup
  - module: redisops.cache.redis_restore
"""

EXAMPLES = r"""
- name: Empty database 1 of a managed cache, after a snapshot
  redisops.cache.redis_flush:
    name: phb-redis
    confirm: "{{ confirm | default('') }}"
    host: "{{ cache_primary_endpoint }}"
    password: "{{ cache_auth_token }}"
    database: 1
    replication_group_id: phb-redis
    region: us-east-1
  register: flushed

- name: Where the data is now
  ansible.builtin.debug:
    msg: "{{ flushed.flushed['1'] | default(0) }} keys are in the snapshot {{ flushed.snapshot }} only"
  when: flushed is changed

- name: All shards of a cluster whose data can be computed again
  redisops.cache.redis_flush:
    name: sessions
    confirm: sessions
    host: "{{ cache_configuration_endpoint }}"
    password: "{{ cache_auth_token }}"
    cluster_mode: true
    all_databases: true
    snapshot: false

- name: The server of this host, after a backup
  redisops.cache.redis_flush:
    name: "{{ inventory_hostname }}"
    confirm: "{{ confirm | default('') }}"
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    all_databases: true
    backup_dir: /var/backups/redisops/default
    snapshot_name: before-the-import

- name: A server that calls the command otherwise
  redisops.cache.redis_flush:
    name: coalition
    confirm: coalition
    host: coalition.example.com
    tls: false
    username: operator
    password: "{{ operator_password }}"
    all_databases: true
    renamed_commands:
      FLUSHALL: "{{ renamed_flushall }}"
    snapshot: false
"""

RETURN = r"""
changes:
  description: The snapshot that is taken, and the databases that are flushed with the number of their keys.
  returned: success
  type: list
  elements: dict
  sample:
    - {"change": "snapshot", "snapshot": "phb-redis-before-flush-1"}
    - {"change": "flushed", "database": "1", "keys": 48211}
flushed:
  description:
    - How many keys went, by database, of all primaries together. In check mode, how many would go.
    - Databases without keys are left out.
  returned: success
  type: dict
  sample: {"1": 48211}
msg:
  description: What went wrong and what to do about it, and how far the flush came.
  returned: failure
  type: str
  sample: "10.0.0.12:6379 is a replica, which gets its data from 10.0.0.11:6379: flush that one, and it follows."
nodes:
  description:
    - The primaries that were flushed, or would be in check mode, as host and port; with O(config_file), that.
    - When the flush fails midway, those that were flushed before.
  returned: success, or when the flush fails midway
  type: list
  elements: str
  sample: ["phb-redis.example.com:6379"]
problems:
  description: Everything that speaks against the flush, one sentence each. Nothing was done.
  returned: when it is refused
  type: list
  elements: str
  sample: ["confirm: a flush deletes data. If phb-redis is meant, confirm has to be 'phb-redis'; it was empty."]
remaining:
  description: How many keys there are after the flush, by database, since clients went on writing.
  returned: success, when something was flushed
  type: dict
  sample: {}
snapshot:
  description: Name of the snapshot or backup that has the data. V(null) without one.
  returned: success, or when the flush fails midway
  type: str
  sample: phb-redis-before-flush-1
snapshot_created:
  description: The moment of the snapshot's data, in UTC. V(null) in check mode for one that is not there yet.
  returned: success, or when the flush fails midway
  type: str
  sample: "2026-01-31T02:00:00+00:00"
snapshot_path:
  description: Directory of the backup on this host. V(null) for a snapshot that a service keeps.
  returned: success, or when the flush fails midway
  type: str
  sample: /var/backups/redisops/default/before-flush-1
"""

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.botocore import HAS_BOTO3
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.redisops.cache.plugins.module_utils.aws.run import session_of
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.arguments import argument_spec, needs_aws
from ansible_collections.redisops.cache.plugins.module_utils.operations.flush.run import Unfinished, flush
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure, Refused
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT

NO_BOTO3 = (
    "A snapshot of a managed cache needs it; with snapshot=false, or with backup_dir on a host, nothing else does."
)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=argument_spec(), supports_check_mode=True, check_boto3=False)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    if needs_aws(module.params) and not HAS_BOTO3:
        module.fail_json(msg=f"{missing_required_lib('botocore and boto3')} {NO_BOTO3}")
    try:
        told = flush(module.params, session_of(module), module.check_mode)
    except Refused as refused:
        module.fail_json(msg=str(refused), problems=list(refused.problems), changed=False)
    except Unfinished as unfinished:
        module.fail_json(msg=str(unfinished), **unfinished.as_dict())
    except Failure as failure:
        module.fail_json(msg=str(failure))
    for warning in told.pop("warnings"):
        warn(warning)
    module.exit_json(**told)


if __name__ == "__main__":
    main()
