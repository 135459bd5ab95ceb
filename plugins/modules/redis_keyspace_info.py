#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_keyspace_info
short_description: Count the keys of a Redis or Valkey server, and make a digest of their contents
version_added: 0.1.0
description:
  - Reads the keyspace of a Redis or Valkey server, managed or self-hosted, and returns for each database how many keys
    of which type it holds, how many of them expire, and a digest of names, types, values and expiries. Two servers with
    the same digest hold the same data, so that nothing was lost by a restore or a migration. One altered byte changes
    it.
  - The digest neither depends on the order in which a server hands out its keys, nor on its version, nor on how it
    stores a value. It is the sum, modulo 2^256, of the keys' SHA-256 digests, and so the sum over all primaries of a
    cluster too. (Combined by XOR, a key that is read twice would cancel itself out.) No key and no value is returned.
  - Values are read by their type, in pieces, with commands that managed caches allow; neither C(DUMP), whose result
    differs between versions, nor C(DEBUG), C(OBJECT), C(MEMORY) or C(KEYS). The memory that this needs does not grow
    with the number of keys, nor with the size of a value; a single list item, hash field, member or stream entry has to
    fit into it.
  - "In the digest is: of a string its bytes; of a list its items in their order; of a set its members; of a hash its
    fields with values, and their expiries where the server has C(HPEXPIRETIME); of a sorted set its members with their
    scores, as exact as the server has them; of a stream its entries, its last id, its groups with the last id
    delivered, their consumers, and the pending entries with consumer and number of deliveries."
  - "Not in the digest is: how long keys, consumers and pending entries have been idle; what servers before 7.0 do not
    know of a stream (C(entries-added), C(entries-read), C(max-deleted-entry-id)); functions and scripts; and values of
    types that a module brings (JSON, time series, ...). Keys of such a type are counted in C(total.unsupported); their
    name, type and expiry are in the digest."
  - Nothing is written, and RV(ignore:changed) is always V(false).
  - "A user with an access string of its own needs C(+@read +@connection +info +time +dbsize +command|info) on all keys
    (C(~*)) or, with O(match), on those; in cluster mode C(+cluster|slots) too."
author:
  - redisops.cache maintainers (@redisops)
options:
  batch:
    description:
      - How many keys are asked for at once, and C(COUNT) of C(SCAN). From 1 to 10000.
      - Fewer are while values are large, so that what is under way stays at some 4 MB.
    type: int
    default: 500
  cluster_mode:
    description:
      - Whether the server runs in cluster mode (for ElastiCache, cluster mode enabled, and serverless caches).
      - All primaries, as C(CLUSTER SLOTS) names them, are read one after the other, with the same login.
      - A server in cluster mode is refused without it, since a single node holds only some of the keys.
    type: bool
    default: false
  databases:
    description: The databases to read. If not given, all that have keys.
    type: list
    elements: int
  db:
    description: Database of the login. What is read is the matter of O(databases).
    type: int
    default: 0
  expiry:
    description:
      - How expiries of keys, and of hash fields, enter the digest.
      - V(exact) with the millisecond (C(PEXPIRETIME); before 7.0, C(PTTL) between two C(TIME) of the same millisecond,
        which is as exact). A snapshot keeps expiries so.
      - V(presence) as whether there is one. A copy by C(PTTL) and C(RESTORE), as migration tools make it, shifts each
        by some milliseconds.
      - V(ignore) not at all. C(total.expires) counts the keys with an expiry all the same.
    type: str
    choices: [exact, presence, ignore]
    default: exact
  match:
    description: Only keys whose names match this pattern of C(SCAN).
    type: str
  rate_limit:
    description:
      - The most keys to read in a second, so that a server in use is not hurt. With V(0) as many as it answers.
      - A piece of a large value counts as a key. With O(match), so does a key that the pattern leaves out.
    type: float
    default: 0.0
  sample:
    description:
      - Read the values of at most so many keys in each database, chosen by the hash of their names. Two servers with
        the same keys choose the same ones. With V(0) all.
      - All names are still gone through, once, and counted in C(total.key_count).
    type: int
    default: 0
attributes:
  check_mode:
    description: Reads as it does otherwise.
    support: full
  diff_mode:
    description: There is nothing to show, since nothing is changed.
    support: N/A
notes:
  - The digest of data that moves proves nothing, so RV(is_quiet) belongs to every comparison. Looked at before and
    after are the counts of keys, the number of changes since the last save (or the replication offset), and the numbers
    of expired and evicted keys; and each value has to have as many items as it should.
  - C(SCAN) may name a key twice, where the table of keys shrinks meanwhile. Such names come soon after one another, and
    the last 32768 are remembered. If more keys come out than C(DBSIZE) counts nevertheless, the database is read again,
    up to three times; and RV(is_quiet) is V(false) unless both numbers agree in the end. With O(match) there is no
    number to compare with.
  - Equal data, and equal options O(databases), O(expiry), O(match) and O(sample), give equal digests. A digest of one
    set of options says nothing about one of another.
