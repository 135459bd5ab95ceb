# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads that snapshots need. Filters are applied here: asked for the snapshots of a cluster that is gone, the
service answers that there is no such cluster, although manual snapshots outlive it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...aws.session import Session
from ...reconcile.problems import Refused
from ..api import describe_events, describe_serverless_cache_snapshots, describe_snapshots, list_tags
from .normalize import SnapshotState, normalize, normalize_serverless

LATELY = 60
"""Minutes of events in which the end of a snapshot is looked for."""


@dataclass(frozen=True)
class SnapshotQuery:
    """Unset members let everything pass. `serverless` is implied by `serverless_cache_name`.

    `replication_group_id` finds snapshots of the group and, with cluster mode disabled, those of its members.
    """

    snapshot_name: str | None = None
    replication_group_id: str | None = None
    cache_cluster_id: str | None = None
    serverless_cache_name: str | None = None
    origin: str | None = None
    serverless: bool = False

    @property
    def is_serverless(self) -> bool:
        return self.serverless or self.serverless_cache_name is not None

    def matches(self, state: SnapshotState) -> bool:
        wanted = (
            (self.replication_group_id, state.replication_group_id),
            (self.cache_cluster_id, state.cache_cluster_id),
            (self.serverless_cache_name, state.serverless_cache_name),
            (self.origin, state.origin),
        )
        return all(asked is None or asked.lower() == (found or "").lower() for asked, found in wanted)


def observe(session: Session, name: str, serverless: bool = False) -> SnapshotState | None:
    found = observe_all(session, SnapshotQuery(snapshot_name=name, serverless=serverless))
    return found[0] if found else None


def observe_all(session: Session, query: SnapshotQuery) -> list[SnapshotState]:
    """Newest first; one in creation, whose moment is not told yet, is the newest. Nothing found gives []."""
    name = query.snapshot_name.lower() if query.snapshot_name else None
    if query.is_serverless:
        listed = [normalize_serverless(each) for each in describe_serverless_cache_snapshots(session, name)]
    else:
        listed = [normalize(each) for each in describe_snapshots(session, name)]
    found = sorted(filter(query.matches, listed), key=lambda state: (state.created == "", state.created), reverse=True)
    return [replace(state, tags=list_tags(session, state.arn)) for state in found]


def read_snapshots(session: Session, params: Mapping[str, Any]) -> list[SnapshotState]:
    """`observe_all` with the options of the _info module. Raises Refused: an empty name is not meant to find all."""
    names = ("snapshot_name", "replication_group_id", "cache_cluster_id", "serverless_cache_name", "origin")
    given = {name: params.get(name) for name in names}
    empty = [name for name, value in given.items() if value is not None and not value.strip()]
    if empty:
        raise Refused(f"{name}: it is empty; leave the option out to list all there are." for name in empty)
    return observe_all(session, SnapshotQuery(**given, serverless=bool(params.get("serverless"))))


def failure_story(session: Session, state: SnapshotState | None) -> str:
    """What the service's events tell, newest last, about one that has failed: no status does. None: never seen."""
    if state is None:
        return "it was never seen"
    kind = "replication-group" if state.cluster_mode else "cache-cluster"
    identifier = state.snapshot_name if state.serverless else state.source
    events = describe_events(session, identifier, "serverless-cache-snapshot" if state.serverless else kind, LATELY)
    return " / ".join(event["Message"] for event in events[-3:]) or "the service has recorded no event about it"
