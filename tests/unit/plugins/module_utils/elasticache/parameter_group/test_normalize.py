# SPDX-License-Identifier: GPL-3.0-or-later
"""From the service's answers to a State and its table."""

from __future__ import annotations

from typing import Any

from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.normalize import (
    Parameter,
    normalize,
    normalize_parameter,
    normalize_table,
)
from ansible_collections.redisops.cache.plugins.module_utils.elasticache.parameter_group.surroundings import (
    CacheUser,
    users_of,
)
from ansible_collections.redisops.cache.plugins.module_utils.reconcile.report import as_dict

from tests.unit.plugins.module_utils.elasticache.parameter_group.samples import (
    ARN,
    DESCRIPTION,
    FAMILY,
    MAXMEMORY,
    NAME,
    api_group,
    api_rows,
    make_state,
    row,
)


def test_a_whole_answer() -> None:
    state = normalize(api_group(IsGlobal=True), api_rows({"timeout": "300"}), {"Project": "vibewell"})
    assert as_dict(state) == {
        "parameter_group_name": NAME,
        "arn": ARN,
        "family": FAMILY,
        "description": DESCRIPTION,
        "parameters": {"timeout": "300"},
        "is_global": True,
        "tags": {"Project": "vibewell"},
        "pending": {},
    }


def test_the_table_has_every_parameter_in_order() -> None:
    table = make_state({"timeout": "300"}).table
    assert list(table) == sorted(table)
    assert table["timeout"].value == "300"
    assert table["tcp-keepalive"].value == "300"


def test_what_somebody_set_to_nothing_is_still_set() -> None:
    """The console saves every parameter, also those without a value."""
    unset = {**row("notify-keyspace-events", None), "Source": "user"}
    assert normalize(api_group(), [unset], {}).parameters == {"notify-keyspace-events": ""}


def test_a_row_without_members_is_empty_and_fixed() -> None:
    assert normalize_parameter({"ParameterName": "a"}) == Parameter("a", "", "", "", "", False, "", "", "")


def test_a_value_per_node_type_counts_where_all_agree() -> None:
    assert normalize_parameter(MAXMEMORY).value == ""
    values = [{"CacheNodeType": "cache.t3.micro", "Value": "0"}, {"CacheNodeType": "cache.t3.small", "Value": "0"}]
    assert normalize_parameter({**MAXMEMORY, "CacheNodeTypeSpecificValues": values}).value == "0"
    assert normalize_parameter({**MAXMEMORY, "CacheNodeTypeSpecificValues": []}).value == ""


def test_a_table_is_found_by_name() -> None:
    assert list(normalize_table([row("b", "1"), row("a", None)])) == ["a", "b"]


def cluster(name: str, group: str, status: str = "available", parameters: str = NAME) -> dict[str, Any]:
    member = {"ReplicationGroupId": group} if group else {}
    used = {"CacheParameterGroupName": parameters, "ParameterApplyStatus": "in-sync", "CacheNodeIdsToReboot": []}
    return {"CacheClusterId": name, "CacheClusterStatus": status, "CacheParameterGroup": used, **member}


def test_users_are_replication_groups_once_and_clusters_that_stand_alone() -> None:
    clusters: list[dict[str, Any]] = [
        cluster("b-001", "b"),
        cluster("b-002", "b"),
        cluster("alone", ""),
        cluster("c-001", "c", parameters="default.redis7"),
        {"CacheClusterId": "creating", "CacheClusterStatus": "creating"},
    ]
    assert users_of(clusters, NAME) == (CacheUser("alone", False), CacheUser("b", False))


def test_a_user_leaves_when_all_its_members_do() -> None:
    clusters = [
        cluster("a-001", "a", "deleting"),
        cluster("a-002", "a", "deleting"),
        cluster("b-001", "b", "available"),
        cluster("b-002", "b", "deleting"),
        cluster("c-001", "c", "deleting"),
        cluster("c-002", "c", "available"),
    ]
    assert users_of(clusters, NAME) == (CacheUser("a", True), CacheUser("b", False), CacheUser("c", False))
