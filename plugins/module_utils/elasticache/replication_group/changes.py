# Copyright (c) 2026, redisops.cache maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between Spec and State. Pure."""

from __future__ import annotations

from dataclasses import replace

from ...reconcile.compare import same_version, version_key
from ...reconcile.field import differences
from ...reconcile.plan import Change, Disruption
from ...reconcile.secret import MARKER
from ..tagging import delta_of, tag_change
from .fields import COMPARED, FIELDS
from .normalize import ReplicationGroupState
from .spec import ReplicationGroupSpec

DEFERRED = ("engine_version", "node_type")
"""What waits for the maintenance window unless `apply_immediately` is set; it is pending on each member meanwhile."""

ROLLBACK = (("valkey", (7, 2)), ("redis", (7, 1)))
"""The one way back: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html"""


def find_changes(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> tuple[Change, ...]:
    found = [each for each in differences(COMPARED, spec, state) if not is_done_elsewhere(each, spec, state)]
    found += released(spec, state)
    found += called_off(spec, state)
    found += token_change(spec, state)
    found += tag_change(delta_of(spec, state.tags), state.tags)
    return tuple(judged(change, spec, state) for change in found)


def is_done_elsewhere(change: Change, spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    return is_own_upgrade(change, spec, state) or is_in_waiting_upgrade(change, spec, state)


def is_in_waiting_upgrade(change: Change, spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    """Of an upgrade that waits for the window the service shows the version alone: engine and parameter group, sent in
    the same call, come with it."""
    waiting = state.pending.get("engine_version")
    if waiting is None or spec.apply_immediately or change.field not in ("engine", "parameter_group_name"):
        return False
    return leaves_family(spec, state) and same_version(spec.engine_version or "", waiting)


def leaves_family(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    """Whether the wanted version needs a parameter group of another family: another engine, or another major."""
    wanted = version_key(spec.engine_version or state.engine_version)[:1]
    return (spec.engine or state.engine) != state.engine or wanted != version_key(state.engine_version)[:1]


def called_off(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> list[Change]:
    """What waits for the window and is no longer wanted: asking for the present value calls it off (user guide,
    "Resolving blocked engine upgrades"). An upgrade that the service has planned by itself stays."""
    waiting = [FIELDS.by_name[name] for name in DEFERRED if name in state.pending and getattr(spec, name) is not None]
    found = [
        Change(each.name, state.pending[each.name], getattr(spec, each.name))
        for each in waiting
        if each.same(getattr(spec, each.name), getattr(state, each.name))
        and not each.same(getattr(spec, each.name), state.pending[each.name])
    ]
    return [each for each in found if not is_own_upgrade(each, spec, state)]


def is_own_upgrade(change: Change, spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    """A newer minor version than asked for is the work of auto minor version upgrade, no drift."""
    if change.field != "engine_version" or spec.engine not in (None, state.engine):
        return False
    wanted, found = version_key(change.after), version_key(change.before)
    return state.auto_minor_version_upgrade and wanted[:1] == found[:1] and wanted < found


def released(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> list[Change]:
    """With `apply_immediately`, what was asked for earlier and still waits for its window is made now."""
    if not spec.apply_immediately:
        return []
    waiting = [FIELDS.by_name[name] for name in DEFERRED if name in state.pending and getattr(spec, name) is not None]
    return [
        Change(each.name, getattr(state, each.name), getattr(spec, each.name), Disruption.FAILOVER)
        for each in waiting
        if each.same(getattr(spec, each.name), state.pending[each.name])
        and not each.same(getattr(spec, each.name), getattr(state, each.name))
    ]


def token_change(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> list[Change]:
    """A strategy is an order: the service never tells a token back, so there is nothing to compare it with."""
    if spec.auth_token is None or spec.auth_token_update_strategy is None:
        return []
    before = MARKER if state.auth_token_enabled else None
    # After ROTATE both tokens are good; SET shuts out whoever still has the old one.
    disruption = Disruption.NONE if spec.auth_token_update_strategy == "ROTATE" else Disruption.CONNECTIONS
    return [Change("auth_token", before, spec.auth_token, disruption, observable=False)]


def judged(change: Change, spec: ReplicationGroupSpec, state: ReplicationGroupState) -> Change:
    """Changes of the engine that the service does not do in place have the disruption `replacement`."""
    if change.field in ("engine", "engine_version") and is_downgrade(spec, state) and not is_rollback(spec, state):
        return replace(change, disruption=Disruption.REPLACEMENT)
    return change


def is_downgrade(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    engine = spec.engine or state.engine
    if engine != state.engine:
        return engine == "redis"
    return version_key(spec.engine_version or state.engine_version)[:2] < version_key(state.engine_version)[:2]


def is_rollback(spec: ReplicationGroupSpec, state: ReplicationGroupState) -> bool:
    found = (state.engine, version_key(state.engine_version)[:2])
    wanted = (spec.engine or state.engine, version_key(spec.engine_version or "")[:2])
    return (found, wanted) == ROLLBACK
