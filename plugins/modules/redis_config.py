#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_config
short_description: Configure a Redis or Valkey server on its host, proven before it is applied
version_added: 0.1.0
description:
  - Makes a server on this host have the given directives, without losing what C(CONFIG REWRITE) or Sentinel wrote to
    its configuration file.
  - The directives stand in two files of their own, which the main file includes in its last lines. Lines after them,
    which C(CONFIG REWRITE) appends, are taken out where they say something about the same directives; all others
    stay.
  - Before anything reaches the server, the configuration to be is started on a private socket, as the server's user,
    with certificates, ACL file and modules. What the server says against it fails the task, and nothing is changed.
  - What C(CONFIG SET) can set is set on the running server, which goes on running. What it cannot set leads to a
    restart, and only if it differs from what runs. If the server does not start, files and service are as before.
  - Secrets reach the server by its socket and its files alone, and appear in no output.
author:
  - redisops.cache maintainers (@redisops)
options:
  include_dir:
    description:
      - Directory for the two files, C(restart.conf) and C(live.conf). It is made if it is not there, for O(group) to
        read.
    type: path
    required: true
  directives:
    description:
      - Directives by name. Those that are not given are not managed; those that were given in an earlier run and are
        not given now are as if they never had been.
      - A string is what follows the name in the file; a word with spaces in it needs double quotes. Booleans become
        C(yes) and C(no). V(null) is as not given.
      - "A list is one line for each entry where lines add up: C(save), C(client-output-buffer-limit), C(loadmodule).
        For all others it is the words of the one line."
      - "V([]) clears. For C(save) that is C(save \"\"), as no C(save) line at all means the server's defaults."
      - C(include), C(rename-command), C(replicaof), C(sentinel), C(user), C(daemonize) and C(supervised) are refused;
        the message says where they belong.
    type: dict
    default: {}
  secret_directives:
    description:
      - Directives whose values are secrets, such as C(requirepass) and C(masterauth). A value is one word, whatever
        characters it has.
    type: dict
    default: {}
  renamed_commands:
    description:
      - New names of commands. The empty string removes a command.
      - Upstream calls this deprecated; rules of ACL users are the better way, except where clients cannot log in by
        name.
      - A write command that sits in the AOF would keep the server from starting. The AOF is rewritten first, and the
        task is refused if the command is still in it.
    type: dict
    default: {}
  server:
    description: The server's program.
    type: path
    default: /usr/bin/redis-server
  user:
    description: User as whom the server runs.
    type: str
    default: redis
  group:
    description: Group as which the server runs. It may read the two files.
    type: str
    default: redis
  service:
    description:
      - The server's systemd unit. If not given, nothing is started or restarted.
      - A server that is stopped stays so, and finds the new files when it starts. There is one exception. A server
        with an RDB file that is to have an AOF is started, since started with an AOF it would load nothing and
        overwrite the RDB.
    type: str
  restart:
    description:
      - Whether the server may be restarted. If not, what needs a restart is written to the files only, and
        RV(restart_required) tells.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for each of the things that take as long as the data are large. These are loading at start,
        snapshot, and rewrite of the AOF.
    type: float
    default: 300.0
attributes:
  check_mode:
    description: Returns RV(changes) and C(diff) exactly as the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows every directive that changes; secrets appear as a fixed marker.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
requirements:
  - Redis 7.0 or later, or Valkey
notes:
  - The task needs to be root, to become the server's user and to write next to the server's files.
  - What a directive's value is worth is what the server makes of it, so V(512mb) and V(536870912) are the same.
  - Of a renewed certificate only the server's own is seen. A new file with authorities alone takes effect with the next
    start, or with C(CONFIG SET tls-ca-cert-file).
seealso:
  - module: redisops.cache.redis_check
"""

EXAMPLES = r"""
- name: Memory, snapshots and a slower log, on a server that goes on running
  redisops.cache.redis_config:
    config_file: /etc/redis/redis.conf
    include_dir: /etc/redisops/default
    service: redis-server.service
    directives:
      maxmemory: 512mb
      maxmemory-policy: allkeys-lru
      save: ["3600 1", "300 100"]
      client-output-buffer-limit: ["replica 512mb 128mb 60"]
      slowlog-log-slower-than: 20000

