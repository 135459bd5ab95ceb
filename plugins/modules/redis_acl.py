#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_acl
short_description: Manage all ACL users of a Redis or Valkey server on this host
version_added: 0.1.0
description:
  - Makes the server's ACL file hold the listed users and no others. Passwords reach it as SHA-256 hashes only.
  - "A C(default) user always ends up in the file, switched off and without any right unless it is listed: without such
    an entry, a server with an ACL file lets everybody in without a password, whatever C(requirepass) says."
  - With O(login_secret_file) the user C(redisops), as whom this collection's modules work on the host, ends up in the
    file as well, and may do everything.
  - The file is proven before it is written. A second server, started by the same program as the same user on a private
    socket and without data, has to start with it. What it refuses is refused by the module in the server's own words.
  - A running server that was started with this file then works by it at once; if it does not take it, the file is put
    back. With any other running server, and when none runs, the file is only written, see RV(loaded).
  - "Sessions go on, also those of users whose password or rights change. Only users who are removed, switched off, or
    left with none of the passwords that they had are logged out. So a password is changed without any refused login in
    two runs: the new and the old one, and when all clients know the new one, that alone."
  - Compared is what the server makes of the rules, so that it does not matter how they are written.
  - Comments in the file do not survive; servers before Redis 8.8 do not start with a file that has one.
  - It has to run as root.
author:
  - redisops.cache maintainers (@redisops)
options:
  acl_file:
    description:
      - The server's ACL file, in which the server can not write. A missing directory is made, for root and O(group).
      - That the server uses it is a matter of the server's configuration (C(aclfile)).
    type: path
    required: true
  server:
    description: The server's program.
    type: path
    default: /usr/bin/redis-server
  user:
    description: User as whom the server runs.
    type: str
    default: redis
  group:
    description: Group of the server, which may read the file.
    type: str
    default: redis
  users:
    description: All users of the server. Others are removed.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the user, without white space.
        type: str
        required: true
      enabled:
        description: Whether the user can log in. Its sessions end when it is switched off.
        type: bool
        default: true
      preset:
        description:
          - What the user may do, to begin with.
          - V(none) is nothing.
          - V(application) is all commands except those in the server's categories C(@admin) and C(@dangerous), on
            O(users[].keys) and O(users[].channels).
          - V(replica) is what C(masteruser) needs, V(sentinel) what C(sentinel auth-user) needs.
          - "V(exporter) is what redis_exporter needs when it is started with C(--config-command -). It can not read the
            configuration, which has passwords in clear text."
          - V(backup) starts and follows snapshots and reads keys, all of them unless O(users[].keys) is given.
          - A copy of the append only file needs V(operator), since it changes the configuration for a while.
          - V(operator) is everything.
        type: str
        choices: [application, backup, exporter, none, operator, replica, sentinel]
        default: none
      rules:
        description:
          - Further rules in the server's own words, such as V(+info), V(-@scripting) or a selector like
            V((~cache:* +get\)), which follow those of the preset.
          - Commands go by their own names also where C(rename-command) gives them others.
        type: list
        elements: str
        default: []
      keys:
        description:
          - Patterns of the keys, such as V(app:*), or V(%R~app:*) for reading only.
          - If empty, those of the preset.
        type: list
        elements: str
        default: []
      channels:
        description: Patterns of the channels for publish and subscribe. If empty, those of the preset.
        type: list
        elements: str
        default: []
      passwords:
        description:
          - Passwords, each of which lets the user in.
          - At most two, the new one and the old one, together with those of O(users[].password_hashes) and
            O(users[].secret_file).
        type: list
        elements: str
        default: []
      password_hashes:
        description: SHA-256 of passwords, in hexadecimal.
        type: list
        elements: str
        default: []
      secret_file:
        description:
          - File on the host that holds the user's password. If it is not there, it is made with a random one, and so is
            its directory.
          - A password that is there is never made anew. To change it, remove the file; for the user C(redisops), after
            the server was stopped.
          - Only root can read it (V(0600)).
        type: path
      nopass:
        description: Whether any password lets the user in. For C(default) that means that none is needed at all.
        type: bool
        default: false
attributes:
  check_mode:
    description: Returns exactly what the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows users and files that change; passwords and their hashes appear as a fixed marker.
    support: full
extends_documentation_fragment:
  - redisops.cache.redis_host
