# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recovery test may be asked for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.operations.recovery.samples import PASSWORD, request


def test_what_a_role_leaves_empty_is_not_given() -> None:
    empty = request(snapshot_name="", node_type="", username="", password="", ca_path="")
    assert empty == request()


def test_names_are_compared_in_lower_case() -> None:
    assert request(replication_group_id="PHB").replication_group_id == "phb"


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(request(username="auditor", password=PASSWORD))


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"replication_group_id": "1st"}, "replication_group_id: '1st' must hold"),
        ({"recovery_time_objective": 0}, "recovery_time_objective: 0 is below 1."),
        ({"recovery_point_objective": -1}, "recovery_point_objective: -1 is below 1."),
        ({"count_tolerance": 101}, "count_tolerance: 101 is outside of 0 to 100."),
        ({"rate_limit": -0.5}, "rate_limit: -0.5 is below 0."),
        ({"rate_limit": "inf"}, "rate_limit: inf is no number to count with."),
        ({"count_tolerance": "nan"}, "count_tolerance: nan is no number to count with."),
        ({"wait_timeout": 0}, "wait_timeout: 0 is below 1."),
        ({"node_type": "cache.nope"}, "node_type: 'cache.nope' is none; write it as in cache.t4g.small."),
        ({"username": "auditor"}, "username: it needs password."),
    ],
)
def test_each_mistake_is_a_sentence(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused) as refused:
        request(**params)
    (told,) = refused.value.problems
    assert told.startswith(problem)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        request(count_tolerance=-1, wait_timeout=0, username="auditor")
    assert len(refused.value.problems) == 3


def test_what_just_fits_passes() -> None:
    assert request(count_tolerance=0, rate_limit=0, recovery_time_objective=1).count_tolerance == 0
    assert request(count_tolerance=100).count_tolerance == 100
