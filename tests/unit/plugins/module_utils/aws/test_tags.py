# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags as a mapping, with and without purge."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.aws.tags import (
    TagDelta,
    from_api,
    problems_of,
    tag_delta,
    to_api,
)
from hypothesis import given
from hypothesis import strategies as st

KEYS = st.sampled_from(["a", "b", "c", "aws:owned"])
TAGS = st.dictionaries(KEYS, st.sampled_from(["1", "2", ""]))
OWN_TAGS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2", ""]))


@pytest.mark.parametrize("purge", [True, False])
def test_tags_that_are_not_given_are_not_managed(purge: bool) -> None:
    assert tag_delta(None, {"a": "1"}, purge) is None


def test_an_empty_mapping_removes_all_with_purge_alone() -> None:
    assert tag_delta({}, {"a": "1"}, True) == TagDelta({}, {}, ("a",))
    assert tag_delta({}, {"a": "1"}, False) is None


def test_changed_values_are_added_and_others_removed() -> None:
    assert tag_delta({"a": "2", "b": "1"}, {"a": "1", "b": "1", "c": "1"}, True) == TagDelta(
        {"a": "2", "b": "1"}, {"a": "2"}, ("c",)
    )


def test_without_purge_what_else_is_there_stays() -> None:
    assert tag_delta({"a": "2"}, {"a": "1", "c": "1"}, False) == TagDelta({"c": "1", "a": "2"}, {"a": "2"}, ())


def test_tags_of_aws_are_left_alone() -> None:
    assert tag_delta({}, {"aws:cloudformation:stack-name": "x"}, True) is None


@given(OWN_TAGS, TAGS, st.booleans())
def test_applying_a_delta_leaves_none(wanted: Mapping[str, str], found: Mapping[str, str], purge: bool) -> None:
    delta = tag_delta(wanted, found, purge)
    if delta is None:
        return
    applied = {key: value for key, value in {**found, **delta.added}.items() if key not in delta.removed}
    assert tag_delta(wanted, applied, purge) is None
    assert {key: value for key, value in applied.items() if not key.startswith("aws:")} == delta.wanted
    assert {key: value for key, value in found.items() if key.startswith("aws:")}.items() <= applied.items()


@given(OWN_TAGS)
def test_the_api_shape_goes_back_and_forth(tags: dict[str, str]) -> None:
    assert from_api(to_api(tags)) == tags


def test_a_tag_without_value_has_an_empty_one() -> None:
    assert from_api([{"Key": "a"}]) == {"a": ""}


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"AWS:name": "x"}, ["reserved for AWS"]),
        ({"": "x"}, ["1 to 128"]),
        ({"k" * 129: "x"}, ["1 to 128"]),
        ({"k": "x" * 257}, ["more than 256"]),
        ({f"k{number}": "" for number in range(51)}, ["51 are given"]),
        ({"aws:a": "x" * 257}, ["reserved for AWS", "more than 256"]),
    ],
)
def test_limits_are_told_all_at_once(tags: dict[str, str], told: list[str]) -> None:
    problems = problems_of(tags)
    assert len(problems) == len(told)
    assert all(part in problem for part, problem in zip(told, problems, strict=True))


@pytest.mark.parametrize("tags", [None, {}, {"k" * 128: "x" * 256}, {f"k{number}": "" for number in range(50)}])
def test_within_the_limits_is_no_problem(tags: dict[str, str] | None) -> None:
    assert problems_of(tags) == []
