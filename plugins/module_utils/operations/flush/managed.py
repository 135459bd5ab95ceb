# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a managed cache, which the service takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...aws.run import describe_interruption, run_resource
from ...aws.session import Session
from ...elasticache.api import describe_serverless_cache_snapshots, describe_snapshots
from ...elasticache.replication_group.observe import observe as observe_group
from ...elasticache.snapshot.normalize import SnapshotState
from ...elasticache.snapshot.observe import observe
from ...elasticache.snapshot.resource import Snapshot
from ...elasticache.snapshot.spec import argument_spec
from ...reconcile.engine import Outcome
from ...reconcile.problems import Failure, Interrupted, Refused
from .endpoints import endpoints_of, is_one_of
from .snapshots import SnapshotTold, next_name, require_recent, stem_of


class ManagedSnapshot:
    """See SnapshotBefore. `params` are those of redis_flush."""

    def __init__(self, session: Session, params: Mapping[str, Any]) -> None:
        self._session = session
        self._params = params
        self._name = str(params["snapshot_name"] or "").lower()
        self._serverless = bool(params["serverless_cache_name"])
        self._cache = str(params["serverless_cache_name"] or params["replication_group_id"]).lower()
        self._is_there = False

    def foresee(self) -> SnapshotTold:
        self._require_same_cache()
        if self._name:
            found = observe(self._session, self._name, self._serverless)
            self._is_there = found is not None
            if found:
                now, longest = self._session.service_now(), self._params["snapshot_max_age"]
                require_recent(found.snapshot_name, found.created, longest, now)
        else:
            self._name = next_name(stem_of(self._cache), self._taken())
        outcome = self._run(check=True)
        return self._told(outcome, outcome.before)

    def take(self) -> SnapshotTold:
        try:
            outcome = self._run(check=False)
        except Interrupted as interrupted:
            raise Failure(describe_interruption(interrupted)) from interrupted
        return self._told(outcome, outcome.after)

    def _told(self, outcome: Outcome, state: SnapshotState | None) -> SnapshotTold:
        created = state.created if state else None
        return SnapshotTold(self._name, outcome.changed, created=created, warnings=outcome.warnings)

    def _run(self, check: bool) -> Outcome:
        defaults = {name: option.get("default") for name, option in argument_spec().items()}
        given = {**self._source(), "snapshot_name": self._name, "wait_timeout": self._params["wait_timeout"]}
        wanted = {**defaults, **given, "state": "present", "wait": True}
        return run_resource(self._session, wanted, Snapshot, check)

    def _source(self) -> dict[str, str]:
        """Of a group with cluster mode disabled its primary, since a replica may not have yet what the flush deletes.
        A snapshot that is there already may be of any of its members.
        """
        if self._serverless:
            return {"serverless_cache_name": self._cache}
        group = None if self._is_there else observe_group(self._session, self._cache)
        members = group.members if group and not group.is_clustered else ()
        primary = next((each.cluster_id for each in members if each.role == "primary"), None)
        return {"cache_cluster_id": primary} if primary else {"replication_group_id": self._cache}

    def _taken(self) -> Iterable[str]:
        """Names of all snapshots of the account and region. Their tags, which would be a call each, do not matter."""
        if self._serverless:
            return [each["ServerlessCacheSnapshotName"] for each in describe_serverless_cache_snapshots(self._session)]
        return [each["SnapshotName"] for each in describe_snapshots(self._session)]

    def _require_same_cache(self) -> None:
        """The snapshot of another cache than the one that is flushed would be found out when it is needed."""
        option = "serverless_cache_name" if self._serverless else "replication_group_id"
        host, port = self._params["host"], self._params["port"]
        endpoints = endpoints_of(self._session, self._cache, self._serverless)
        if endpoints is None:
            raise Refused([f"{option}: {self._cache} does not exist in this account and region."])
        if not is_one_of(endpoints, host, port):
            told = ", ".join(f"{name}:{number}" for name, number in endpoints) or "none yet"
            raise Refused(
                [
                    f"{option}: {host}:{port} is not an endpoint of {self._cache} (which has {told}), so the snapshot "
                    "might be of another cache than what is flushed. Behind a tunnel, take one with "
                    "elasticache_snapshot, and flush with snapshot=false."
                ]
            )
