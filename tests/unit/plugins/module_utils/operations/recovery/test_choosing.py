# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshot is restored."""

from __future__ import annotations

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.operations.recovery.choosing import (
    dated_snapshot,
    named_snapshot,
    newest_snapshot,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.problems import Refused

from tests.unit.plugins.module_utils.operations.recovery.samples import GROUP, snapshot

AUTOMATIC = snapshot("automatic.today")
YESTERDAY = snapshot("automatic.yesterday")
MANUAL = snapshot("manual", origin="manual")
OLDER = snapshot("older", origin="manual")


def test_the_newest_automatic_one_goes_before_a_newer_manual_one() -> None:
    assert newest_snapshot([MANUAL, AUTOMATIC, YESTERDAY], GROUP) is AUTOMATIC


def test_without_an_automatic_one_the_newest_manual_one() -> None:
    assert newest_snapshot([MANUAL, OLDER], GROUP) is MANUAL


def test_one_that_is_being_made_is_passed_over() -> None:
    creating = snapshot("automatic.now", status="creating")
    assert newest_snapshot([creating, YESTERDAY], GROUP) is YESTERDAY
    assert newest_snapshot([creating, MANUAL], GROUP) is MANUAL


def test_a_group_without_snapshots_is_told_how_to_get_them() -> None:
    with pytest.raises(
        Refused, match=r"has no snapshot, so nothing of it could be recovered.*snapshot_retention_limit"
    ):
        newest_snapshot([], GROUP)


def test_what_there_is_and_cannot_be_used_is_named() -> None:
    with pytest.raises(Refused, match=r"no snapshot that is available \(first is creating, second is deleting\)"):
        newest_snapshot([snapshot("first", status="creating"), snapshot("second", status="deleting")], GROUP)


def test_a_named_one_is_taken_whatever_its_origin() -> None:
    assert named_snapshot("older", OLDER, GROUP) is OLDER


def test_a_named_one_has_to_exist() -> None:
    with pytest.raises(Refused, match="there is no snapshot older"):
        named_snapshot("older", None, GROUP)


def test_a_named_one_has_to_be_of_the_group() -> None:
    with pytest.raises(Refused, match="older is a snapshot of orders, not of phb-redis-cache"):
        named_snapshot("older", snapshot("older", replication_group_id="orders"), GROUP)


def test_a_named_one_has_to_be_available() -> None:
    with pytest.raises(Refused, match="older is restoring"):
        named_snapshot("older", snapshot("older", status="restoring"), GROUP)


def test_one_whose_moment_is_not_told_has_no_age() -> None:
    dated = snapshot("dated", created="2026-11-20T02:00:00+00:00")
    assert dated_snapshot(dated) is dated
    with pytest.raises(Refused, match="does not tell of which moment older is"):
        dated_snapshot(OLDER)
