# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can reach the cache: token, encryption, open ports. The token itself appears in no message."""

from __future__ import annotations

from collections.abc import Iterable

from .facts import Facts, SecurityGroup
from .network import attached_groups, cache_groups, sources_of
from .outlook import Wanted

WHOLE_WORLD = frozenset({"0.0.0.0/0", "::/0"})


def open_to_the_world(wanted: Wanted, facts: Facts) -> Iterable[str]:
    return openings(cache_groups(wanted, facts), wanted.group.port)


def left_open_to_the_world(wanted: Wanted, facts: Facts) -> Iterable[str]:
    """Of a group that the run does not name, the next task may well mend the rules: no reason to stop before it."""
    return openings(attached_groups(wanted, facts), wanted.group.port)


def openings(groups: Iterable[SecurityGroup], port: int) -> Iterable[str]:
    for group in groups:
        for source in sorted(WHOLE_WORLD & sources_of(group, port)):
            yield (
                f"security_group_ids: {group.group_id} lets {source} in on port {port}; remove that rule and let "
                "the application's security groups in instead."
            )


def plain_text(wanted: Wanted, _facts: Facts) -> Iterable[str]:
    """Only where Multi-AZ says that the cache matters: a development cache without TLS is nobody's surprise."""
    if wanted.group.multi_az_enabled and not wanted.group.transit_encryption_enabled:
        yield (
            "transit_encryption_enabled: off, so everybody whom the security groups let in reads and writes without a "
            "password; set it to true, since no token can be set without it."
        )


def no_password(wanted: Wanted, facts: Facts) -> Iterable[str]:
    is_guarded = wanted.spec.auth_token is not None or not wanted.group.transit_encryption_enabled
    if facts.is_new and wanted.group.multi_az_enabled and not is_guarded:
        yield (
            "auth_token: not set, so everybody whom the security groups let in reads and writes without a password; "
            "set a token of 16 to 128 characters."
        )


PROBLEMS = (open_to_the_world,)
WARNINGS = (left_open_to_the_world, no_password, plain_text)
