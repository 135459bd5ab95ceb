# SPDX-License-Identifier: GPL-3.0-or-later
"""A small family as the service describes it: one row of every kind that matters, and what is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.normalize import (
    Parameter,
    ParameterGroupState,
    Table,
    normalize,
    normalize_parameter,
    normalize_table,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.planner import plan_changes
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.spec import build_spec
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.surroundings import (
    CacheUser,
    Surroundings,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.plan import Plan

NAME = "vibewell-redis-params"
ARN = f"arn:aws:elasticache:us-east-1:123456789012:parametergroup:{NAME}"
FAMILY = "redis6.x"
DESCRIPTION = "VibeWell production"
VIBEWELL = CacheUser("vibewell-redis", is_leaving=False)


def row(name: str, value: str | None, allowed: str | None = None, **changes: Any) -> dict[str, Any]:
    """A row of DescribeCacheParameters; numbers are told by their value. Members without value are absent."""
    is_number = value is not None and value.lstrip("-").isdigit()
    members = {
        "ParameterName": name,
        "ParameterValue": value,
        "Description": f"What {name} does",
        "Source": "system",
        "DataType": "integer" if is_number else "string",
        "AllowedValues": allowed,
        "IsModifiable": True,
        "MinimumEngineVersion": "6.0.0",
        "ChangeType": "immediate",
        **changes,
    }
    return {member: found for member, found in members.items() if found is not None}


POLICIES = "volatile-lru,allkeys-lru,noeviction"
COUNTERS = tuple(f"counter-{number:02d}" for number in range(45))
ROWS = {
    each["ParameterName"]: each
    for each in (
        row("activedefrag", "no", "yes,no"),
        row("appendfsync", "everysec", "always,everysec,no", IsModifiable=False),
        row("appendonly", "no", "yes,no", IsModifiable=False),
        row("cluster-enabled", "no", "yes,no", IsModifiable=False, ChangeType="requires-reboot"),
        row("databases", "16", "1-10000", IsModifiable=False, ChangeType="requires-reboot"),
        row("hash-max-listpack-entries", "512", "0-"),
        row("lru-clock", "10", "1-", ChangeType="requires-reboot"),
        row("maxclients", "65000", "1-65000", IsModifiable=False, ChangeType="requires-reboot"),
        row("maxmemory-policy", "volatile-lru", POLICIES),
        row("maxmemory-samples", "3", "1-64"),
        row("notify-keyspace-events", None),
        row("rename-commands", "", "FLUSHALL,FLUSHDB,KEYS", MinimumEngineVersion="5.0.3"),
        row("slowlog-log-slower-than", "10000", "-"),
        row("tcp-keepalive", "300", "0-"),
        row("timeout", "0", "0,20-"),
        *(row(name, "1", "0-") for name in COUNTERS),
    )
}
MAXMEMORY = {
    **row("maxmemory", None, "0-", DataType="integer", IsModifiable=False),
    "CacheNodeTypeSpecificValues": [
        {"CacheNodeType": "cache.t3.micro", "Value": "536870912"},
        {"CacheNodeType": "cache.t3.small", "Value": "1471026299"},
    ],
}
DEFAULTS: Table = normalize_table([*ROWS.values(), MAXMEMORY])


def api_group(**changes: Any) -> dict[str, Any]:
    return {
        "CacheParameterGroupName": NAME,
        "CacheParameterGroupFamily": FAMILY,
        "Description": DESCRIPTION,
        "IsGlobal": False,
        "ARN": ARN,
        **changes,
    }


def api_rows(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The family's rows with `values` set by somebody."""
    return [
        {**each, "ParameterValue": values[name], "Source": "user"} if name in values else dict(each)
        for name, each in ROWS.items()
    ]


def make_state(
    values: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None, **changes: Any
) -> ParameterGroupState:
    """`changes` are members of the service's answer."""
    rows = [*api_rows(values or {}), MAXMEMORY]
    return normalize(api_group(**changes), rows, {} if tags is None else tags)


def parameter(name: str) -> Parameter:
    return DEFAULTS[name]


def made(name: str, value: str | None, allowed: str | None = None, **changes: Any) -> Parameter:
    return normalize_parameter(row(name, value, allowed, **changes))


def plan_for(state: ParameterGroupState | None, users: tuple[CacheUser, ...] | None = (), /, **params: Any) -> Plan:
    surroundings = Surroundings(DEFAULTS, users=users)
    return plan_changes(build_spec({"parameter_group_name": NAME, **params}), state, surroundings)


def create(**params: Any) -> Plan:
    return plan_for(None, family=FAMILY, description=DESCRIPTION, **params)
