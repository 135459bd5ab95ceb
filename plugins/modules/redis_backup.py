#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_backup
short_description: Make a consistent, checked backup of the Redis or Valkey server of a host
version_added: 0.1.0
description:
  - Copies what the server has, while it goes on serving, into a directory of its own below O(path).
  - "O(kind=rdb): has the server save (C(BGSAVE)), waits for it, and copies the file. O(kind=aof): copies the multi-part
    append-only file as it is at one moment; automatic rewrites are held meanwhile and given back however the run ends."
  - The copy is checked with the engine's own check tool before it is called a backup. Beside it lies C(manifest.json)
    with source, engine, version, time, checksums, the number of keys of each database, and digests of a sample of the
    keys, which M(redisops.cache.redis_restore) compares.
  - Everything is owned by root, directories at mode 0700 and files at mode 0600.
  - Room on the disks is looked for first, since a save that fails makes a server with save points refuse writes. A run
    that fails leaves no half backup behind.
  - "The server's user needs no more than C(+ping +info +bgsave), with O(samples) C(+@read -@dangerous +ping +info
    +bgsave +select) on all keys; the preset V(backup) of M(redisops.cache.redis_acl) has them. Without C(CONFIG),
    automatic rewrites are not held; the copy is right all the same, but may have to begin again and needs more room on
    the disk."
  - The C(BACKUP) command that Redis has since 8.10 is not used.
author:
  - redisops.cache maintainers (@redisops)
options:
  path:
    description: Directory for backups, made if it is not there. Several servers of a host may share it.
    type: path
    required: true
  name:
    description:
      - Name of the backup, the current time in UTC unless given, such as V(20260131T020000Z).
      - A backup of this server with that name stays as it is, and nothing is done.
    type: str
  kind:
    description:
      - What is copied. V(aof) needs C(appendonly yes) and Redis 7.0 or later, or Valkey.
      - V(auto) is V(aof) where that can be had, since the append-only file is then what the server itself reads.
    type: str
    choices: [aof, auto, rdb]
    default: auto
  keep:
    description:
      - Number of this server's backups that are kept, this one included; older ones are removed. Unless given, all are.
      - Only what this module wrote for the same O(config_file) counts, and is ever removed.
    type: int
  keep_days:
    description: Days for which backups are kept. The newest one always is.
    type: float
  samples:
    description:
      - Number of keys whose values are remembered as digests. Values above 64 KiB are left out.
      - Their names are in the manifest. With V(0) none are read.
    type: int
    default: 100
  wait_timeout:
    description: Seconds to wait for the server to load, save or rewrite, each.
    type: float
    default: 600.0
attributes:
  check_mode:
    description: Looks at the server and for room on the disks, and tells what would be made and removed.
    support: full
  diff_mode:
    description: Shows the names of this server's backups.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
seealso:
  - module: redisops.cache.redis_restore
  - name: Redis persistence
    description: What can be copied, and how.
    link: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#backing-up-redis-data
"""

EXAMPLES = r"""
- name: A backup before the upgrade, and a repeat of the play makes no second one
  redisops.cache.redis_backup:
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    path: /var/backups/redisops
    name: before-8.0

- name: The last seven, none older than a month, each of them an RDB file
  redisops.cache.redis_backup:
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    path: /var/backups/redisops
    kind: rdb
    keep: 7
    keep_days: 31
  register: backup

- name: Fetch it
  ansible.builtin.fetch:
    src: "{{ backup.path }}/{{ item }}"
    dest: "backups/{{ inventory_hostname }}/{{ backup.name }}/{{ item }}"
    flat: true
  loop: "{{ backup.backup.files | map(attribute='name') | list + ['manifest.json'] }}"
"""

RETURN = r"""
backup:
  description: The manifest, without the sampled keys. V(null) in check mode.
  returned: success
  type: dict
  sample:
    created: "2026-01-31T02:00:00Z"
    databases: {"0": {"expires": 120, "keys": 48211}}
    files:
      - name: dump.rdb
        sha256: a4aa468d90065e91543b1dbf92a597aa1e0c1788ab6a7c7e6f53bf0fe925d5af
        size: 3104223
    kind: rdb
    name: 20260131T020000Z
    rdb_version: 10
    samples: 100
    source: {"config_file": "/etc/redis/redis.conf", "engine": "redis", "host": "cache-1", "version": "7.0.15"}
    uncertainty: 0
changes:
  description: The backup that was made, and those that were removed.
  returned: success
  type: list
  elements: dict
  sample: [{"backup": "20260131T020000Z", "change": "made"}, {"backup": "20260124T020000Z", "change": "removed"}]
name:
  description: Name of the backup.
  returned: success
  type: str
  sample: 20260131T020000Z
notes:
  description: What could not be had, such as holding rewrites without CONFIG.
  returned: success
  type: list
  elements: str
  sample: []
path:
  description: Directory of the backup.
  returned: success
  type: str
  sample: /var/backups/redisops/20260131T020000Z
removed:
  description: Names of the backups that were removed.
  returned: success
  type: list
  elements: str
  sample: ["20260124T020000Z"]
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.arguments import backup_arguments
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run import take
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_arguments, login_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec={**login_arguments(), **backup_arguments()}, supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    try:
        taken = take(module.params, login_from(module.params), module.check_mode)
    except Failure as error:
        module.fail_json(msg=str(error), changed=False)
    module.exit_json(**taken.as_dict(module.params["path"]))


if __name__ == "__main__":
    main()
