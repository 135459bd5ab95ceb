# SPDX-License-Identifier: GPL-3.0-or-later
"""Offerings of reserved nodes."""

from __future__ import annotations

from tests.standin.data.node_types import NODE_TYPES
from tests.unit.standin.core_calls import call, new_world, refusal

LIST = "DescribeReservedCacheNodesOfferings"


def test_every_type_that_can_be_created_is_sold() -> None:
    found = call(new_world(), LIST, Duration="1", OfferingType="No Upfront")["ReservedCacheNodesOfferings"]
    assert {each["CacheNodeType"] for each in found} == {
        each.name for each in NODE_TYPES.values() if not each.is_retired
    }
    assert {each["Duration"] for each in found} == {31_536_000}


def test_a_type_that_runs_valkey_alone_is_sold_for_it_alone() -> None:
    found = call(new_world(), LIST, CacheNodeType="cache.r8g.large")["ReservedCacheNodesOfferings"]
    assert {each["ProductDescription"] for each in found} == {"valkey"}
    assert len(found) == 6


def test_an_offering_is_found_by_its_id_again() -> None:
    first = call(new_world(), LIST, Duration="94608000")["ReservedCacheNodesOfferings"][0]
    again = call(new_world(), LIST, ReservedCacheNodesOfferingId=first["ReservedCacheNodesOfferingId"])
    assert again["ReservedCacheNodesOfferings"] == [first]


def test_an_unknown_offering() -> None:
    assert refusal(new_world(), LIST, ReservedCacheNodesOfferingId="x").code == "ReservedCacheNodesOfferingNotFound"
