# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - Name or address of the server, or of a cache's endpoint.
      - With O(tls=true) the server's certificate must be for it.
    type: str
    required: true
  port:
    description: Port of the server.
    type: int
    default: 6379
  tls:
    description:
      - Whether to speak TLS. Unless this is V(false), a password never leaves this machine in plain text.
      - The certificate's chain and host name are always verified.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, on the host on which the module runs.
      - If not given, the system's authorities are trusted, which is what a managed cache needs.
    type: path
  client_cert_path:
    description:
      - File with the certificate to show to a server that wants one (C(tls-auth-clients)), in PEM format, on the host
        on which the module runs. It may hold the key as well.
    type: path
  client_key_path:
    description: File with the certificate's key, without a passphrase.
    type: path
  username:
    description: User to log in as. If not given, the server's user C(default).
    type: str
  password:
    description: Password of the user, or the token of a cache with AUTH. If not given, the server must not want one.
    type: str
  db:
    description: Number of the database. In cluster mode there is only V(0).
    type: int
    default: 0
  timeout:
    description:
      - Seconds to wait for each single connect, handshake and answer.
      - How long a name may take to resolve is the system's own setting.
    type: float
    default: 5.0
requirements:
  - redis >= 4.3 (the Python client)
"""