notes:
  - For servers from Redis 7.0 and all of Valkey.
seealso:
  - name: Redis ACL
    description: Rules, categories and selectors.
    link: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
"""

EXAMPLES = r"""
- name: Users of the server on this host
  redisops.cache.redis_acl:
    config_file: /etc/redis/redis.conf
    acl_file: /etc/redisops/default/users.acl
    login_secret_file: /etc/redisops/default/redisops.secret
    users:
      - name: shop
        preset: application
        keys: ["shop:*"]
        channels: ["shop:*"]
        passwords: ["{{ shop_redis_password }}"]
      - name: reports
        keys: ["%R~shop:*"]
        rules: [+@read, +@connection]
        password_hashes: ["{{ reports_redis_password | ansible.builtin.hash('sha256') }}"]
      - name: exporter
        preset: exporter
        secret_file: /etc/redisops/default/exporter.secret

- name: Replace a password, first run, after which clients get the new one
  redisops.cache.redis_acl:
    config_file: /etc/redis/redis.conf
    acl_file: /etc/redisops/default/users.acl
    login_secret_file: /etc/redisops/default/redisops.secret
    users:
      - name: shop
        preset: application
        keys: ["shop:*"]
        passwords: ["{{ shop_redis_password_new }}", "{{ shop_redis_password }}"]

- name: A second run, when all clients have the new one, ends the old one
  redisops.cache.redis_acl:
    config_file: /etc/redis/redis.conf
    acl_file: /etc/redisops/default/users.acl
    login_secret_file: /etc/redisops/default/redisops.secret
    users:
      - name: shop
        preset: application
        keys: ["shop:*"]
        passwords: ["{{ shop_redis_password_new }}"]

- name: Users of a Valkey server with replicas and Sentinels
  redisops.cache.redis_acl:
    config_file: /etc/valkey/valkey.conf
    server: /usr/bin/valkey-server
    user: valkey
    group: valkey
    acl_file: /etc/redisops/default/users.acl
    login_secret_file: /etc/redisops/default/redisops.secret
    users:
      - name: replica
        preset: replica
        passwords: ["{{ replica_password }}"]
      - name: sentinel
        preset: sentinel
        passwords: ["{{ sentinel_password }}"]
"""

RETURN = r"""
changes:
  description: The users that change, by name. Hashes of passwords appear as a fixed marker.
  returned: success
  type: list
  elements: dict
  contains:
    user:
      description: Name of the user.
      returned: always
      type: str
      sample: shop
    before:
      description: State, passwords and rules in the server's own normalized words. V(null) for a new user.
      returned: always
      type: str
      sample: "on #VALUE_SPECIFIED_IN_NO_LOG_PARAMETER ~shop:* resetchannels -@all +get"
    after:
      description: The same, as it is after the run. V(null) for a user who is removed.
      returned: always
      type: str
      sample: "on #VALUE_SPECIFIED_IN_NO_LOG_PARAMETER ~shop:* resetchannels -@all +get +set"
    passwords_added:
      description: How many passwords are new.
      returned: always
      type: int
      sample: 1
    passwords_removed:
      description: How many passwords do not hold any more.
      returned: always
      type: int
      sample: 0
files:
  description: The files that are written, the ACL file first, then those with passwords.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file.
      returned: always
      type: str
      sample: /etc/redisops/default/users.acl
    before:
      description: Mode, owner and group. V(absent) for a file that is not there.
      returned: always
      type: str
      sample: absent
    after:
      description: The same, as it is after the run.
      returned: always
      type: str
      sample: 0640 root:redis
loaded:
  description:
    - Whether a running server works by this file, so that what it says has taken effect.
    - V(false) when no server runs, and when it was not started with this file.
  returned: success
  type: bool
  sample: true
secrets_created:
  description: Files with a password that did not exist before.
  returned: success
  type: list
  elements: str
  sample: [/etc/redisops/default/exporter.secret]
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.arguments import acl_arguments, wish_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.converge import converge
from ansible_collections.redisops.cache.plugins.module_utils.redis.acl.users import credentials_in_rules
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=acl_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    module.no_log_values.update(credentials_in_rules(module.params["users"]))
    try:
        outcome = converge(wish_from(module.params), check=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    for warning in outcome.warnings:
        module.warn(warning)
    module.exit_json(**outcome.to_dict())


if __name__ == "__main__":
    main()
