# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tells a primary from the one before it, when both are reached by the same name."""

from __future__ import annotations

from ..failures import CheckError
from ..keyspace.nodes import ClosableSession
from ..keyspace.quiet import look_at

Identity = tuple[str, str]
"""The run of the server's process, and the history of writes that it began when it became primary."""

NOT_TOLD = ("COMMAND_REMOVED", "NOPERM", "SERVER_ERROR")
"""Codes of answers that a server would give a second time."""


def identity_of(session: ClosableSession) -> Identity | None:
    """None where INFO may not be asked for, or does not tell. Raises CheckError."""
    try:
        facts = look_at(session).facts
    except CheckError as error:
        if error.code in NOT_TOLD:
            return None
        raise
    told = (facts.get("run_id", ""), facts.get("master_replid", ""))
    return told if any(told) else None
