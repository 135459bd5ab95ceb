#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_host_files
short_description: Make files and directories of a host what they should be, all of them in one task
version_added: 0.1.0
description:
  - Writes, removes and corrects any number of small files and directories in a single call, where a loop would connect
    once for each.
  - A file is written whole or not at all. Commands that have to accept a file (C(validate)) are run for all of them
    before anything is changed.
  - Directories above a path that are missing are made, owned by root at mode 0755.
author:
  - redisops.cache maintainers (@redisops)
options:
  files:
    description: Files, which have one of the O(contents), and directories, which have none, each before what is in it.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Where it is.
        type: path
        required: true
      owner:
        description: User whose it is.
        type: str
        default: root
      group:
        description: Group whose it is.
        type: str
        default: root
      mode:
        description: Permissions, as four octal digits.
        type: str
        default: "0644"
      validate:
        description: Command that has to accept the text of the file before it is written; C(%s) is where the text is.
        type: str
  contents:
    description:
      - Text of each file, by its path. When empty, there should be no such file.
      - They are not logged. The diff shows them, at most 40 lines of each, except for files that nobody but their owner
        may read.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Returns the same as the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows what changes in each file; of files that only their owner may read, that they change.
    support: full
seealso:
  - module: ansible.builtin.copy
  - module: redisops.cache.redis_host_info
"""

EXAMPLES = r"""
- name: Files of a service
  redisops.cache.redis_host_files:
    files:
      - path: /etc/example
        mode: "0750"
      - path: /etc/example/filter.nft
        validate: /usr/sbin/nft --check --file %s
      - path: /etc/example/old.conf
    contents:
      /etc/example/filter.nft: |
        table inet example
      /etc/example/old.conf: ""
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be. C(how) is V(created), V(changed) or V(removed).
  returned: success
  type: list
  elements: dict
  sample:
    - how: created
      path: /etc/example/filter.nft
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Failure
from ansible_collections.redisops.cache.plugins.module_utils.redis.host.placing import place_files


def main() -> None:
    entry = {
        "path": {"type": "path", "required": True},
        "owner": {"type": "str", "default": "root"},
        "group": {"type": "str", "default": "root"},
        "mode": {"type": "str", "default": "0644"},
        "validate": {"type": "str"},
    }
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True, "options": entry},
            "contents": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    try:
        placement = place_files(module.params["files"], module.params["contents"], module.check_mode)
    except (Failure, OSError, ValueError) as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(**placement.to_dict())


if __name__ == "__main__":
    main()