extends_documentation_fragment:
  - redisops.cache.redis_connection
seealso:
  - module: redisops.cache.redis_check
  - name: SCAN
    description: What the command guarantees, and what it does not.
    link: https://valkey.io/commands/scan/
"""

EXAMPLES = r"""
- name: What the old server holds
  redisops.cache.redis_keyspace_info:
    host: "{{ old_endpoint }}"
    password: "{{ old_token }}"
    rate_limit: 5000
  register: old

- name: What the one restored from its snapshot holds
  redisops.cache.redis_keyspace_info:
    host: "{{ new_endpoint }}"
    password: "{{ new_token }}"
  register: new

- name: Nothing is lost
  ansible.builtin.assert:
    that:
      - old.is_quiet and new.is_quiet
      - new.total.digest == old.total.digest

- name: A thousand keys of an application in a cluster, the same ones wherever this runs
  redisops.cache.redis_keyspace_info:
    host: "{{ cache_configuration_endpoint }}"
    username: caroud-audit
    password: "{{ cache_user_password }}"
    cluster_mode: true
    match: "caroud:*"
    sample: 1000
    expiry: presence
  register: sampled

- name: Two databases of a server on this host
  redisops.cache.redis_keyspace_info:
    host: 127.0.0.1
    tls: false
    databases: [0, 3]
"""

RETURN = r"""
code:
  description: Of a failure at the server, what it is. The codes are those of M(redisops.cache.redis_check).
  returned: failure
  type: str
  sample: NOT_A_CLUSTER
databases:
  description: The databases that were read, in the order of O(databases), or of their numbers.
  returned: success
  type: list
  elements: dict
  contains:
    bytes:
      description: Size of the names and values that the digest covers, without what the protocol or the server adds.
      returned: always
      type: int
      sample: 4812331
    covered:
      description:
        - How many keys the digest covers. With O(sample) at most that many, else as many as RV(databases[].key_count).
      returned: always
      type: int
      sample: 100000
    db:
      description: Number of the database.
      returned: always
      type: int
      sample: 0
    digest:
      description: Sum of the keys' digests, in 64 hexadecimal digits.
      returned: always
      type: str
      sample: 6b8d7c1f53b24a3d8a6fa2b5e8f9e7f14cf1e2a9d4b7c6e5f3a2b1c0d9e8f7a6
    expires:
      description: How many of the covered keys expire.
      returned: always
      type: int
      sample: 20000
    key_count:
      description: How many keys there are, or match.
      returned: always
      type: int
      sample: 100000
    types:
      description: How many of the covered keys are of which type.
      returned: always
      type: dict
      sample: {"hash": 20000, "list": 20000, "set": 20000, "stream": 20000, "string": 20000}
    unsupported:
      description: How many of the covered keys are of which type of a module. Their values are not in the digest.
      returned: always
      type: dict
      sample: {"ReJSON-RL": 3}
is_quiet:
  description: Whether the data stood still while it was read. If not, the digest proves nothing.
  returned: success
  type: bool
  sample: true
movements:
  description: What moved meanwhile, or cannot be known to have stood still. Empty when RV(is_quiet).
  returned: success
  type: list
  elements: str
  sample: ["changes were made: 12"]
msg:
  description: The failure in one sentence, with what to look at.
  returned: failure
  type: str
  sample: "phb.example.com:6379: the server does not run in cluster mode. Look at: cluster_mode, and the endpoint."
nodes:
  description: The servers that were read. In cluster mode all primaries.
  returned: success
  type: list
  elements: str
  sample: ["phb.example.com:6379"]
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 9.412
total:
  description:
    - The sums over all databases. C(total.digest) is made from the databases' numbers, digests and counts, so that
      keys that went from one database to another change it.
    - Holds the same as each of RV(databases), but for RV(databases[].db).
  returned: success
  type: dict
  sample: {"bytes": 12, "covered": 1, "digest": "0f9c...", "expires": 0, "key_count": 1, "types": {"set": 1}}
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.redis.arguments import target_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.failures import CheckError
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.arguments import (
    keyspace_arguments,
    keyspace_options_from,
)
from ansible_collections.redisops.cache.plugins.module_utils.redis.keyspace.nodes import describe_server
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=keyspace_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    target = target_from(module.params)
    try:
        options = keyspace_options_from(module.params)
        description, nodes = describe_server(target, options, module.params["cluster_mode"])
    except ValueError as error:
        module.fail_json(msg=str(error))
    except CheckError as error:
        module.fail_json(msg=f"{target.label}: {error.detail}. Look at: {error.cause.look_at}.", code=error.code)
    module.exit_json(changed=False, nodes=nodes, **description.as_dict())


if __name__ == "__main__":
    main()
