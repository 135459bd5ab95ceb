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
