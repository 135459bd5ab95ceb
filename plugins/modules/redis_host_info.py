#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_host_info
short_description: Read what a host is and has, as far as a Redis or Valkey server is concerned
version_added: 0.1.0
description:
  - Reads operating system, memory, kernel settings, packages, systemd units, files and certificates of a host, all in
    one task, so that a role can skip every later task that has nothing to do.
  - Needs nothing but Python on the host. It reads what it is asked for; names that do not exist are no error.
author:
  - redisops.cache maintainers (@redisops)
options:
  packages:
    description:
      - Packages to look up, with the version that each should have, or V(null).
      - The version is compared by the package tool's own rules.
    type: dict
    default: {}
  units:
    description: systemd units to look up.
    type: list
    elements: str
    default: []
  sysctls:
    description: Kernel settings to read, such as V(vm.overcommit_memory).
    type: list
    elements: str
    default: []
  paths:
    description: Files and directories to describe. What is in them never leaves the host, only its hash does.
    type: list
    elements: path
    default: []
  certificates:
    description: Certificates (PEM) to read. Needs python3-cryptography on the host.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - redisops.cache.attributes.info
"""

EXAMPLES = r"""
- name: What this host has
  redisops.cache.redis_host_info:
    packages:
      redis-server: 5:7.0.15-1~deb12u10
      python3-redis:
    units: [redis-server.service]
    sysctls: [vm.overcommit_memory, net.core.somaxconn]
    paths: [/etc/redis/redis.conf]
  register: found

- name: It has what it needs
  ansible.builtin.assert:
    that:
      - found.host.packages['redis-server'].comparison == 'same'
      - found.host.units['redis-server.service'].active == 'active'
      - found.host.kernel.sysctls['vm.overcommit_memory'] == '1'
"""

RETURN = r"""
host:
  description: The host.
  returned: always
  type: dict
  contains:
    certificates:
      description: By path; V(null) for one that is missing or cannot be read.
      returned: always
      type: dict
      sample:
        /etc/redisops/default/tls/server.crt:
          days_left: 364
          names: [localhost]
          not_after: "2027-06-01T00:00:00Z"
    kernel:
      description:
        - Release, settings, mode of transparent huge pages.
        - C(read_only) lists what root cannot set here, as it is in most containers.
      returned: always
      type: dict
      sample:
        read_only: [transparent_hugepage]
        release: 6.12.0
        sysctls: {"vm.overcommit_memory": "0"}
        transparent_hugepage: madvise
    memory:
      description:
        - Bytes of the host, the least limit of a control group that services are in (V(null) without one), and the
          lesser of both.
      returned: always
      type: dict
      sample: {"effective": 2147483648, "limit": 2147483648, "total": 8589934592}
    os:
      description: Identifiers of C(/etc/os-release), and the family, V(debian) or V(redhat).
      returned: always
      type: dict
      sample: {"codename": "bookworm", "family": "debian", "id": "debian", "version_id": "12"}
    packages:
      description: By name. C(comparison) of the installed version with the wanted one is V(older), V(same) or V(newer).
      returned: always
      type: dict
      sample:
        redis-server: {"comparison": "older", "installed": "5:7.0.15-1~deb12u7", "wanted": "5:7.0.15-1~deb12u10"}
    paths:
      description: By path. Links are not followed. C(sha256) is V(null) for what is no file, or larger than 4 MiB.
      returned: always
      type: dict
      sample:
        /etc/redis/redis.conf:
          exists: true
          group: redis
          kind: file
          mode: "0640"
          owner: redis
          sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
          size: 65
    python:
      description: Version of the Python that runs here, and of its redis-py (V(null) without it).
      returned: always
      type: dict
      sample: {"redis": "4.3.4", "version": "3.11.2"}
    units:
      description:
        - By name, systemd's own words.
        - C(binary_replaced) tells that the program which runs is no longer the one on disk; C(newer_drop_ins) lists
          those that were written after the unit had started.
      returned: always
      type: dict
      sample:
        redis-server.service:
          active: active
          binary_replaced: false
          drop_ins: []
          enabled: enabled
          limit_nofile: "65535"
          load: loaded
          memory_max: infinity
          needs_reload: false
          newer_drop_ins: []
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.observe import Questions, observe_host


def main() -> None:
    names = {"type": "list", "elements": "str", "default": []}
    paths = {"type": "list", "elements": "path", "default": []}
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "dict", "default": {}},
            "units": names,
            "sysctls": names,
            "paths": paths,
            "certificates": paths,
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, host=observe_host(Questions(**module.params), Path("/")))


if __name__ == "__main__":
    main()
