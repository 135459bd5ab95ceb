# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables as a whole, and the single facts of the user guide that they must carry."""

from __future__ import annotations

import pytest

from tests.standin.behavior.parameter_values import is_allowed, require_value
from tests.standin.core.errors import ApiError
from tests.standin.data.families import CONDITIONALLY_MODIFIABLE, FAMILIES, Parameter, default_groups

# The user guide prints cluster-databases with a default of 0 beside a range that begins at 1.
EVERY_PARAMETER = [
    pytest.param(parameter, id=f"{family.name}-{parameter.name}")
    for family in FAMILIES.values()
    for parameter in family.parameters.values()
    if parameter.name != "cluster-databases"
]


def find(family: str, name: str) -> Parameter:
    return FAMILIES[family].parameters[name]


def test_the_base_table_is_whole() -> None:
    assert len(FAMILIES["redis5.0"].parameters) == 57


@pytest.mark.parametrize("parameter", EVERY_PARAMETER)
def test_every_default_is_an_allowed_value(parameter: Parameter) -> None:
    if parameter.default is not None:
        require_value(parameter, parameter.default)


@pytest.mark.parametrize("family", FAMILIES)
def test_rows_are_in_order(family: str) -> None:
    names = list(FAMILIES[family].parameters)
    assert names == sorted(names)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_fixed_at_creation_needs_a_reboot_and_is_not_called_modifiable(family: str) -> None:
    for name in CONDITIONALLY_MODIFIABLE & set(FAMILIES[family].parameters):
        parameter = find(family, name)
        assert (parameter.modifiable, parameter.change) == (False, "requires-reboot")


@pytest.mark.parametrize(
    ("family", "present", "absent"),
    [
        ("redis4.0", "close-on-slave-write", "close-on-replica-write"),
        ("redis4.0", "timeout", "rename-commands"),
        ("redis5.0", "lua-replicate-commands", "acl-pubsub-default"),
        ("redis6.x", "acl-pubsub-default", "lua-replicate-commands"),
        ("redis6.x", "hash-max-ziplist-entries", "hash-max-listpack-entries"),
        ("redis7", "hash-max-listpack-entries", "hash-max-ziplist-entries"),
        ("redis7", "zset-max-listpack-value", "activerehashing"),
        ("valkey7", "lazyfree-lazy-user-del", "extended-redis-compatibility"),
        ("valkey8", "extended-redis-compatibility", "lazyfree-lazy-user-del"),
        ("valkey8", "search-default-timeout-ms", "cluster-databases"),
        ("valkey9", "cluster-databases", "replica-lazy-flush"),
    ],
)
def test_what_families_add_and_take_away(family: str, present: str, absent: str) -> None:
    assert present in FAMILIES[family].parameters
    assert absent not in FAMILIES[family].parameters


def test_single_values_of_the_guide() -> None:
    assert find("redis6.x", "databases").allowed == "1-10000"
    assert find("redis6.x", "acl-pubsub-default").minimum == "6.2.0"
    assert find("valkey8", "repl-backlog-size").default == "10485760"
    assert find("valkey8", "maxmemory-samples").allowed == "1-64"
    assert find("valkey8", "commandlog-large-reply-max-len").minimum == "8.1.0"
    assert find("valkey9", "commandlog-large-reply-max-len").minimum == ""
    assert FAMILIES["redis7"].parameters.keys() == FAMILIES["valkey7"].parameters.keys()


def test_each_family_has_two_default_groups() -> None:
    groups = default_groups()
    assert len(groups) == 2 * len(FAMILIES)
    assert groups["default.redis6.x.cluster.on"] == ("redis6.x", {"cluster-enabled": "yes"})
    assert groups["default.valkey8"] == ("valkey8", {})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("timeout", "0", True),
        ("timeout", "19", False),
        ("timeout", "20", True),
        ("timeout", "-1", False),
        ("timeout", "twenty", False),
        ("timeout", "", False),
        ("list-max-ziplist-size", "-5", True),
        ("list-max-ziplist-size", "0", False),
        ("list-max-ziplist-size", "8", True),
        ("slowlog-log-slower-than", "-1", True),
        ("lua-time-limit", "5001", False),
        ("active-defrag-cycle-max", "75", True),
        ("active-defrag-cycle-max", "76", False),
        ("maxmemory-policy", "allkeys-lfu", True),
        ("maxmemory-policy", "ALLKEYS-LFU", False),
        ("appendonly", "yes", True),
        ("appendonly", "true", False),
    ],
)
def test_allowed_values(name: str, value: str, allowed: bool) -> None:
    assert is_allowed(find("redis5.0", name), value) is allowed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notify-keyspace-events", "AKE"),
        ("notify-keyspace-events", ""),
        ("rename-commands", "flushall cleanout FLUSHDB wipe"),
        ("rename-commands", ""),
    ],
)
def test_free_texts_that_are_taken(name: str, value: str) -> None:
    require_value(find("redis6.x", name), value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notify-keyspace-events", "AKQ"),
        ("rename-commands", "flushall"),
        ("rename-commands", "config hidden"),
    ],
)
def test_free_texts_that_are_refused(name: str, value: str) -> None:
    with pytest.raises(ApiError) as caught:
        require_value(find("redis6.x", name), value)
    assert caught.value.code == "InvalidParameterValue"
