#!/usr/bin/python
# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_check
short_description: Check that a Redis or Valkey server can be used, hop by hop
version_added: 0.1.0
description:
  - Logs in to a Redis or Valkey server, managed or self-hosted, and checks one thing after the other, so that a failure
    says which hop failed and what to look at.
  - "In this order: C(dns) the name resolves; C(tcp) the port accepts connections; C(tls) handshake, certificate chain
    and host name; C(auth) login, and selection of the database; C(ping); C(role); C(cluster) the cluster is up and
    serves all slots; C(write) a key is written, read and deleted; C(latency) of PING; then what the server must refuse:
    C(refuse_unauthenticated), C(refuse_wrong_password), C(refuse_plaintext), C(refuse_no_certificate) and
    C(refuse_commands); or else, from where nobody is to get in, C(refuse_connection)."
  - The first failure stops the checks after it. Checks that the options do not ask for are left out.
  - RV(ignore:changed) is always V(false), since the write test removes what it wrote.
  - "A user with an access string of its own needs C(+@connection), which has PING, ECHO and SELECT, for the write test
    C(+set +get +del) on keys that begin with O(key_prefix), and in cluster mode C(+cluster|info)."
author:
  - redisops.cache maintainers (@redisops)
options:
  role:
    description: The role that the server must have. In cluster mode that is the role of the node that answers.
    type: str
    choices: [any, master, replica]
    default: any
  cluster_mode:
    description:
      - Whether the server runs in cluster mode (for ElastiCache, cluster mode enabled, and serverless caches).
      - Checks that the cluster is up and all slots are served, and sends the write test to the node that has the key.
    type: bool
    default: false
  write_test:
    description:
      - Whether to write, read and delete a key, which no other run uses and which ends by itself after 60 seconds.
      - A replica is only read from, as is any node with O(role=replica).
      - Check mode skips this test.
    type: bool
    default: true
  key_prefix:
    description: Beginning of the key's name, for users who may only touch certain keys.
    type: str
    default: "redisops:check:"
  latency_samples:
    description: Number of PINGs whose latency is measured. With V(0) it is not.
    type: int
    default: 20
  refuse_unauthenticated:
    description: Whether to check that nobody gets in without a password. Needs O(password).
    type: bool
    default: false
  refuse_wrong_password:
    description:
      - Whether to check that a made-up password is refused. Needs O(password).
      - The server counts this as a failed login (metric AuthenticationFailures, C(ACL LOG)).
    type: bool
    default: false
  refuse_plaintext:
    description: Whether to check that the port gives no answer in plain text. Needs O(tls=true).
    type: bool
    default: false
  refuse_no_certificate:
    description:
      - Whether to check that the same login without the client certificate is refused. Needs O(tls=true) and
        O(client_cert_path).
    type: bool
    default: false
  refuse_commands:
    description:
      - Commands that the server must refuse to this login, because they are renamed or removed, or since the user may
        not run them.
      - None of them is run. Each is queued in a transaction that is discarded, for which the user needs
        C(+multi +discard).
      - A name alone stands for the whole command, V(CONFIG) for instance for C(CONFIG SET). With arguments, which then
        have to be as many as it takes, it may be any part of one, such as V(CONFIG GET maxmemory).
      - Commands that no transaction takes, such as V(SAVE) and V(PSYNC), can only be asked about if they are renamed or
        removed.
    type: list
    elements: str
    default: []
  refuse_connection:
    description:
      - Whether to check that no connection comes about. It passes when the port refuses, when nothing answers in time,
        and when the server is in protected mode and sends other hosts away.
      - A server that asks for a password has been reached, so that this fails.
      - All checks that need a connection are left out. Run another task from an allowed host, since a server that is
        down refuses connections too.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds within which a failure that may pass by itself is tried again, from the first hop and with growing
        pauses.
      - Such are a name not known yet, a refused or lost connection, a timeout, a server that loads its data, a cluster
        that is not complete, another role than the expected one. A refused password or certificate is not.
      - An attempt that has begun is finished. With V(0) there is one attempt.
    type: float
    default: 0.0
attributes:
  check_mode:
    description: Checks everything except what writes, and says so in RV(checks).
    support: full
  diff_mode:
    description: There is nothing to show, since nothing is changed.
    support: N/A
extends_documentation_fragment:
  - redisops.cache.redis_connection
seealso:
  - name: Troubleshooting ElastiCache connections
    description: What AWS advises to look at when a cache cannot be reached.
    link: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/TroubleshootingConnections.html
"""

EXAMPLES = r"""
- name: The new cache can be used with its token, and only with it
  redisops.cache.redis_check:
    host: "{{ cache_endpoint }}"
    password: "{{ cache_auth_token }}"
    role: master
    refuse_unauthenticated: true
    refuse_wrong_password: true
    refuse_plaintext: true
    wait_timeout: 120

- name: The reader endpoint leads to a replica
  redisops.cache.redis_check:
    host: "{{ cache_reader_endpoint }}"
    password: "{{ cache_auth_token }}"
    role: replica

