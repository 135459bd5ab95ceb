# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Returns RV(plan), RV(changes) and C(diff) exactly as the run that follows would, and changes nothing.
    support: full
  diff_mode:
    description: Shows every managed option that changes; secrets appear as a fixed marker.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Changes nothing in any mode.
    support: full
  diff_mode:
    description: There is nothing to show, since nothing is changed.
    support: N/A
"""
