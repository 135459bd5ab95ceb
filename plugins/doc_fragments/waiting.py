# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the last change has taken effect, and to make sure of it by looking again.
      - Between several changes there is always a wait, since the service takes one at a time.
    type: bool
    default: true
  wait_timeout:
    description: Seconds that any single wait may last. Large groups need hours to change their shards.
    type: int
    default: 3600
"""

    DISRUPTION = r"""
options:
  allow_disruption:
    description:
      - How much a change may disturb the clients. A plan that goes further is refused before its first call.
      - V(none) allows what clients do not notice.
      - V(failover) allows that a primary moves to another node. Writes fail for seconds and clients reconnect.
      - V(connections) also allows that clients are cut off or have to connect in another way.
      - V(data_movement) also allows that data moves between nodes under load.
      - What only a replacement could do is refused in any case.
    type: str
    choices: [none, failover, connections, data_movement]
    default: none
"""