- name: All slots of the cluster are served, as the application's user sees it
  redisops.cache.redis_check:
    host: "{{ cache_configuration_endpoint }}"
    username: caroud-app
    password: "{{ cache_user_password }}"
    cluster_mode: true
    key_prefix: "caroud:check:"

- name: A server on a host, with a certificate of the company's own authority
  redisops.cache.redis_check:
    host: "{{ inventory_hostname }}"
    ca_path: /etc/ssl/certs/company-ca.pem
    password: "{{ cache_password }}"
    db: 2
  register: server

- name: The application may not look at the configuration, nor empty the cache
  redisops.cache.redis_check:
    host: "{{ inventory_hostname }}"
    client_cert_path: /etc/ssl/application.pem
    username: application
    password: "{{ cache_user_password }}"
    refuse_no_certificate: true
    refuse_commands: [CONFIG, FLUSHALL, SHUTDOWN]

- name: Nobody else reaches the server
  redisops.cache.redis_check:
    host: "{{ inventory_hostname }}"
    refuse_connection: true
    timeout: 2
  delegate_to: another-host

- name: The server is fast enough
  ansible.builtin.assert:
    that: server.latency.p95_ms < 5
"""

RETURN = r"""
attempts:
  description: How often the checks were begun within O(wait_timeout).
  returned: when the options are accepted
  type: int
  sample: 1
checks:
  description: The checks that the options ask for, in their order.
  returned: when the options are accepted
  type: list
  elements: dict
  contains:
    check:
      description: Name of the check.
      returned: always
      type: str
      sample: tcp
    code:
      description:
        - Of a failure, what it is. The server's own word where it has one, such as V(NOAUTH), V(WRONGPASS), V(LOADING),
          V(READONLY), V(CLUSTERDOWN), V(OOM).
        - Others say what was seen, such as V(NAME_NOT_FOUND), V(CONNECTION_REFUSED), V(CONNECTION_TIMEOUT),
          V(CERTIFICATE_OTHER_HOST), V(CERTIFICATE_UNKNOWN_AUTHORITY), V(TLS_PORT), V(PLAINTEXT_PORT).
      returned: always
      type: str
      sample: CONNECTION_TIMEOUT
    detail:
      description: What was seen, or why the check was skipped.
      returned: always
      type: str
      sample: "no answer from the address: 10.20.1.15 port 6379 (timed out)"
    hint:
      description: Of a failure, what to look at.
      returned: always
      type: str
      sample: the security group (or firewall) on both sides, VPC and routes, and whether the cache is available
    milliseconds:
      description: How long the check took. V(null) when it was skipped.
      returned: always
      type: float
      sample: 5003.117
    ok:
      description: Whether the server passed. V(null) when the check was skipped.
      returned: always
      type: bool
      sample: false
failed_hop:
  description: Name of the check that failed. V(null) when none did.
  returned: when the options are accepted
  type: str
  sample: tcp
latency:
  description: Latency of PING in milliseconds. Empty when it was not measured.
  returned: when the options are accepted
  type: dict
  sample: {"p50_ms": 0.412, "p95_ms": 0.633, "p99_ms": 0.907, "samples": 20}
msg:
  description: The failure in one sentence, with what to look at; or the names of the checks that passed.
  returned: always
  type: str
  sample: "phb.example.com:6379 passed dns, tcp, tls, auth, ping, role, write, latency"
role:
  description: V(master) or V(replica). V(null) when that was not reached or the server does not tell.
  returned: when the options are accepted
  type: str
  sample: master
server:
  description:
    - The server as it describes itself. Empty when that was not reached.
    - Each value is V(null) when the server does not tell.
  returned: when the options are accepted
  type: dict
  contains:
    engine:
      description: V(redis) or V(valkey).
      returned: always
      type: str
      sample: valkey
    mode:
      description: V(standalone), V(cluster) or V(sentinel).
      returned: always
      type: str
      sample: standalone
    version:
      description: Version of the engine.
      returned: always
      type: str
      sample: 8.0.1
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.redisops.cache.plugins.module_utils.redis.arguments import check_arguments, check_options_from
from ansible_collections.redisops.cache.plugins.module_utils.redis.checks import check_server
from ansible_collections.redisops.cache.plugins.module_utils.redis.session import REDIS_IMPORT_ERROR, REDIS_REQUIREMENT


def main() -> None:
    module = AnsibleModule(argument_spec=check_arguments(), supports_check_mode=True)
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(REDIS_REQUIREMENT), exception=REDIS_IMPORT_ERROR)
    try:
        options = check_options_from(module.params)
    except ValueError as error:
        module.fail_json(msg=str(error))
    report = check_server(options, may_write=not module.check_mode)
    if report.failure:
        module.fail_json(msg=report.message, changed=False, **report.as_dict())
    module.exit_json(msg=report.message, changed=False, **report.as_dict())


if __name__ == "__main__":
    main()
