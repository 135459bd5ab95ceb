# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  config_file:
    description:
      - The server's main configuration file on the host, such as V(/etc/redis/redis.conf).
      - It says where the server listens (C(unixsocket) before C(port)) and what its commands are called; the files that
        it includes are followed.
    type: path
    required: true
  login_username:
    description: User to log in as, together with O(login_password). If not given, the server's user C(default).
    type: str
  login_password:
    description:
      - Password of the user. The ways to log in are tried one after the other until the server accepts one.
      - "They are O(login_password), then the password in O(login_secret_file), then C(requirepass) of the configuration
        files, then none at all."
    type: str
  login_secret_file:
    description:
      - File on the host with the password of the server's user C(redisops), as whom this collection's modules work on
        the host. The password never leaves the host.
      - A file that does not exist is left out.
    type: path
  timeout:
    description: Seconds to wait for each single connect and answer.
    type: float
    default: 10.0
requirements:
  - redis >= 4.3 (the Python client)
  - Python >= 3.9
"""