- name: A password, a new name for CONFIG, no FLUSHALL, and an AOF that holds all the data the server has now
  redisops.cache.redis_config:
    config_file: /etc/redis/redis.conf
    include_dir: /etc/redisops/default
    service: redis-server.service
    directives:
      unixsocket: /run/redis/redis-server.sock
      unixsocketperm: 700
      appendonly: true
      save: []
    secret_directives:
      requirepass: "{{ cache_password }}"
      masterauth: "{{ cache_password }}"
    renamed_commands:
      CONFIG: coalition-config
      FLUSHALL: ""
  register: server

- name: What the switch to the AOF did
  ansible.builtin.debug:
    var: server.aof_switch

- name: What would have to be restarted, and why
  redisops.cache.redis_config:
    config_file: /etc/valkey/valkey.conf
    include_dir: /etc/redisops/default
    server: /usr/bin/valkey-server
    user: valkey
    group: valkey
    service: valkey-server.service
    directives:
      io-threads: 2
      databases: 4
  check_mode: true
  diff: true
"""

RETURN = r"""
aof_switch:
  description: Number of keys in each database when the AOF was asked for and when it was complete. V(null) otherwise.
  returned: success
  type: dict
  sample: {"keys_before": {"db0": 1000000}, "keys_after": {"db0": 1000000}}
changes:
  description: What differs, by directive.
  returned: when the server takes the configuration
  type: list
  elements: dict
  contains:
    directive:
      description:
        - Name of the directive, C(rename-command NAME), C(user NAME), C(include) when only the files are not as they
          are to be, C(restart) when the server must start anew, or the path of a file with the wrong mode or owner.
      type: str
      returned: always
      sample: maxmemory
    before:
      description: What it is, in the server's words. V(null) when it is nowhere.
      type: raw
      returned: always
      sample: "0"
    after:
      description: What it is to be.
      type: raw
      returned: always
      sample: "536870912"
    how:
      description:
        - V(live), on the running server. V(restart), with a restart. V(next_start), in the files only, for a server
          that is stopped, may not be restarted, or is so already. V(refused), not at all.
      type: str
      returned: always
      sample: live
    why:
      description: Why in this way.
      type: str
      returned: always
      sample: by CONFIG SET
config:
  description:
    - The settings of the running server, as C(CONFIG GET) tells them; secrets as a marker.
    - What the files give when it is stopped, or has no C(CONFIG).
  returned: success
  type: dict
  sample: {"appendonly": "yes", "maxmemory": "536870912", "requirepass": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
msg:
  description: Of a failure, what is wrong, in the server's own words where it has said something.
  returned: failure
  type: str
  sample: "the server refuses this configuration: 'maxmemory lots': argument must be a memory value"
restart_required:
  description: Whether something waits for a restart, which this task may not do, or did not in check mode.
  returned: success
  type: bool
  sample: false
restarted:
  description: Whether the server was restarted.
  returned: success
  type: bool
  sample: false
running:
  description: Whether the server runs.
  returned: success
  type: bool
  sample: true
version:
  description: Version of the server's program.
  returned: success
  type: str
  sample: 7.0.15
"""

import time

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.arguments import (
    config_arguments,
    host_from,
    request_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.configure import configure
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.plan import PlanRefused
from ansible_collections.redisops.cache.plugins.module_utils.redis.conf.wanted import misplaced_secrets
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=config_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    module.no_log_values.update(misplaced_secrets(module.params["directives"]))
    try:
        result = configure(request_from(module.params), host_from(module.params, time), module.check_mode)
    except PlanRefused as refused:
        changes = [change.to_dict() for change in refused.changes]
        module.fail_json(msg=str(refused), changed=False, changes=changes, diff=refused.diff)
    except (Failure, OSError, ValueError) as failure:
        module.fail_json(msg=str(failure))
    for warning in result.plan.warnings:
        module.warn(warning)
    module.exit_json(**result.to_dict())


if __name__ == "__main__":
    main()
