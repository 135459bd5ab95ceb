# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.standin.engines.null import NullDriver
from tests.standin.engines.plan import GroupPlan, NodePlan
from tests.standin.scope import HOME_ACCOUNT, ScopedEngines


def plan(group_id: str) -> GroupPlan:
    node = NodePlan(f"{group_id}-001", "0001", "primary")
    return GroupPlan(group_id=group_id, port=6379, tls="off", cluster_mode=False, nodes=(node,))


def test_the_same_group_id_in_two_regions_is_two_groups() -> None:
    driver = NullDriver()
    first, second = (ScopedEngines(driver, HOME_ACCOUNT, region) for region in ("us-east-1", "eu-west-1"))
    here = first.endpoints("orders", ["orders-001"])
    there = second.endpoints("orders", ["orders-001"])
    assert here.primary != there.primary
    assert set(here.nodes) == set(there.nodes) == {"orders-001"}
    assert here.nodes["orders-001"] != there.nodes["orders-001"]


def test_ids_are_told_apart_by_account_too() -> None:
    driver = NullDriver()
    ScopedEngines(driver, "210987654321", "us-east-1").apply(plan("orders"))
    ScopedEngines(driver, HOME_ACCOUNT, "us-east-1").apply(plan("orders"))
    assert len(driver.plans) == 2


def test_stopping_one_scope_leaves_the_others() -> None:
    driver = NullDriver()
    first, second = (ScopedEngines(driver, HOME_ACCOUNT, region) for region in ("us-east-1", "eu-west-1"))
    first.apply(plan("orders"))
    second.apply(plan("orders"))
    first.stop()
    assert [applied.group_id for applied in driver.plans.values()] == ["eu-west-1.orders"]


def test_usage_is_told_by_the_ids_of_the_caller() -> None:
    driver = NullDriver()
    scoped = ScopedEngines(driver, HOME_ACCOUNT, "us-east-1")
    scoped.apply(plan("orders"))
    assert set(scoped.usage("orders")) == {"orders-001"}
