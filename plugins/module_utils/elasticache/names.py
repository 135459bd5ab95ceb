# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that names and identifiers of ElastiCache share. The service keeps them in lower case."""

from __future__ import annotations

import re

NAME_RULE = "1 to {longest} letters, digits and hyphens, first a letter, no hyphen doubled or at the end"


def name_problems(option: str, name: str | None, longest: int) -> list[str]:
    """Rule of CreateReplicationGroup and of all groups that belong to it; unset names have no problems.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"""
    if name is None or (re.fullmatch(r"[A-Za-z](-?[A-Za-z0-9])*", name) and len(name) <= longest):
        return []
    return [f"{option}: {name!r} must hold {NAME_RULE.format(longest=longest)}."]
