# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replication group is waited for, before anything is planned."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group import resource
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.normalize import (
    ReplicationGroupState,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.replication_group.restore.source import Source

from tests.unit.plugins.module_utils.aws.fakes import StubbedSession
from tests.unit.plugins.module_utils.elasticache.replication_group.samples import NAME, make_state


def half_created(status: str) -> ReplicationGroupState:
    """A group of which one member never came to be."""
    state = make_state((1,), status=status, transitions=(f"the group is {status}",))
    first, second = state.members
    return replace(state, members=(first, replace(second, status="create-failed")))


@pytest.mark.parametrize("wanted", ["present", "absent"])
def test_a_group_that_is_being_deleted_is_waited_for_even_if_a_member_has_failed(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "observe", Mock(side_effect=[half_created("deleting"), None]))
    group = resource.ReplicationGroup(StubbedSession().session, {"replication_group_id": NAME, "state": wanted})
    assert group.settle(check=False) == (None, ())


@pytest.mark.parametrize(
    ("wanted", "found", "reads"),
    [("present", None, 1), ("present", make_state(), 0), ("absent", None, 0)],
)
def test_a_snapshot_is_read_once_and_only_for_a_new_group(
    wanted: str, found: ReplicationGroupState | None, reads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a group is made of it, the snapshot is not available: a second look, after a conflict, would refuse it."""
    read = Mock(return_value=Source())
    monkeypatch.setattr(resource, "observe", Mock(return_value=found))
    monkeypatch.setattr(resource, "read_source", read)
    params = {"replication_group_id": NAME, "state": wanted, "snapshot_name": "before"}
    group = resource.ReplicationGroup(StubbedSession().session, params)
    for _look in range(2):
        assert group.settle(check=False) == (found, ())
    assert read.call_count == reads


FAILING = half_created("creating")
CREATING = make_state((1,), status="creating", transitions=("the group is creating",))


def look_on(monkeypatch: pytest.MonkeyPatch, *states: ReplicationGroupState | None) -> resource.ReplicationGroup:
    """A group to be removed, and what is seen of it; the last for ever."""
    seen = [*states]
    monkeypatch.setattr(resource, "observe", lambda *_read: seen.pop(0) if len(seen) > 1 else seen[0])
    return resource.ReplicationGroup(StubbedSession().session, {"replication_group_id": NAME, "state": "absent"})


def test_a_group_that_fails_while_it_is_waited_for_is_removed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    group = look_on(monkeypatch, CREATING, CREATING, FAILING)
    assert group.settle(check=False) == (FAILING, ())


def test_a_group_that_somebody_else_removes_meanwhile_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    group = look_on(monkeypatch, CREATING, half_created("deleting"), None)
    assert group.settle(check=False) == (None, ())


def test_a_late_read_is_not_taken_for_a_group_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    group = look_on(monkeypatch, CREATING, None, None, make_state())
    assert group.settle(check=False) == (make_state(), ())
