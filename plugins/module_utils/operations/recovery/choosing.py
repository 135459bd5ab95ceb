# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshot is restored. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ...elasticache.snapshot.normalize import SnapshotState
from ...reconcile.problems import Refused

AVAILABLE = "available"


def named_snapshot(name: str, found: SnapshotState | None, identifier: str) -> SnapshotState:
    """Raises Refused."""
    if found is None:
        raise Refused([f"snapshot_name: there is no snapshot {name}; elasticache_snapshot_info lists those there are."])
    if found.replication_group_id != identifier:
        owner = found.replication_group_id or found.source
        raise Refused(
            [f"snapshot_name: {name} is a snapshot of {owner}, not of {identifier}; test the recovery of that."]
        )
    if found.status != AVAILABLE:
        raise Refused([f"snapshot_name: {name} is {found.status}; wait until it is available, or take another."])
    return found


def newest_snapshot(found: Sequence[SnapshotState], identifier: str) -> SnapshotState:
    """Of the group's snapshots, newest first: the newest automatic one, else the newest manual one. Raises Refused."""
    ready = [each for each in found if each.status == AVAILABLE]
    automatic = [each for each in ready if each.origin == "automated"]
    if ready:
        return (automatic or ready)[0]
    if found:
        seen = ", ".join(f"{each.snapshot_name} is {each.status}" for each in found)
        raise Refused([f"{identifier} has no snapshot that is available ({seen}); run again when one is."])
    raise Refused(
        [
            f"{identifier} has no snapshot, so nothing of it could be recovered. Have them taken daily with "
            "snapshot_retention_limit of elasticache_replication_group, or take one now with elasticache_snapshot."
        ]
    )


def dated_snapshot(found: SnapshotState) -> SnapshotState:
    """Raises Refused for one whose age cannot be reckoned."""
    if found.created:
        return found
    raise Refused(
        [
            f"snapshot_name: the service does not tell of which moment {found.snapshot_name} is, so that its age is "
            "not known; name another in snapshot_name, or run again later."
        ]
    )
