#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_host_check
short_description: Check that a Redis or Valkey server on this host is what its files and its unit say
version_added: 0.1.0
description:
  - Looks at what is in effect, and not at the text of files, and returns a table with a row for each check. No failure
    hides another, also when nobody can log in or the server is down.
  - "C(login) the operator gets in. C(unit) active, enabled, loaded as it is on disk, not restarted by itself, still the
    package's own, and not less sandboxed than that. C(process) runs the program on disk, as the right user, with
    descriptors for all its clients. C(sockets) listens where it should and nowhere else. C(acl) who needs no password.
    C(file) modes of configuration, includes, ACL file, secrets, TLS keys, data directory and Unix socket. C(secrets)
    none is in a command line, or in a file of a unit that everybody may read. C(memory) C(maxmemory) leaves room for a
    fork. C(persistence) the state of saves and rewrites, and that the AOF grows on disk with a write. C(kernel) memory
    overcommit, transparent huge pages, and the queue of connections in effect."
  - To compare settings and users with what they should be, run M(redisops.cache.redis_config) and
    M(redisops.cache.redis_acl) in check mode.
  - RV(ignore:changed) is always V(false). The key that is written is removed, and ends by itself after 60 seconds.
author:
  - redisops.cache maintainers (@redisops)
options:
  service:
    description: The server's systemd unit. If not given, nothing is said about units.
    type: str
  units:
    description: Further units that belong to the server and are checked like it, such as an exporter.
    type: list
    elements: str
    default: []
  drop_ins:
    description: Drop-ins of O(service) that have to be loaded.
    type: list
    elements: path
    default: []
  user:
    description: User that the server has to run as.
    type: str
    default: redis
  group:
    description: Group that the server has to run as.
    type: str
    default: redis
  bind:
    description:
      - Addresses at which the server has to listen, written as for its directive C(bind).
      - If not given, those of the server's own settings.
    type: list
    elements: str
    default: []
  ports:
    description: Ports at which the server has to listen. If not given, those of the server's own settings.
    type: list
    elements: int
    default: []
  include_dir:
    description:
      - Directory of the files that the server reads and must not be able to change.
      - Files in it whose names end in C(.secret) hold passwords, which are looked for where they should not be.
    type: path
  nopass_users:
    description: Users who are meant to get in without a password.
    type: list
    elements: str
    default: []
  key_prefix:
    description: Beginning of the name of the key that is written to see the AOF grow.
    type: str
    default: "redisops:check:"
  passwords:
    description:
      - Passwords that no command line and no unit may show, besides O(login_password), those in O(include_dir), and
        those in the configuration.
    type: list
    elements: str
    default: []
  tolerate:
    description:
      - Names of checks that may fail, for instance V(memory.maxmemory) or, with wildcards, V(unit.restarts *).
      - Their rows say so, and have RV(rows[].ok=none).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Checks everything except what writes, and says so in RV(rows).
    support: full
  diff_mode:
    description: There is nothing to show, since nothing is changed.
    support: N/A
extends_documentation_fragment:
  - redisops.cache.redis_host
seealso:
  - module: redisops.cache.redis_check
"""

EXAMPLES = r"""
- name: The packaged server is in order
  redisops.cache.redis_host_check:
    config_file: /etc/redis/redis.conf
    service: redis-server.service

- name: The server that the role redis_server made is in order
  redisops.cache.redis_host_check:
    config_file: /etc/redis/redis.conf
    include_dir: /etc/redisops/default
    login_secret_file: /etc/redisops/default/redisops.secret
    service: redis-server.service
    units: [prometheus-redis-exporter.service]
    bind: [127.0.0.1, "-::1"]
    ports: [6379]
    tolerate: [kernel.vm.overcommit_memory]
  register: inspected
  ignore_errors: true

- name: What was found
  ansible.builtin.debug:
    msg: "{{ inspected.table }}"
"""

RETURN = r"""
msg:
  description: How many checks passed; or each failure in one line, with what to look at.
  returned: always
  type: str
  sample: 41 checks passed, 2 not judged
rows:
  description: All checks, in their order.
  returned: when the configuration can be read
  type: list
  elements: dict
  contains:
    check:
      description: Name of the check, in some with what it is about.
      returned: always
      type: str
      sample: file.secret /etc/redisops/default/redisops.secret
    expected:
      description: What there should be.
      returned: always
      type: str
      sample: for its owner alone
    found:
      description: What there is, or why that was not judged.
      returned: always
      type: str
      sample: 0644, 0:0
    look_at:
      description: Of a failure, what to look at. Else empty.
      returned: always
      type: str
      sample: mode, owner and group of the file
    ok:
      description: Whether the check passed. V(null) when it was not judged, or its failure is tolerated.
      returned: always
      type: bool
      sample: false
table:
  description: RV(rows) as lines of aligned columns.
  returned: when the configuration can be read
  type: list
  elements: str
  sample: ["        check  expected              found", "ok      login  the operator gets in  logged in"]
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.arguments import (
    inspection_arguments,
    inspection_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.inspection.rows import failed, summarize, table
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=inspection_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    try:
        rows = inspection_from(module.params).run(may_write=not module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure), changed=False)
    end = module.fail_json if failed(rows) else module.exit_json
    end(msg=summarize(rows), changed=False, rows=[row.as_dict() for row in rows], table=table(rows))


if __name__ == "__main__":
    main()
