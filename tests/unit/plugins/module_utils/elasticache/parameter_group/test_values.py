# SPDX-License-Identifier: GPL-3.0-or-later
"""Values: from YAML to text, to the service's spelling, held against what the service allows."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.normalize import Parameter
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.values import (
    admits,
    plain_parameters,
    plain_text,
    spelled,
    value_problem,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.elasticache.parameter_group.samples import made, parameter


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (300, "300"),
        (0, "0"),
        (-2, "-2"),
        (300.0, "300"),
        (1.25, "1.25"),
        ("allkeys-lru", "allkeys-lru"),
        (" AKE\n", "AKE"),
        ("FLUSHALL  a\n FLUSHDB b", "FLUSHALL a FLUSHDB b"),
        ("", ""),
    ],
)
def test_yaml_becomes_text(value: Any, text: str) -> None:
    assert plain_text(value) == text


def test_names_are_in_lower_case() -> None:
    assert plain_parameters({" Timeout ": 300, "maxmemory-policy": "noeviction"}) == {
        "timeout": "300",
        "maxmemory-policy": "noeviction",
    }


MEMCACHED_SWITCH = made("maxconns_fast", None, "0,1", DataType="boolean")


@pytest.mark.parametrize(
    ("known", "text", "as_service"),
    [
        (parameter("activedefrag"), "yes", "yes"),
        (parameter("activedefrag"), "True", "yes"),
        (parameter("activedefrag"), "OFF", "no"),
        (parameter("activedefrag"), "1", "1"),
        (MEMCACHED_SWITCH, "yes", "1"),
        (MEMCACHED_SWITCH, "false", "0"),
        (MEMCACHED_SWITCH, "1", "1"),
        (parameter("timeout"), "0300", "300"),
        (parameter("timeout"), "-0", "0"),
        (parameter("timeout"), "5m", "5m"),
        (parameter("maxmemory-policy"), "AllKeys-LRU", "allkeys-lru"),
        (parameter("maxmemory-policy"), "random", "random"),
        (parameter("notify-keyspace-events"), "AKE", "AKE"),
        (parameter("notify-keyspace-events"), "yes", "yes"),
        (parameter("rename-commands"), "keys  a", "keys a"),
    ],
)
def test_values_are_spelled_as_the_service_does(known: Parameter, text: str, as_service: str) -> None:
    assert spelled(known, text) == as_service


@pytest.mark.parametrize(
    ("choice", "value", "is_admitted"),
    [
        ("0", "0", True),
        ("0", "1", False),
        ("20-", "20", True),
        ("20-", "19", False),
        ("20-", "99999999999", True),
        ("1-75", "1", True),
        ("1-75", "75", True),
        ("1-75", "76", False),
        ("1-75", "0", False),
        ("-", "-1", True),
        ("-", "10000", True),
        ("-", "many", False),
        ("-5", "-5", True),
        ("-5", "5", False),
        ("-5-", "-4", True),
        ("-5--1", "-3", True),
        ("-5--1", "0", False),
        ("1.5-2.5", "2.0", True),
        ("1.5-2.5", "2.6", False),
        ("yes", "yes", True),
        ("yes", "no", False),
        ("volatile-lru", "5", False),
    ],
)
def test_a_choice_is_a_word_a_number_or_a_range(choice: str, value: str, is_admitted: bool) -> None:
    assert admits(choice, value) is is_admitted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", "0"),
        ("timeout", "20"),
        ("slowlog-log-slower-than", "-1"),
        ("maxmemory-policy", "noeviction"),
        ("notify-keyspace-events", ""),
        ("notify-keyspace-events", "anything at all"),
        ("rename-commands", ""),
        ("rename-commands", "FLUSHALL blocked flushdb blocked"),
        ("activedefrag", "no"),
    ],
)
def test_an_allowed_value_is_no_problem(name: str, value: str) -> None:
    assert value_problem(parameter(name), value) is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("timeout", "19", "'19' is none of the allowed values, 0,20-."),
        ("timeout", "", "'' is not a whole number."),
        ("timeout", "5 minutes", "'5 minutes' is not a whole number."),
        ("tcp-keepalive", "64mb", "'64mb' is not a whole number; in bytes it is 67108864."),
        ("tcp-keepalive", "1G", "'1G' is not a whole number; in bytes it is 1000000000."),
        ("tcp-keepalive", "1.5", "'1.5' is not a whole number."),
        ("tcp-keepalive", "-1", "'-1' is none of the allowed values, 0-."),
        ("maxmemory-policy", "", "'' is none of the allowed values, volatile-lru,allkeys-lru,noeviction."),
        ("activedefrag", "1", "'1' is none of the allowed values, yes,no."),
        ("rename-commands", "FLUSHALL", "'FLUSHALL' holds 1 words, but it is made of pairs"),
        ("rename-commands", "CONFIG a GET b", "CONFIG, GET cannot be renamed; those that can are FLUSHALL, FLUSHDB"),
    ],
)
def test_a_value_that_is_not_allowed_is_told_with_those_that_are(name: str, value: str, told: str) -> None:
    problem = value_problem(parameter(name), value)
    assert problem is not None
    assert problem.startswith(told)


def test_where_the_service_names_no_commands_any_can_be_renamed() -> None:
    assert value_problem(made("rename-commands", "", None), "CONFIG a") is None


BOUNDS = st.integers(-50, 50)


@given(BOUNDS, BOUNDS, BOUNDS)
def test_a_range_holds_what_lies_between_its_ends(least: int, most: int, value: int) -> None:
    assert admits(f"{least}-{most}", str(value)) is (least <= value <= most)


@given(st.integers(), st.sampled_from(["timeout", "tcp-keepalive", "maxmemory-samples", "slowlog-log-slower-than"]))
def test_spelling_is_stable_and_keeps_the_number(number: int, name: str) -> None:
    once = spelled(parameter(name), plain_text(number))
    assert int(once) == number
    assert spelled(parameter(name), once) == once


@given(st.text(max_size=12), st.sampled_from(["activedefrag", "maxmemory-policy", "rename-commands", "timeout"]))
def test_spelling_never_makes_or_loses_an_allowed_value(text: str, name: str) -> None:
    known = parameter(name)
    if value_problem(known, plain_text(text)) is None:
        assert value_problem(known, spelled(known, plain_text(text))) is None
