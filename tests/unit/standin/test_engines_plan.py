# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans that are refused before anything is done, and the driver that does nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.standin.engines.checks import check_plan
from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import EngineDriver, EngineError, GroupPlan, NodePlan

ALL = ((0, 16383),)
PRIMARY, REPLICA = NodePlan("group-001", "0001", "primary"), NodePlan("group-002", "0001", "replica")
PLAN = GroupPlan("group", 6379, "off", cluster_mode=False, nodes=(PRIMARY, REPLICA))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nodes": ()}, "it has no nodes"),
        ({"nodes": (PRIMARY, PRIMARY)}, "node group-001 is named 2 times"),
        ({"nodes": (REPLICA,)}, "shard 0001 has 0 primaries"),
        ({"nodes": (PRIMARY, replace(PRIMARY, node_id="group-003"))}, "shard 0001 has 2 primaries"),
        ({"nodes": (PRIMARY, NodePlan("group-003", "0002", "primary"))}, "several shards without cluster mode"),
        ({"cluster_mode": True}, "no shard has slots"),
    ],
)
def test_impossible_plan_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        check_plan(replace(PLAN, **changes), None)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"port": 6380}, "its port is 6379 and stays"),
        ({"nodes": (replace(PRIMARY, shard="0002"),)}, "node group-001 belongs to shard 0001"),
        (
            {
                "cluster_mode": True,
                "nodes": (
                    replace(PRIMARY, slots=((0, 8191),)),
                    NodePlan("group-003", "0002", "primary", ((8192, 16383),)),
                ),
            },
            "cluster mode changes with one shard only",
        ),
    ],
)
def test_impossible_change_is_refused(changes: dict[str, Any], problem: str) -> None:
    check_plan(PLAN, PLAN)
    with pytest.raises(EngineError, match=problem):
        check_plan(replace(PLAN, **changes), PLAN)


def test_cluster_mode_may_change_with_one_shard() -> None:
    check_plan(replace(PLAN, cluster_mode=True, nodes=(replace(PRIMARY, slots=ALL),)), PLAN)


def test_plan_shows_no_token() -> None:
    token = "Kx2-hidden-7c41f09be3"
    assert token not in repr(replace(PLAN, tokens=(token,)))


def test_null_driver_keeps_books(tmp_path: Path) -> None:
    null = NullDriver()
    driver: EngineDriver = null
    driver.apply(PLAN)
    assert null.plans == {"group": PLAN}
    assert set(driver.endpoints("group", ["group-001"]).nodes) == {"group-001"}
    assert driver.usage("group") == {"group-001": 0, "group-002": 0}
    assert driver.save("group", tmp_path / "saved") == [tmp_path / "saved" / "0001.rdb"]
    driver.crash("group-002")
    assert null.crashed == ["group-002"]
    driver.remove("group")
    driver.stop()


def test_null_driver_refuses_what_the_real_one_refuses() -> None:
    driver = NullDriver()
    with pytest.raises(EngineError, match="no nodes"):
        driver.apply(replace(PLAN, nodes=()))
    with pytest.raises(EngineError, match="no node group-001"):
        driver.crash("group-001")
    with pytest.raises(EngineError, match="group group has no engines"):
        driver.usage("group")
    driver.remove("group")
