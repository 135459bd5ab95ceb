# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A flush from options to a result: everything is looked at, then the snapshot, then everything once more, then the
flush."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ...aws.session import Session
from ...reconcile.problems import Failure
from ...redis.flush.arguments import server_from, wish_from
from ...redis.flush.examine import Examined, Keys, Wish, examine_all, sum_of
from ...redis.flush.nodes import Server
from ...redis.flush.run import FlushFailed, count_left, flush_all
from .arguments import needs_aws, require_sense
from .local import LocalBackup
from .snapshots import SnapshotBefore, SnapshotTold


class Unfinished(Failure):
    """Something was done before it failed: `snapshot` was taken, if any, and the nodes `flushed` are empty."""

    def __init__(self, cause: Failure, snapshot: SnapshotTold | None) -> None:
        self.flushed = list(cause.flushed) if isinstance(cause, FlushFailed) else []
        self.snapshot = snapshot
        kept = f" The data is in the snapshot {snapshot.name}." if snapshot else ""
        super().__init__(f"{cause}{kept}")

    def as_dict(self) -> dict[str, Any]:
        is_new = bool(self.snapshot and self.snapshot.is_new)
        return {"changed": bool(self.flushed) or is_new, "nodes": self.flushed, **_snapshot_values(self.snapshot)}


def flush(params: Mapping[str, Any], session: Session, check: bool) -> dict[str, Any]:
    """What the module returns, with `warnings`. Raises Refused when nothing was done, Unfinished when something was."""
    require_sense(params)
    flushing = Flushing(server_from(params), wish_from(params), params["cluster_mode"], snapshot_of(params, session))
    return flushing.run(check)


def snapshot_of(params: Mapping[str, Any], session: Session) -> SnapshotBefore | None:
    if not params["snapshot"]:
        return None
    if not needs_aws(params):
        return LocalBackup(params, utc_now)
    # Not above: hosts run older releases of Python than what speaks to AWS is made for.
    from .managed import ManagedSnapshot

    return ManagedSnapshot(session, params)


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Flushing:
    server: Server
    wish: Wish
    cluster_mode: bool
    snapshot: SnapshotBefore | None

    def run(self, check: bool) -> dict[str, Any]:
        nodes, keys = self._look()
        foreseen = self._foresee() if keys else None
        if check or not keys:
            return result(nodes, keys, foreseen)
        taken = self._take_snapshot()
        try:
            return self._flush(taken)
        except Failure as failure:
            raise Unfinished(failure, taken) from failure

    def _look(self) -> tuple[list[str], Keys]:
        """The primaries, and the keys that they have together."""
        with self.server.opened() as nodes:
            examined = examine_all(nodes, self.wish, self.cluster_mode)
        return [each.node.label for each in examined], _keys_of(examined)

    def _foresee(self) -> SnapshotTold | None:
        return self.snapshot.foresee() if self.snapshot else None

    def _take_snapshot(self) -> SnapshotTold | None:
        try:
            return self.snapshot.take() if self.snapshot else None
        except Failure as failure:
            raise Failure(f"{failure} Nothing was flushed.") from failure

    def _flush(self, taken: SnapshotTold | None) -> dict[str, Any]:
        """A snapshot takes its time: meanwhile a server may have hung up, or another node have become the primary."""
        with self.server.opened() as nodes:
            examined = examine_all(nodes, self.wish, self.cluster_mode)
            flush_all(examined, self.wish)
            left = count_left(examined, self.wish)
        told = result([node.label for node in nodes], _keys_of(examined), taken)
        return {**told, "changed": True, "remaining": _by_name(left)}


def result(nodes: list[str], keys: Keys, snapshot: SnapshotTold | None) -> dict[str, Any]:
    """The same for what would be flushed and for what was."""
    flushed = _by_name(keys)
    changes: list[dict[str, Any]] = [{"change": "flushed", "database": name, "keys": n} for name, n in flushed.items()]
    if keys and snapshot and snapshot.is_new:
        changes.insert(0, {"change": "snapshot", "snapshot": snapshot.name})
    return {
        "changed": bool(keys),
        "changes": changes,
        "diff": {"before": {"keys": flushed}, "after": {"keys": dict.fromkeys(flushed, 0)}},
        "flushed": flushed,
        "nodes": nodes,
        "warnings": list(snapshot.cautions) if snapshot else [],
        **_snapshot_values(snapshot),
    }


def _snapshot_values(snapshot: SnapshotTold | None) -> dict[str, str | None]:
    return {
        "snapshot": snapshot.name if snapshot else None,
        "snapshot_created": snapshot.created if snapshot else None,
        "snapshot_path": snapshot.path if snapshot else None,
    }


def _by_name(keys: Keys) -> dict[str, int]:
    """As JSON has them."""
    return {str(number): count for number, count in keys.items()}


def _keys_of(examined: Iterable[Examined]) -> Keys:
    return sum_of(each.keys for each in examined)
