#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_restore
short_description: Restore a backup of redis_backup into the Redis or Valkey server of a host
version_added: 0.1.0
description:
  - Replaces all data of a server by that of a backup. The service is stopped and started for it, which has to be said
    by O(confirm).
  - "Before anything is touched: the backup is whole by its checksums; the engine and release on this host read it, by
    the RDB version in the file itself and by the release's own check tool; the server is no replica; there is room on
    the disk."
  - "The backup is then loaded by a server of our own on a private socket, where no client can change it, and compared
    with its manifest: keys of each database, and type, value and end of each sampled key."
  - "A server finds it in the form in which it looks for it. An RDB file becomes the base of the append-only file where
    C(appendonly) is on, which would start empty otherwise; an append-only file becomes an RDB file where it is off."
  - Data that is there is moved aside within the data directory and never deleted. When anything fails it is put back,
    and the service is started again if it was running.
author:
  - redisops.cache maintainers (@redisops)
options:
  backup:
    description: Directory of the backup on the host, the one that holds C(manifest.json).
    type: path
    required: true
  name:
    description: The cache's name, as its owner knows it.
    type: str
    required: true
  confirm:
    description: The same name once more. Otherwise nothing is touched.
    type: str
  service:
    description: systemd unit of the server.
    type: str
    required: true
  server:
    description: The server's program, which loads the backup first. Its release decides what can be read.
    type: path
    default: /usr/bin/redis-server
  wait_timeout:
    description: Seconds to wait for the data to be loaded. It is loaded twice.
    type: float
    default: 600.0
attributes:
  check_mode:
    description: Everything that would refuse the backup does so; nothing is stopped, loaded or replaced.
    support: full
  diff_mode:
    description: Shows what files are replaced by which backup.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
seealso:
  - module: redisops.cache.redis_backup
"""

EXAMPLES = r"""
- name: Back to the state before the upgrade
  redisops.cache.redis_restore:
    config_file: /etc/redis/redis.conf
    login_secret_file: /etc/redisops/default/redisops.secret
    backup: /var/backups/redisops/before-8.0
    service: redis-server.service
    name: "{{ inventory_hostname }}"
    confirm: "{{ confirm | default(omit) }}"

- name: Into an instance of its own, of the other engine
  redisops.cache.redis_restore:
    config_file: /etc/valkey/valkey-sessions.conf
    login_secret_file: /etc/redisops/sessions/redisops.secret
    backup: /var/backups/redisops/20260131T020000Z
    service: valkey-server@sessions.service
    server: /usr/bin/valkey-server
    name: sessions
    confirm: sessions
"""

RETURN = r"""
backup:
  description: The manifest, without the sampled keys.
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
  description: What is restored into which directory, and the files there that it replaces.
  returned: success
  type: list
  elements: dict
  sample:
    - {"backup": "20260131T020000Z", "change": "restored", "into": "/var/lib/redis", "replaces": ["dump.rdb"]}
databases:
  description: Keys of each database as they were loaded, before clients came back.
  returned: success, except in check mode
  type: dict
  sample: {"0": 48207}
moved_aside:
  description: Directory with the data that was there before. V(null) when there was none. Removing it is up to you.
  returned: success, except in check mode
  type: str
  sample: /var/lib/redis/redisops-replaced-20260131T093011.482650Z
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.arguments import restore_arguments
from ansible_collections.redisops.cache.plugins.module_utils.redis.backup.run_restore import restore
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.arguments import login_arguments, login_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.service import SystemdUnit
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec={**login_arguments(), **restore_arguments()}, supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    service = SystemdUnit(module.params["service"])
    try:
        result = restore(module.params, login_from(module.params), service, module.check_mode)
    except Failure as error:
        module.fail_json(msg=str(error), changed=False)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
